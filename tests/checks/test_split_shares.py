from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Role, Severity, Task


def sided(make, train: tuple[int, ...], held_out: tuple[int, ...], **changes):
    return make.record(
        train=make.profile(rows=sum(train), target=make.target(*train)),
        held_out=make.profile(role=Role.HELD_OUT, rows=sum(held_out), target=make.target(*held_out)),
        **changes,
    )


def test_other_shares_beyond_chance_are_flagged(judge, make):
    verdict = judge("unstratified-split", sided(make, (2900, 100), (900, 80)))
    assert verdict.status is Status.FLAGGED
    assert "'class 1' makes 3.3 % of the training rows and 8.2 % of the held-out rows" in verdict.message
    assert verdict.evidence.interval.low > 0.1


def test_shares_within_chance_pass(judge, make):
    assert judge("unstratified-split", sided(make, (2900, 100), (957, 43))).status is Status.PASSED


def test_a_certain_but_small_change_passes(judge, make):
    assert judge("unstratified-split", sided(make, (2_000_000, 200_000), (1_000_000, 105_000))).status is Status.PASSED


def test_stratified_even_or_resampled_rows_are_not_applicable(judge, make):
    record = sided(make, (2900, 100), (900, 80))
    stratified = replace(record, split=replace(record.split, stratified=True))
    assert judge("unstratified-split", stratified).status is Status.NOT_APPLICABLE
    assert judge("unstratified-split", sided(make, (800, 200), (200, 200))).status is Status.NOT_APPLICABLE
    sampler = ResamplingFacts(
        sampler="SMOTE", rows_before=900, rows_after=1000, before_split=False, held_out_resampled=False
    )
    assert judge("unstratified-split", replace(record, resamplings=(sampler,))).status is Status.NOT_APPLICABLE
    assert judge("unstratified-split", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE


def test_too_few_rows_are_inconclusive(judge, make):
    verdict = judge("unstratified-split", sided(make, (90, 6), (20, 4)))
    assert verdict.status is Status.INCONCLUSIVE


def test_a_drifted_target_explains_it(make):
    record = sided(make, (2900, 100), (500, 500), drift=(make.drift("y", 1e-9, 0.5, is_target=True),))
    found = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert found["unstratified-split"].explained_by == "train-test-drift"
    assert found["train-test-drift"].severity is Severity.MEDIUM

from __future__ import annotations

from dataclasses import replace

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import ConflictFacts
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Task


def conflicting(make, rows: int, *, checked: int = 1000, expected: float = 0.0, **changes):
    facts = ConflictFacts(rows_checked=checked, conflicting=rows, expected=expected)
    return make.record(train=make.profile(conflicts=facts), **changes)


def test_conflicting_rows_are_flagged(judge, make):
    verdict = judge("conflicting-labels", conflicting(make, 50))
    assert verdict.status is Status.FLAGGED
    assert "50 of 1 000 training rows" in verdict.message
    assert verdict.evidence.interval.low > verdict.evidence.threshold


@pytest.mark.parametrize(
    ("rows", "expected", "status"),
    [
        (16, 0.0, Status.PASSED),  # the interval reaches 1 %
        (20, 0.0, Status.FLAGGED),
        (50, 30.0, Status.PASSED),  # not twice what chance makes
        (200, 180.0, Status.PASSED),
        (50, 10.0, Status.FLAGGED),
    ],
)
def test_chance_and_the_interval_decide(rows, expected, status, judge, make):
    assert judge("conflicting-labels", conflicting(make, rows, expected=expected)).status is status


def test_labels_that_know_nothing_are_for_no_lift_to_tell(make):
    facts = ConflictFacts(rows_checked=1000, conflicting=100, expected=0.0, repeated=200, shuffled=98.0)
    noise = replace(conflicting(make, 100), scores=(make.score(train=1.0, held_out=0.5, half=0.03),))
    record = replace(noise, train=make.profile(conflicts=facts))
    outcomes = {one.check: one for one in run_checks(record).outcomes}
    assert outcomes["conflicting-labels"].status is Status.INCONCLUSIVE
    assert outcomes["no-lift"].status is Status.FLAGGED
    # Every second row of a pair contradicts the first: more than chance, so that this is the cause.
    record = replace(noise, train=make.profile(conflicts=replace(facts, conflicting=190)))
    outcomes = {one.check: one for one in run_checks(record).outcomes}
    assert outcomes["conflicting-labels"].status is Status.FLAGGED
    assert outcomes["no-lift"].explained_by == "conflicting-labels"


def test_random_looking_conflicts_count_where_the_model_has_lift(judge, make):
    facts = ConflictFacts(rows_checked=1000, conflicting=100, expected=0.0, repeated=200, shuffled=98.0)
    assert judge("conflicting-labels", make.record(train=make.profile(conflicts=facts))).status is Status.FLAGGED


def test_no_classes_no_search_or_resampled_rows(judge, make):
    assert judge("conflicting-labels", make.record()).status is Status.NOT_APPLICABLE
    assert judge("conflicting-labels", conflicting(make, 50, task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
    sampler = ResamplingFacts(
        sampler="SMOTE", rows_before=800, rows_after=1000, before_split=False, held_out_resampled=False
    )
    record = replace(conflicting(make, 50), resamplings=(sampler,))
    assert judge("conflicting-labels", record).status is Status.NOT_APPLICABLE


def test_a_gap_that_conflicts_explain_is_no_overfit(make):
    record = replace(conflicting(make, 100), scores=(make.score(train=1.0, held_out=0.7),))
    outcomes = {one.check: one for one in run_checks(record).outcomes}
    assert outcomes["overfit"].explained_by == "conflicting-labels"

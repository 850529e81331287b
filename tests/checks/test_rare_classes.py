from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EvaluationFacts, ResamplingFacts
from mlflow_pitfalls.model.values import Role, Severity, Task


def sided(make, train: tuple[int, ...], held_out: tuple[int, ...], **changes):
    return make.record(
        train=make.profile(rows=sum(train), target=make.target(*train)),
        held_out=make.profile(role=Role.HELD_OUT, rows=sum(held_out), target=make.target(*held_out)),
        **changes,
    )


def test_a_rare_class_with_few_rows_is_flagged(judge, make):
    verdict = judge("too-few-minority", sided(make, (900, 49), (300, 16)))
    assert verdict.status is Status.FLAGGED
    assert "49 training rows and 16 held-out rows" in verdict.message


def test_enough_rows_pass(judge, make):
    assert judge("too-few-minority", sided(make, (900, 50), (300, 16))).status is Status.PASSED
    assert judge("too-few-minority", sided(make, (900, 60), (300, 10))).status is Status.PASSED


def test_few_held_out_rows_are_flagged_too(judge, make):
    verdict = judge("too-few-minority", sided(make, (900, 60), (300, 9)))
    assert verdict.status is Status.FLAGGED
    assert verdict.evidence.value == 9


def test_even_classes_of_a_small_set_are_not_rare(judge, make):
    assert judge("too-few-minority", sided(make, (38, 38, 37), (12, 12, 13))).status is Status.PASSED


def test_a_class_that_was_learned_had_enough_rows(judge, make):
    classes = (make.recall("class 0", 300, 0.99), make.recall("class 1", 12, 1.0))
    assert judge("too-few-minority", sided(make, (900, 40), (300, 12), classes=classes)).status is Status.PASSED
    missed = (make.recall("class 0", 300, 0.99), make.recall("class 1", 12, 0.5))
    assert judge("too-few-minority", sided(make, (900, 40), (300, 12), classes=missed)).status is Status.FLAGGED


def test_resampled_training_rows_do_not_count(judge, make):
    sampler = ResamplingFacts(
        sampler="SMOTE", rows_before=949, rows_after=1000, before_split=False, held_out_resampled=False
    )
    record = sided(make, (500, 500), (300, 16), resamplings=(sampler,))
    assert judge("too-few-minority", record).status is Status.PASSED
    assert judge("too-few-minority", sided(make, (500, 500), (300, 8), resamplings=(sampler,))).evidence.value == 8


def test_held_out_rows_are_counted_in_full_where_a_sample_was_looked_at(judge, make):
    record = sided(make, (90_000, 600), (4950, 8))
    assert judge("too-few-minority", record).status is Status.FLAGGED
    full = replace(record, held_out=replace(record.held_out, rows=30_000))
    assert judge("too-few-minority", full).status is Status.PASSED


def test_a_regression_has_no_classes(judge, make):
    assert judge("too-few-minority", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE


def test_a_class_that_is_never_predicted_explains_it(make):
    silent = replace(make.recall("class 1", 12, 0.0), predicted_rows=0)
    f1 = EvaluationFacts(metric="f1_score", role=Role.HELD_OUT, rows=312, value=0.0)
    classes = (make.recall("class 0", 300, 1.0), silent)
    record = sided(make, (900, 40), (300, 12), classes=classes, evaluations=(f1,))
    found = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert found["class-never-predicted"].severity is Severity.HIGH
    assert found["too-few-minority"].explained_by == "class-never-predicted"
    assert found["class-imbalance"].explained_by == "class-never-predicted"

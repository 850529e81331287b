from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts, ImportanceFacts


def record(make, useless=4, useful=6, gain: float | None = 0.0, half=0.008, importance=0.0, spread=0.001):
    small, large = make.estimate(importance, spread), make.estimate(0.1)
    shown = [*((f"noise {i}", small) for i in range(useless)), *((f"good {i}", large) for i in range(useful))]
    columns = [ImportanceFacts(column=name, importance=loss, metric="roc_auc") for name, loss in shown]
    without = AlternativeFitFacts(
        kind="fewer-columns",
        description="without 4 of 10 columns",
        source="probe",
        metric="roc_auc",
        score=make.estimate(0.9),
        gain=make.estimate((gain or 0.0) / 2, half / 2),
        gain_skill=make.estimate(gain or 0.0, half),
    )
    return make.record(importances=tuple(columns), alternatives=() if gain is None else (without,))


def test_many_columns_that_are_not_missed_are_flagged(judge, make):
    verdict = judge("useless-features", record(make))
    assert verdict.status is Status.FLAGGED
    assert "4 of 10 columns (40 %)" in verdict.message and "'noise 0'" in verdict.message
    assert "noise 3" in verdict.remedies[0].code
    assert [subject.name for subject in verdict.evidence.subjects] == [f"noise {i}" for i in range(4)]


def test_a_few_such_columns_pass(judge, make):
    assert judge("useless-features", record(make, 2, 8)).status is Status.PASSED
    assert judge("useless-features", record(make, 3, 7)).status is Status.FLAGGED


def test_columns_that_certainly_lose_something_or_much_do_not_count(judge, make):
    assert judge("useless-features", record(make, importance=0.0024, spread=0.003)).status is Status.FLAGGED
    assert judge("useless-features", record(make, importance=0.0024, spread=0.002)).status is Status.PASSED
    assert judge("useless-features", record(make, importance=0.0026, spread=0.003)).status is Status.PASSED


def test_the_fit_without_them_decides(judge, make):
    assert judge("useless-features", record(make, gain=-0.02)).status is Status.PASSED
    assert judge("useless-features", record(make, half=0.02)).status is Status.INCONCLUSIVE
    assert judge("useless-features", record(make, gain=None)).status is Status.INCONCLUSIVE


def test_without_importances_not_applicable(judge, make):
    bare = replace(record(make), importances=(), alternatives=())
    assert judge("useless-features", bare).status is Status.NOT_APPLICABLE

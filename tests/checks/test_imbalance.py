from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EvaluationFacts, ImbalanceRemedies
from mlflow_pitfalls.model.values import Role, Severity, Task

ACCURACY = (EvaluationFacts(metric="accuracy_score", role=Role.HELD_OUT, rows=1000, value=0.9),)
SCORE_METHOD = (EvaluationFacts(metric="score", role=Role.HELD_OUT, rows=1000, value=0.9),)
REPORT = EvaluationFacts(metric="classification_report", role=Role.HELD_OUT, rows=1000)


def imbalanced(make, *counts: int, **changes):
    return make.record(train=make.profile(target=make.target(*counts)), **changes)


@pytest.mark.parametrize(
    ("counts", "severity"),
    [((1000, 90), Severity.MEDIUM), ((1000, 9), Severity.HIGH), ((500, 400, 45), Severity.MEDIUM)],
)
def test_class_imbalance_is_graded(counts, severity, judge, make):
    verdict = judge("class-imbalance", imbalanced(make, *counts))
    assert verdict.status is Status.FLAGGED
    assert verdict.severity is severity


@pytest.mark.parametrize("evaluations", [ACCURACY, SCORE_METHOD])
def test_mild_imbalance_matters_where_accuracy_is_all(evaluations, judge, make):
    assert judge("class-imbalance", imbalanced(make, 1000, 150)).status is Status.PASSED
    verdict = judge("class-imbalance", imbalanced(make, 1000, 150, evaluations=evaluations))
    assert verdict.severity is Severity.LOW
    both = imbalanced(make, 1000, 150, evaluations=(*evaluations, REPORT))
    assert judge("class-imbalance", both).status is Status.PASSED


def test_just_below_the_bounds_passes(judge, make):
    assert judge("class-imbalance", imbalanced(make, 1000, 100)).status is Status.PASSED
    assert judge("class-imbalance", imbalanced(make, 1000, 200, evaluations=ACCURACY)).status is Status.PASSED


def test_ten_balanced_classes_are_balanced(judge, make):
    assert judge("class-imbalance", imbalanced(make, *[178] * 10, evaluations=ACCURACY)).status is Status.PASSED


@pytest.mark.parametrize("answer", ["class_weight", "sample_weight", "resampling", "threshold_tuning"])
def test_an_answered_imbalance_passes(answer, judge, make):
    record = imbalanced(make, 1000, 20, remedies=ImbalanceRemedies(**{answer: True}))
    assert judge("class-imbalance", record).status is Status.PASSED


def test_imbalance_needs_classes(judge, make):
    assert judge("class-imbalance", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
    assert judge("class-imbalance", imbalanced(make, 1000)).status is Status.NOT_APPLICABLE


def test_the_first_remedy_is_a_weight_that_the_estimator_takes(judge, make):
    weighted = judge("class-imbalance", imbalanced(make, 1000, 20))
    assert weighted.remedies[0].code == 'model.set_params(class_weight="balanced")'
    boosting = make.fit(estimator=make.estimator("GradientBoostingClassifier", "boosting", tunable=("max_depth",)))
    rows = judge("class-imbalance", imbalanced(make, 1000, 20, fit=boosting))
    assert "sample_weight=compute_sample_weight" in rows.remedies[0].code


def paradox(make, accuracy: float, half: float = 0.01, recall: float | None = None, counts=(900, 100), **changes):
    classes = (
        () if recall is None else (make.recall("class 0", counts[0], 0.99), make.recall("class 1", counts[1], recall))
    )
    score = make.score(metric="accuracy", held_out=accuracy, dummy=0.9, half=half, rows=sum(counts))
    held_out = make.profile(role=Role.HELD_OUT, target=make.target(*counts))
    defaults = {"evaluations": ACCURACY, "scores": (score,), "held_out": held_out, "classes": classes}
    return make.record(**{**defaults, **changes})


def test_accuracy_of_a_constant_answer_is_flagged(judge, make):
    verdict = judge("accuracy-paradox", paradox(make, 0.905))
    assert verdict.status is Status.FLAGGED
    assert "0.91" in verdict.message or "0.90" in verdict.message
    assert "1 : 9" in verdict.message


def test_a_rare_class_that_is_not_found_is_flagged_whatever_the_accuracy(judge, make):
    verdict = judge("accuracy-paradox", paradox(make, 0.93, recall=0.35))
    assert verdict.status is Status.FLAGGED
    assert "35 % of its rows" in verdict.message


def test_accuracy_beyond_the_majority_passes(judge, make):
    assert judge("accuracy-paradox", paradox(make, 0.911)).status is Status.PASSED
    assert judge("accuracy-paradox", paradox(make, 0.909)).status is Status.FLAGGED


def test_a_rare_class_that_is_found_passes_even_below_the_majority(judge, make):
    assert judge("accuracy-paradox", paradox(make, 0.85, recall=0.8)).status is Status.PASSED


def test_a_recall_on_either_side_of_one_half_is_inconclusive(judge, make):
    verdict = judge("accuracy-paradox", paradox(make, 0.93, recall=0.45))
    assert verdict.status is Status.INCONCLUSIVE
    assert "of that class" in verdict.message


def test_too_few_rows_are_inconclusive(judge, make):
    assert judge("accuracy-paradox", paradox(make, 0.93, half=0.065, counts=(27, 3))).status is Status.INCONCLUSIVE


def test_another_metric_or_even_classes_are_no_paradox(judge, make):
    other = paradox(make, 0.905, evaluations=(*ACCURACY, REPORT))
    assert judge("accuracy-paradox", other).status is Status.NOT_APPLICABLE
    even = paradox(make, 0.79, counts=(800, 200))
    assert judge("accuracy-paradox", even).status is Status.PASSED
    assert judge("accuracy-paradox", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE

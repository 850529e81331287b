from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EvaluationFacts
from mlflow_pitfalls.model.values import Role, Severity, Task


def silent(make, rows: int, predicted: int = 0, **changes):
    rare = replace(make.recall("rare", rows, 0.0), predicted_rows=predicted)
    return make.record(
        classes=(make.recall("common", 900, 1.0), rare),
        **{
            "evaluations": (EvaluationFacts(metric="f1_score", role=Role.HELD_OUT, rows=1000, value=0.0),),
            **changes,
        },
    )


def test_a_class_that_is_never_predicted_is_flagged(judge, make):
    verdict = judge("class-never-predicted", silent(make, 10))
    assert (verdict.status, verdict.severity or Severity.HIGH) == (Status.FLAGGED, Severity.HIGH)
    assert "'rare' never predicted on 910 held-out rows" in verdict.message
    assert "at most 0.28" in verdict.message
    assert verdict.evidence.subjects[0].name == "rare"


def test_a_single_prediction_of_it_passes(judge, make):
    assert judge("class-never-predicted", silent(make, 10, predicted=1)).status is Status.PASSED


def test_too_few_rows_of_it_are_inconclusive(judge, make):
    verdict = judge("class-never-predicted", silent(make, 9))
    assert verdict.status is Status.INCONCLUSIVE
    assert "10 held-out rows" in verdict.message


def test_where_only_rankings_are_evaluated_it_passes(judge, make):
    ranked = (EvaluationFacts(metric="roc_auc_score", role=Role.HELD_OUT, rows=1000, value=0.9),)
    assert judge("class-never-predicted", silent(make, 100, evaluations=ranked)).status is Status.PASSED
    both = (*ranked, EvaluationFacts(metric="accuracy_score", role=Role.HELD_OUT, rows=1000, value=0.9))
    assert judge("class-never-predicted", silent(make, 100, evaluations=both)).status is Status.FLAGGED


def test_an_unseen_class_or_a_dummy_is_another_matter(judge, make):
    record = silent(make, 50)
    unseen = replace(record, classes=(record.classes[0], replace(record.classes[1], train_rows=0)))
    assert judge("class-never-predicted", unseen).status is Status.PASSED
    dummy = silent(make, 50, fit=make.fit(estimator=make.estimator("DummyClassifier", "dummy")))
    assert judge("class-never-predicted", dummy).status is Status.NOT_APPLICABLE
    assert judge("class-never-predicted", make.record(task=Task.REGRESSION)).status is Status.NOT_APPLICABLE
    assert judge("class-never-predicted", make.record()).status is Status.NOT_APPLICABLE

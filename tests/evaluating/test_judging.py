import numpy as np
import pandas as pd
import pytest

from mlflow_pitfalls.capture.recording.evaluated import EvaluatedRows, evaluated_record
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.evaluating.judging import ANSWERABLE, UNANSWERED, judge
from mlflow_pitfalls.model.codec import from_json, to_json
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import EstimatorFacts, RunInfo, RunRecord
from mlflow_pitfalls.model.values import Role, Task
from mlflow_pitfalls.settings import Settings

ESTIMATOR = EstimatorFacts(class_name="SVC", final_class_name="SVC", module="sklearn.svm", family="svm")
RUN = RunInfo(run_id="a" * 32, experiment_id="1")


@pytest.fixture
def rows():
    def make(**changes):
        generator = np.random.default_rng(0)
        y = np.repeat([0, 1], [450, 50])
        parts = {
            "x": pd.DataFrame({"a": generator.normal(size=500), "<b>": generator.integers(0, 3, 500)}),
            "y": y,
            "labels": np.zeros(500, dtype=int),
            "scores": None,
            "classes": np.array([0, 1]),
            "rows": 500,
            "task": Task.BINARY,
            "target_name": "target",
        }
        return EvaluatedRows(**{**parts, **changes})

    return make


def judged(evaluated):
    record = evaluated_record(RUN, evaluated, Settings(), "0")
    return record, {outcome.check: outcome for outcome in judge(record, ESTIMATOR, Settings()).outcomes}


def test_a_silent_class_is_flagged_where_the_model_knows_it(rows):
    y = np.repeat([0, 1, 2], [250, 200, 50])
    _, found = judged(rows(y=y, labels=np.where(y == 2, 0, y), classes=np.arange(3), task=Task.MULTICLASS))
    assert found["class-never-predicted"].status is Status.FLAGGED
    _, found = judged(rows(classes=None))
    assert found["class-never-predicted"].message == UNANSWERED
    _, found = judged(rows(classes=np.array([0])))
    assert found["class-never-predicted"].status is Status.NOT_APPLICABLE


def test_every_check_answers_once_in_order(rows):
    record, found = judged(rows())
    assert list(found) == [check.name for check in ALL_CHECKS]
    assert {name for name, outcome in found.items() if outcome.message != UNANSWERED} == {
        check.name for check in ANSWERABLE
    }
    assert record.fit is None
    assert record.held_out.role is Role.HELD_OUT


def test_probabilities_rank_and_are_judged(rows):
    y = rows().y
    positive = np.clip(0.5 * y + np.random.default_rng(1).uniform(0, 0.5, 500), 0, 1)
    record, found = judged(rows(scores=np.column_stack([1 - positive, positive])))
    assert record.primary_score.metric == "roc_auc"
    assert found["no-lift"].status is Status.PASSED
    assert record.calibration is not None


def test_a_record_is_read_back(rows):
    record, _ = judged(rows())
    assert from_json(RunRecord, to_json(record)) == record


def test_answers_that_are_not_known_leave_the_profile(rows):
    record, found = judged(rows(labels=None))
    assert record.scores == ()
    assert [column.name for column in record.held_out.columns] == ["a", "<b>"]
    assert found["no-lift"].status is Status.NOT_APPLICABLE

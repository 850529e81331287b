import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.scan.gaps import judge_evaluation, judge_gap

WIDE = {"training_accuracy_score": 1.0, "accuracy_score_X_test": 0.8}


def test_a_wide_gap_of_a_model_that_memorises_is_a_hint(logged):
    found = judge_gap(logged(metrics=WIDE, estimator="DecisionTreeClassifier", family="tree"))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.LOW)
    assert "A hint" in found.message
    assert found.evidence.interval is None


def test_known_rows_make_an_interval_and_a_flag_of_it(logged):
    found = judge_gap(logged(metrics=WIDE, train_rows=1000, held_out_rows=500))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.MEDIUM)
    assert found.evidence.interval.low == pytest.approx(0.165, abs=0.01)
    assert found.evidence.interval.high == pytest.approx(0.237, abs=0.01)


def test_few_rows_say_nothing(logged):
    found = judge_gap(logged(metrics=WIDE, train_rows=30, held_out_rows=10))
    assert found.status is Status.INCONCLUSIVE


def test_a_forests_gap_says_nothing(logged):
    found = judge_gap(logged(metrics=WIDE, estimator="RandomForestClassifier", family="forest"))
    assert found.status is Status.INCONCLUSIVE


def test_a_small_gap_passes(logged):
    assert judge_gap(logged(metrics={"train_auc": 0.93, "test_auc": 0.9})).status is Status.PASSED


def test_losses_are_compared_as_a_ratio(logged):
    assert judge_gap(logged(metrics={"train_rmse": 1.0, "test_rmse": 3.0})).severity is Severity.LOW
    assert judge_gap(logged(metrics={"train_rmse": 1.0, "test_rmse": 1.2})).status is Status.PASSED
    assert judge_gap(logged(metrics={"train_rmse": 0.0, "test_rmse": 1.2})).status is Status.NOT_APPLICABLE


def test_scores_come_before_losses_and_test_before_validation(logged):
    metrics = {
        "train_loss": 0.1,
        "val_loss": 9.0,
        "train_accuracy": 0.9,
        "val_accuracy": 0.2,
        "test_accuracy": 0.89,
    }
    assert judge_gap(logged(metrics=metrics)).status is Status.PASSED


@pytest.mark.parametrize(
    "metrics",
    [{}, {"accuracy": 0.9}, {"train_accuracy": float("nan"), "test_accuracy": 0.5}, {"train_widgets": 1.0}],
)
def test_nothing_to_compare(logged, metrics):
    assert judge_gap(logged(metrics=metrics)).status is Status.NOT_APPLICABLE


def test_training_metrics_alone_are_a_hint(logged):
    found = judge_evaluation(logged(metrics={"training_score": 1.0, "training_f1_score": 1.0}))
    assert (found.status, found.severity) == (Status.FLAGGED, Severity.LOW)
    assert judge_evaluation(logged(metrics=WIDE)).status is Status.PASSED
    assert judge_evaluation(logged(metrics={"training_score": 1.0, "auc": 0.7})).status is Status.INCONCLUSIVE
    assert judge_evaluation(logged(metrics={"auc": 0.7})).status is Status.NOT_APPLICABLE

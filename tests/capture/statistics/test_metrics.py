from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as M

from mlflow_pitfalls.capture.statistics.bootstrap import resample
from mlflow_pitfalls.capture.statistics.metric_specs import SPECS
from mlflow_pitfalls.capture.statistics.metrics import (
    MetricSpec,
    Predictions,
    default_metric,
    metric_by_scorer,
    metric_for,
    primary_metric,
)
from mlflow_pitfalls.model.values import Task

ROWS = 400


def _binary(labels: tuple[Any, Any]) -> Predictions:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, ROWS)
    score = np.round(1 / (1 + np.exp(-(2 * y - 1 + rng.normal(size=ROWS)))), 2)  # rounded: with ties
    score = np.clip(score, 0.01, 0.99)
    classes = np.array(labels)
    return Predictions(y_true=classes[y], y_pred=classes[(score > 0.4).astype(int)], y_score=score, classes=classes)


def _multiclass() -> Predictions:
    rng = np.random.default_rng(2)
    y = rng.integers(0, 4, ROWS)
    score = rng.dirichlet(np.ones(4), ROWS)
    score[np.arange(ROWS), y] += 0.3
    score /= score.sum(axis=1, keepdims=True)
    classes = np.array(["a", "b", "c", "d"])
    predicted = np.minimum(score.argmax(axis=1), 2)  # one class is never predicted
    return Predictions(y_true=classes[y], y_pred=classes[predicted], y_score=score, classes=classes)


def _regression() -> Predictions:
    rng = np.random.default_rng(3)
    y = np.exp(rng.normal(size=ROWS)) + 100.0
    return Predictions(y_true=y, y_pred=y * np.exp(0.01 * rng.normal(size=ROWS)))


def _ours(metric: MetricSpec, predictions: Predictions) -> float:
    resampled = resample(metric, [predictions], resamples=0, seed=(0,))
    assert resampled is not None
    return float(resampled.points[0])


def _theirs(function: Any, metric: MetricSpec, predictions: Predictions, kwargs: dict[str, Any]) -> float:
    given = predictions.y_pred if metric.needs == "labels" else predictions.y_score
    value = function(predictions.y_true, given, **kwargs)
    return float(value if metric.greater_is_better else -value)


BINARY_CALLS: list[tuple[Any, dict[str, Any]]] = [
    (M.accuracy_score, {}),
    (M.balanced_accuracy_score, {}),
    (M.matthews_corrcoef, {}),
    (M.cohen_kappa_score, {}),
    (M.f1_score, {}),
    (M.f1_score, {"pos_label": 0}),
    (M.fbeta_score, {"beta": 2.0}),
    (M.precision_score, {}),
    (M.recall_score, {"average": "macro"}),
    (M.jaccard_score, {}),
    (M.roc_auc_score, {}),
    (M.average_precision_score, {}),
    (M.log_loss, {}),
    (M.brier_score_loss, {}),
]
MULTICLASS_CALLS: list[tuple[Any, dict[str, Any]]] = [
    (M.accuracy_score, {}),
    (M.balanced_accuracy_score, {}),
    (M.matthews_corrcoef, {}),
    (M.cohen_kappa_score, {"weights": "linear"}),
    (M.cohen_kappa_score, {"weights": "quadratic"}),
    *(
        (f, {"average": a})
        for f in (M.f1_score, M.recall_score, M.jaccard_score)
        for a in ("macro", "micro", "weighted")
    ),
    (M.precision_score, {"average": "macro", "zero_division": 0}),
    (M.roc_auc_score, {"multi_class": "ovr"}),
    (M.roc_auc_score, {"multi_class": "ovr", "average": "weighted"}),
    (M.log_loss, {}),
    (M.top_k_accuracy_score, {"k": 3}),
]
REGRESSION_CALLS = (
    M.r2_score,
    M.explained_variance_score,
    M.mean_squared_error,
    M.root_mean_squared_error,
    M.mean_absolute_error,
    M.median_absolute_error,
    M.mean_absolute_percentage_error,
    M.mean_squared_log_error,
    M.root_mean_squared_log_error,
    M.mean_poisson_deviance,
    M.mean_gamma_deviance,
)


@pytest.mark.parametrize(("function", "kwargs"), BINARY_CALLS)
def test_binary_metrics_agree_with_sklearn(function: Any, kwargs: dict[str, Any]) -> None:
    metric = metric_for(function.__name__, kwargs)
    assert metric is not None
    assert Task.BINARY in metric.tasks
    predictions = _binary((0, 1))
    assert _ours(metric, predictions) == pytest.approx(_theirs(function, metric, predictions, kwargs), abs=1e-9)


@pytest.mark.parametrize(("function", "kwargs"), MULTICLASS_CALLS)
def test_multiclass_metrics_agree_with_sklearn(function: Any, kwargs: dict[str, Any]) -> None:
    metric = metric_for(function.__name__, kwargs)
    assert metric is not None
    predictions = _multiclass()
    assert _ours(metric, predictions) == pytest.approx(_theirs(function, metric, predictions, kwargs), abs=1e-9)


@pytest.mark.parametrize("function", REGRESSION_CALLS)
def test_regression_metrics_agree_with_sklearn(function: Any) -> None:
    metric = metric_for(function.__name__, {})
    assert metric is not None
    predictions = _regression()
    assert _ours(metric, predictions) == pytest.approx(_theirs(function, metric, predictions, {}), rel=1e-9)


def test_the_positive_class_follows_sklearn_where_labels_are_one_and_two() -> None:
    predictions = _binary((1, 2))
    for function, kwargs in ((M.f1_score, {}), (M.f1_score, {"pos_label": 2}), (M.roc_auc_score, {})):
        metric = metric_for(function.__name__, kwargs)
        assert metric is not None
        assert _ours(metric, predictions) == pytest.approx(_theirs(function, metric, predictions, kwargs))


def test_scores_are_turned_where_the_script_named_the_other_class() -> None:
    predictions = _binary(("no", "yes"))
    metric = metric_for("average_precision_score", {"pos_label": "no"})
    assert metric is not None
    assert predictions.y_score is not None
    expected = M.average_precision_score(predictions.y_true, 1 - predictions.y_score, pos_label="no")
    assert _ours(metric, predictions) == pytest.approx(expected)


def test_every_spec_is_sklearns_scorer_of_that_name() -> None:
    known = set(M.get_scorer_names())
    assert {spec.name for spec in SPECS} - known == {"cohen_kappa"}
    for spec in SPECS:
        assert metric_by_scorer(spec.name) is spec
        if spec.name in known:
            assert M.get_scorer(spec.name)._sign == (1 if spec.greater_is_better else -1)


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("roc_auc_score", {"max_fpr": 0.1}),
        ("roc_auc_score", {"multi_class": "ovo"}),
        ("f1_score", {"average": None}),
        ("f1_score", {"average": np.array([1, 2])}),
        ("fbeta_score", {"beta": "x"}),
        ("confusion_matrix", {}),
        ("score", {}),
    ],
)
def test_what_has_no_single_known_score_is_not_named(name: str, kwargs: dict[str, Any]) -> None:
    assert metric_for(name, kwargs) is None


def test_an_estimators_own_score_depends_on_the_task() -> None:
    names = {task: metric_for("score", {}, task) for task in Task}
    assert names[Task.MULTICLASS] == metric_by_scorer("accuracy")
    assert names[Task.REGRESSION] == metric_by_scorer("r2")
    assert names[Task.CLUSTERING] is None


def test_the_primary_metric_prefers_what_was_optimised_then_the_most_informative() -> None:
    accuracy, f1, auc = (metric_by_scorer(name) for name in ("accuracy", "f1", "roc_auc"))
    assert accuracy is not None
    assert f1 is not None
    assert auc is not None
    assert primary_metric(Task.BINARY, [accuracy, f1, auc]) is auc
    assert primary_metric(Task.BINARY, [accuracy, f1, auc], "f1") is f1
    assert primary_metric(Task.BINARY, [accuracy, f1]) is f1
    assert primary_metric(Task.BINARY, [], "accuracy") is accuracy
    assert primary_metric(Task.BINARY, [], "silhouette") is auc
    assert primary_metric(Task.MULTICLASS, [auc]).name == "balanced_accuracy"
    assert primary_metric(Task.REGRESSION, [accuracy]) == default_metric(Task.REGRESSION)

from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.capture.statistics.bootstrap import resample
from mlflow_pitfalls.capture.statistics.contributions import MAX_COSTLY_ROWS, contributions, max_rows
from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER, SPECS
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.model.values import Task

ROWS = 300
SMOOTH = [spec for spec in SPECS if spec.formula != "median_absolute_error"]


def predictions(spec) -> Predictions:
    rng = np.random.default_rng(0)
    if Task.REGRESSION in spec.tasks:
        y = rng.lognormal(size=ROWS)
        return Predictions(y_true=y, y_pred=y * np.exp(0.3 * rng.normal(size=ROWS)))
    classes = 2 if Task.BINARY in spec.tasks else 3
    y = rng.integers(0, classes, ROWS)
    score = rng.dirichlet(np.ones(classes), ROWS)
    score[np.arange(ROWS), y] += 0.4
    score /= score.sum(axis=1, keepdims=True)
    return Predictions(
        y_true=y,
        y_pred=score.argmax(axis=1),
        y_score=score[:, 1] if classes == 2 else score,
        classes=np.arange(classes),
    )


@pytest.mark.parametrize("spec", SMOOTH, ids=lambda spec: spec.name)
def test_contributions_average_to_the_score_and_tell_its_error(spec):
    given = predictions(spec)
    resampled = resample(spec, [given], resamples=400, seed=(0,))
    found = contributions(spec, given)
    assert found.mean() == pytest.approx(resampled.points[0], rel=1e-4, abs=1e-6)
    assert found.std() / np.sqrt(ROWS) == pytest.approx(np.std(resampled.scores[0]), rel=0.35, abs=1e-9)


def test_a_mean_of_losses_adds_each_rows_own():
    given = predictions(BY_SCORER["neg_mean_squared_error"])
    found = contributions(BY_SCORER["neg_mean_squared_error"], given)
    assert found == pytest.approx(-((given.y_true - given.y_pred) ** 2))


def test_accuracy_adds_one_for_each_right_row():
    given = predictions(BY_SCORER["accuracy"])
    assert contributions(BY_SCORER["accuracy"], given) == pytest.approx((given.y_true == given.y_pred).astype(float))


def test_what_has_no_contributions():
    median = BY_SCORER["neg_median_absolute_error"]
    assert contributions(median, predictions(median)) is None
    ones = Predictions(y_true=np.ones(30), y_score=np.linspace(0, 1, 30), classes=np.array([0, 1]))
    assert contributions(BY_SCORER["roc_auc"], ones) is None
    assert contributions(BY_SCORER["accuracy"], Predictions(y_true=np.ones(0), y_pred=np.ones(0))) is None
    negative = Predictions(y_true=np.full(30, -2.0), y_pred=np.ones(30))
    assert contributions(BY_SCORER["neg_mean_squared_log_error"], negative) is None


def test_costly_rankings_are_of_fewer_rows():
    assert max_rows(BY_SCORER["average_precision"], 10_000) == MAX_COSTLY_ROWS
    assert max_rows(BY_SCORER["roc_auc"], 10_000) == max_rows(BY_SCORER["r2"], 10_000) == 10_000

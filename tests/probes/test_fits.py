from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from mlflow_pitfalls.capture.statistics.metrics import metric_by_scorer
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.fits import (
    FitFailedError,
    OutOfBudgetError,
    compare,
    fit_and_predict,
    own_predictions,
    own_refit,
    predictions_of,
)


def test_the_same_model_gains_nothing_and_its_interval_is_no_point(make_context):
    record, context = make_context(LogisticRegression(max_iter=5000))
    found = compare(context, record, context.held_out, context.held_out)
    assert found.gain.value == 0.0
    assert found.gain.interval.low < -0.01 and found.gain.interval.high > 0.01  # 143 rows cannot exclude it


def test_a_worse_model_loses_for_certain(make_context):
    record, context = make_context(RandomForestClassifier(random_state=0))
    dummy = fit_and_predict(context, DummyClassifier(), context.x_train, context.y_train, estimate=0.0)
    found = compare(context, record, dummy.predictions, context.held_out)
    assert found.gain.interval.high < -0.2
    assert found.gain_skill.value == pytest.approx(-record.primary_score.skill.value, abs=1e-9)


def test_several_comparisons_have_wider_intervals(make_context):
    record, context = make_context(RandomForestClassifier(random_state=0), metric="roc_auc")
    other = fit_and_predict(context, LogisticRegression(max_iter=9000), context.x_train, context.y_train, estimate=0.0)
    one, three = (compare(context, record, other.predictions, context.held_out, tests=tests) for tests in (1, 3))
    assert three.gain.interval.width > one.gain.interval.width


def test_what_a_metric_needs():
    x, y = np.arange(20.0).reshape(-1, 1), np.repeat([0, 1], 10)
    model = LogisticRegression().fit(x, y)
    assert predictions_of(model, x, y, metric_by_scorer("accuracy")).y_pred.shape == (20,)
    assert predictions_of(model, x, y, metric_by_scorer("neg_log_loss")).y_score.shape == (20,)
    support = LinearSVC().fit(x, y)
    assert (predictions_of(support, x, y, metric_by_scorer("roc_auc")).y_score == support.decision_function(x)).all()
    with pytest.raises(AttributeError):
        predictions_of(support, x, y, metric_by_scorer("neg_log_loss"))


def test_a_fit_beyond_the_budget_does_not_begin(make_context):
    _, context = make_context(LogisticRegression(max_iter=5000), seconds=1.0)
    model = LogisticRegression()
    with pytest.raises(OutOfBudgetError):
        fit_and_predict(context, model, context.x_train, context.y_train, estimate=2.0)
    assert not hasattr(model, "coef_")


def test_a_fit_that_raises_is_told_by_its_class(make_context):
    _, context = make_context(LogisticRegression(max_iter=5000))
    with pytest.raises(FitFailedError, match=r"ValueError$"):
        fit_and_predict(context, LogisticRegression(), context.x_train, context.y_train[:5], estimate=0.0)


def test_the_users_predictions_stand_for_a_fit_on_the_same_rows_only(make_context):
    _, whole = make_context(RandomForestClassifier(random_state=0))
    assert own_predictions(whole) is whole.held_out
    _, part = make_context(RandomForestClassifier(random_state=0), sample=100)
    assert own_predictions(part) is own_refit(part).predictions  # fitted once
    assert own_refit(part).rows == 100


def test_regression_has_its_own_intervals(make_context):
    x, y = load_diabetes(return_X_y=True)
    record, context = make_context(RandomForestRegressor(random_state=0), x, y, metric="r2", task=Task.REGRESSION)
    found = compare(replace(context, seed=5), record, context.held_out, context.held_out)
    assert found.gain.value == 0.0 and found.gain.interval.width == 0.0

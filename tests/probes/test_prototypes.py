from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.svm import LinearSVC

from mlflow_pitfalls.capture.statistics.metrics import metric_by_scorer
from mlflow_pitfalls.model.record import HistoryFacts
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.families import quick_models
from mlflow_pitfalls.probes.fits import FitFailedError
from mlflow_pitfalls.probes.prototypes import BUDGET, PROTOTYPES


def board(made):
    record, context = made
    return PROTOTYPES.run(context, record)["prototypes"]


def test_every_family_is_tried_and_scored(make_context):
    found = board(make_context(LinearSVC(), metric="roc_auc"))
    assert not [each for each in found if each.error]
    assert {each.family for each in found} >= {
        "dummy", "linear", "neighbors", "bayes", "tree", "forest", "boosting", "svm", "network",
    }  # fmt: skip
    scores = [each.score.value for each in found]
    assert scores == sorted(scores, reverse=True)
    assert found[-1].family == "dummy"
    assert found[-1].score.value == 0.5
    own = [each for each in found if each.is_run]
    assert [each.model for each in own] == ["LinearSVC"]
    assert all(each.score.interval.low < each.score.value < each.score.interval.high for each in found[:-1])


@pytest.mark.parametrize("metric", ["neg_log_loss", "balanced_accuracy"])
def test_every_kind_of_metric_is_served(metric, make_context):
    x, y = load_iris(return_X_y=True, as_frame=True)
    labels = np.array(["c", "a", "b"])[np.asarray(y)]
    made = make_context(LogisticRegression(max_iter=1000), x, labels, metric=metric, task=Task.MULTICLASS)
    assert not [each for each in board(made) if each.error]


def test_regression_is_scored_too(make_context):
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    found = board(make_context(Lasso(alpha=0.1), x, y, metric="r2", task=Task.REGRESSION))
    assert not [each for each in found if each.error]
    assert found[-1].family in ("dummy", "tree")
    assert next(each for each in found if each.is_run).score.value > 0.4


def test_failures_are_shown_with_their_class(make_context):
    record, context = make_context(LogisticRegression(max_iter=10_000))
    sparse = sp.csr_matrix(np.asarray(context.x_train))
    found = board((record, replace(context, x_train=sparse, estimator=None)))
    errors = {each.model: each.error for each in found if each.error}
    assert "TypeError" in errors.values()
    assert all(each.score is None for each in found if each.error)
    assert [each for each in found if each.score]


def test_the_budget_leaves_out_the_dearest(make_context):
    record, context = make_context(LogisticRegression(max_iter=10_000), fit_seconds=1000.0, seconds=60.0)
    found = board((record, replace(context, budget=Budget(1.0, grace=0.0))))
    assert [each.family for each in found if each.score] == ["dummy"]
    assert {each.error for each in found if each.score is None} == {BUDGET}
    assert len(found) >= 10


def test_nothing_to_tell_apart_is_a_failure(make_context):
    record, context = make_context(LogisticRegression(max_iter=10_000))
    keys = pd.DataFrame({"key": [f"row {i}" for i in range(len(context.y_train))]})
    with pytest.raises(FitFailedError):
        PROTOTYPES.run(replace(context, x_train=keys), record)
    with pytest.raises(FitFailedError):
        PROTOTYPES.run(replace(context, y_train=np.zeros(len(context.y_train))), record)


def test_it_is_needed_where_nothing_simple_was_run(make_context):
    record, _ = make_context(LogisticRegression(max_iter=10_000))
    history = HistoryFacts(runs_seen=3, comparable_runs=3, baseline_runs=0, complete=True)
    assert PROTOTYPES.not_needed(replace(record, history=history))
    forest = replace(record.fit.estimator, family="forest", final_class_name="RandomForestClassifier")
    complex_run = replace(record, fit=replace(record.fit, estimator=forest), history=history)
    assert not PROTOTYPES.not_needed(complex_run)
    assert PROTOTYPES.not_needed(replace(complex_run, history=replace(history, baseline_runs=1)))
    assert PROTOTYPES.not_needed(replace(complex_run, task=Task.CLUSTERING))


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_quick_models_are_ordered_by_cost_and_seeded(task):
    metric = metric_by_scorer("r2" if task is Task.REGRESSION else "accuracy")
    models = quick_models(task, metric, seed=3)
    assert [model.seconds for model in models] == sorted(model.seconds for model in models)
    for model in models:
        states = {name: value for name, value in model.build().get_params().items() if name.endswith("random_state")}
        assert set(states.values()) <= {3}, model.name

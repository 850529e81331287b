from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlflow_pitfalls.model.record import LiftFacts
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.lift import lift


def found(made) -> LiftFacts:
    record, context = made
    return lift.run(context, record)["lift"]


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(20, random_state=0)


@pytest.mark.parametrize("model", [forest(), make_pipeline(StandardScaler(), RidgeClassifier())])
def test_a_real_signal_shows_on_the_training_rows(make_context, model):
    facts = found(make_context(model))
    assert facts.metric == "roc_auc"
    assert facts.skill.interval.low > 0.8
    assert facts.rows == 426


def test_shuffled_labels_show_none(make_context, cancer):
    misses = 0
    for seed in range(8):
        y = np.random.default_rng(seed).permutation(cancer[1])
        facts = found(make_context(forest(), cancer[0], y, seed=seed))
        misses += facts.skill.interval.low > 0
    assert misses <= 1


def test_classes_and_numbers(make_context):
    wine = load_wine(return_X_y=True)
    made = make_context(make_pipeline(StandardScaler(), LogisticRegression()), *wine, task=Task.MULTICLASS)
    assert found(made).metric == "balanced_accuracy"
    assert found(made).skill.interval.low > 0.8
    regression = make_context(
        RandomForestRegressor(20, random_state=0), *load_diabetes(return_X_y=True), metric="r2", task=Task.REGRESSION
    )
    assert found(regression).skill.interval.low > 0.1


def test_it_is_not_needed_where_the_held_out_rows_show_a_lift(make_context, cancer):
    record, _ = make_context(forest())
    assert "already" in lift.not_needed(record)
    y = np.random.default_rng(0).permutation(cancer[1])
    record, _ = make_context(forest(), cancer[0], y)
    assert lift.not_needed(record) == ""


def test_the_budget_and_too_few_rows_end_it(make_context):
    record, context = make_context(forest(), fit_seconds=100.0, seconds=1.0)
    with pytest.raises(OutOfBudgetError):
        lift.run(context, record)
    record, context = make_context(forest(), sample=10)
    with pytest.raises(FitFailedError, match="too few"):
        lift.run(context, record)

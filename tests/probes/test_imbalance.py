from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.model.record import ImbalanceRemedies
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.fits import FitFailedError
from mlflow_pitfalls.probes.imbalance import BUDGET, IMBALANCE

ROWS = 1_200


def rare_events(seed: int = 0, *, categories: bool = False, missing: bool = False):
    """One row in 15 is of the rare class, which overlaps with the common one."""
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < 1 / 15).astype(int)
    x = pd.DataFrame(rng.normal(size=(ROWS, 4)) + 1.2 * y[:, None], columns=list("abcd"))
    if categories:
        x["colour"] = np.where(rng.random(ROWS) < 0.3 + 0.4 * y, "red", "blue")
    if missing:
        x.loc[::9, "colour"] = None
    return x, np.where(y == 1, "yes", "no")


def trials(made):
    record, context = made
    found = IMBALANCE.run(context, record)["imbalance_trials"]
    return {trial.remedy: trial for trial in found}


def encoded(model):
    encode = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(make_column_transformer((encode, ["colour"]), remainder="passthrough"), model)


def test_remedies_are_compared_with_doing_nothing(make_context):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    found = trials(make_context(model, *rare_events(), metric="average_precision"))
    assert list(found) == [
        "nothing", "threshold", "class_weight", "RandomUnderSampler", "RandomOverSampler", "SMOTE",
    ]  # fmt: skip
    base = found.pop("nothing")
    assert base.balanced_accuracy_change is None
    assert base.minority_recall.value < 0.6
    for trial in found.values():
        assert not trial.error
        assert trial.balanced_accuracy_change.interval.low > 0.05, trial.remedy
        assert trial.minority_recall_change.interval.low > 0.1
        expected = trial.balanced_accuracy.value - base.balanced_accuracy.value
        assert trial.balanced_accuracy_change.value == pytest.approx(expected)
        ast.parse(trial.code)
    assert found["threshold"].average_precision_change.value == 0.0
    assert found["threshold"].gap is None
    assert found["class_weight"].code == 'model.set_params(logisticregression__class_weight="balanced")'
    assert "*model[:-1], SMOTE(" in found["SMOTE"].code


def test_rows_are_weighted_where_classes_cannot_be(make_context):
    found = trials(make_context(GradientBoostingClassifier(n_estimators=20), *rare_events()))
    assert not found["class_weight"].error
    assert "sample_weight=" in found["class_weight"].code


def test_an_estimator_without_weights_shows_its_failure(make_context):
    found = trials(make_context(KNeighborsClassifier(), *rare_events()))
    assert found["class_weight"].error == "TypeError"
    assert found["class_weight"].balanced_accuracy is None
    assert not found["SMOTE"].error


def test_oversampling_widens_the_gap_of_a_tree(make_context):
    found = trials(make_context(DecisionTreeClassifier(), *rare_events()))
    assert found["nothing"].gap.value > 0.2


@pytest.mark.parametrize("missing", [False, True])
def test_categories_are_mixed_as_such(missing, make_context):
    x, y = rare_events(categories=True, missing=missing)
    found = trials(make_context(encoded(LogisticRegression()), x, y))
    assert not found["SMOTE"].error
    assert ("SMOTENC(categorical_features=[4]" in found["SMOTE"].code) is not missing


def test_more_classes_have_no_threshold(make_context):
    x, y = rare_events()
    y = np.where((y == "no") & (x["a"] > 0), "perhaps", y)
    found = trials(make_context(LogisticRegression(), x, y, task=Task.MULTICLASS))
    assert "threshold" not in found
    assert not found["SMOTE"].error
    assert found["nothing"].average_precision is not None


def test_the_budget_ends_the_trials(make_context):
    record, context = make_context(LogisticRegression(), *rare_events())
    found = trials((record, replace(context, budget=Budget(1.0, grace=0.0))))
    assert {name: trial.error for name, trial in found.items()} == {"nothing": BUDGET}


def test_a_short_budget_makes_the_sample_smaller(make_context):
    made = make_context(LogisticRegression(), *rare_events(), seconds=15.0, fit_seconds=0.8)
    assert trials(made)["nothing"].rows < 900


def test_too_few_rows_of_a_class_fail(make_context):
    x, y = rare_events()
    rare = np.flatnonzero(y == "yes")[:9]
    kept = np.sort(np.concatenate([np.flatnonzero(y == "no"), rare]))
    record, context = make_context(LogisticRegression(), x.iloc[kept], y[kept])
    with pytest.raises(FitFailedError):
        IMBALANCE.run(context, record)


def test_the_same_seed_finds_the_same_and_leaves_global_state_alone(make_context):
    made = make_context(DecisionTreeClassifier(), *rare_events())
    state = np.random.get_state()[1].copy()
    first, second = trials(made), trials(made)
    assert {name: trial.minority_recall for name, trial in first.items()} == {
        name: trial.minority_recall for name, trial in second.items()
    }
    assert (np.random.get_state()[1] == state).all()


def test_it_is_needed_where_imbalance_is_flagged(make_context, profile_of):
    record, _ = make_context(LogisticRegression(), *rare_events())
    rare = replace(record, train=profile_of(900, (840, 60)))
    assert not IMBALANCE.not_needed(rare)
    assert IMBALANCE.not_needed(replace(rare, remedies=ImbalanceRemedies(class_weight=True)))
    assert IMBALANCE.not_needed(replace(record, train=profile_of(900, (500, 400))))
    assert IMBALANCE.not_needed(replace(rare, task=Task.REGRESSION))

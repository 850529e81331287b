from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.statistics.boundary import class_gap
from mlflow_pitfalls.capture.statistics.single_feature import single_feature_facts
from mlflow_pitfalls.model.record import SingleFeatureFacts
from mlflow_pitfalls.model.values import Task


def _facts(X: pd.DataFrame, y: Any, task: Task) -> dict[str, SingleFeatureFacts]:
    split = train_test_split(X, np.asarray(y), random_state=0, stratify=y if task.is_classification else None)
    X_train, X_test = (side.reset_index(drop=True) for side in split[:2])
    found = single_feature_facts(X_train, split[2], X_test, split[3], [str(name) for name in X], task=task)
    return {fact.column: fact for fact in found}


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_a_leak_among_few_positives_is_certain_over_all_rows(noise):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    rare = np.r_[np.flatnonzero(y == 1), np.flatnonzero(y == 0)[:25]]
    X, y = X.iloc[rare].reset_index(drop=True), y.iloc[rare].reset_index(drop=True)
    X["settled"] = y + np.random.default_rng(0).normal(0, noise / 4, len(y))
    leak = _facts(X, y, Task.BINARY)["settled"]
    assert leak.pooled_skill.value == 1.0
    assert leak.pooled_skill.rows == len(y)
    assert leak.pooled_skill.interval.low > leak.skill.interval.low
    assert leak.class_gap > 1.0
    assert leak.rival_skill < 0.99


def test_a_copy_of_a_number_stands_far_above_the_others():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X["noisy"] = y + np.random.default_rng(1).normal(0, 5, len(y))
    X["noisy_in_euros"] = X["noisy"] * 0.9
    facts = _facts(X, y, Task.REGRESSION)
    assert facts["noisy"].pooled_skill.value > 0.95
    assert facts["noisy"].rival_skill < 0.5  # the other currency is no other column
    assert facts["noisy"].class_gap is None


def test_honest_measures_are_near_each_other():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    best = max(_facts(X, y, Task.BINARY).values(), key=lambda fact: fact.skill.value)
    assert best.pooled_skill.value < 0.95
    assert best.rival_skill > 0.8
    assert best.class_gap is None


def test_two_petals_tell_setosa():
    X, y = load_iris(return_X_y=True, as_frame=True)
    best = max(_facts(X, (y == 0).astype(int), Task.BINARY).values(), key=lambda fact: fact.skill.value)
    assert best.pooled_skill.value == best.rival_skill == 1.0


def test_weak_columns_are_not_scored_again():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    assert all(fact.pooled_skill is None for fact in _facts(X, y, Task.REGRESSION).values())


def test_gaps_are_counted_in_deviations():
    codes = np.repeat([0, 1, 2], 10)
    values = np.tile([-1.0, 1.0], 15) + np.repeat([0.0, 10.0, 30.0], 10)
    assert class_gap(values, codes) == pytest.approx(8.0)
    assert class_gap(values, codes[::-1]) == pytest.approx(8.0)
    assert class_gap(np.where(codes == 2, np.nan, values), codes) is None
    assert class_gap(np.tile([0.0, 1.0], 15), codes) is None
    assert class_gap(codes * 1.0, codes) is None
    assert class_gap(values[:23], codes[:23]) is None
    assert class_gap(np.sort(np.random.default_rng(0).normal(size=1_000)), np.repeat([0, 1], 500)) < 0.1

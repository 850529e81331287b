from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.fits import OutOfBudgetError
from mlflow_pitfalls.probes.folds import (
    Answer,
    as_predictions,
    fold_positions,
    out_of_fold,
    readable_target,
    sampled_target,
)


def test_rare_classes_are_left_out_and_labels_kept_as_they_came():
    y = np.array(["10"] * 20 + ["9"] * 20 + ["1"] * 2)
    target = readable_target(y, Task.MULTICLASS)
    assert target.labels.tolist() == ["10", "9"]
    assert target.rows == 40
    assert target.own_values.dtype == y.dtype
    assert (target.own_values == y[target.positions]).all()


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (np.ones(50), Task.REGRESSION),
        (np.full(50, np.nan), Task.REGRESSION),
        (np.array(["a"] * 50), Task.BINARY),
        (np.array(["a"] * 48 + ["b"] * 2), Task.BINARY),
        (np.zeros((50, 2)), Task.BINARY),
        (np.array([]), Task.BINARY),
        (pd.Series(["a", None] * 25), Task.BINARY),
        (np.arange(50), Task.CLUSTERING),
    ],
)
def test_what_cannot_be_told_apart_is_none(y, task):
    assert readable_target(y, task) is None


def test_a_sample_keeps_rare_classes():
    target = readable_target(np.array([0] * 990 + [1] * 10), Task.BINARY)
    sample = sampled_target(target, 100, seed=0)
    assert np.bincount(sample.values).tolist() == [99, 5]
    assert (np.diff(sample.positions) > 0).all()
    numbers = readable_target(np.arange(100.0), Task.REGRESSION)
    assert sampled_target(numbers, 30, seed=0).rows == 30


def test_answers_come_back_in_the_rows_order():
    target = readable_target(np.arange(20.0), Task.REGRESSION)
    splits = fold_positions(target, 5, seed=3)
    answer, _ = out_of_fold(lambda number: Answer(splits[number][1], None), splits, budget=Budget(1.0), expected=0.0)
    assert answer.predicted.tolist() == list(range(20))
    assert as_predictions(answer, target).y_true.tolist() == list(range(20))


def test_the_budget_stops_before_and_between_folds():
    target = readable_target(np.arange(20.0), Task.REGRESSION)
    splits = fold_positions(target, 5, seed=0)
    asked = []

    def slow(number: int) -> Answer:
        asked.append(number)
        time.sleep(0.05)
        return Answer(splits[number][1], None)

    with pytest.raises(OutOfBudgetError):
        out_of_fold(slow, splits, budget=Budget(1.0, grace=0.1), expected=1.0)
    assert not asked
    with pytest.raises(OutOfBudgetError):
        out_of_fold(slow, splits, budget=Budget(1.0, grace=0.1), expected=0.0)
    assert asked == [0]


def test_own_labels_become_codes():
    target = readable_target(np.array(["no"] * 10 + ["yes"] * 10), Task.BINARY)
    assert target.coded(Answer(np.array(["yes", "no"]), None)).predicted.tolist() == [1, 0]
    with pytest.raises(KeyError):
        target.coded(Answer(np.array(["maybe"]), None))

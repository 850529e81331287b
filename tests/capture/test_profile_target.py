from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV

from mlflow_pitfalls.capture.profile import class_labels, label_text, profile_target
from mlflow_pitfalls.capture.task import target_name_of, task_of
from mlflow_pitfalls.model.values import Task


@pytest.mark.parametrize(
    ("y", "estimator", "task"),
    [
        ([0, 1, 1, 0], None, Task.BINARY),
        (["a", "b", "c"], None, Task.MULTICLASS),
        (np.array([1.0, 2.0, 3.0]), None, Task.MULTICLASS),
        (np.array([1.5, 2.0, 3.0]), None, Task.REGRESSION),
        (np.array([1.0, 2.0, 3.0]), LinearRegression(), Task.REGRESSION),
        (np.array([1.5, 2.0, 3.0]), LogisticRegression(), Task.MULTICLASS),
        (np.arange(100), LogisticRegression(), Task.MULTICLASS),
        ([0, 1], GridSearchCV(LogisticRegression(), {}), Task.BINARY),
        (pd.Series([True, False, None], dtype="boolean"), None, Task.BINARY),
        (pl.Series(["x", "y"]), object(), Task.BINARY),
        (np.eye(3, dtype=int), None, Task.MULTILABEL),
        (np.eye(3) * 1.5, LinearRegression(), Task.MULTIOUTPUT),
        (None, KMeans(), Task.CLUSTERING),
        (None, None, Task.UNKNOWN),
        (iter([1]), None, Task.UNKNOWN),
        ([[1], [0]], None, Task.BINARY),
    ],
)
def test_tasks(y, estimator, task):
    assert task_of(y, estimator) is task


def test_tasks_of_hostile_targets_and_estimators(hostile):
    class Raising:
        def __getattr__(self, name):
            raise RuntimeError(name)

    assert task_of([hostile(), hostile()]) is Task.UNKNOWN
    assert task_of([0, 1], Raising()) is Task.BINARY


def test_names_of_targets():
    assert target_name_of(pd.Series([1], name="price")) == "price"
    assert target_name_of(pd.DataFrame({"price": [1]})) == "price"
    assert target_name_of(pd.Series([1])) == target_name_of(np.zeros(3)) == target_name_of(None) == "target"


@pytest.mark.parametrize(
    "convert",
    [
        np.asarray,
        pd.Series,
        list,
        pl.Series,
        lambda y: pd.Series(y, dtype="category"),
        lambda y: np.reshape(y, (-1, 1)),
    ],
)
def test_classes_are_counted_commonest_first(convert):
    y = [7] * 50 + [3] * 25 + [5] * 5
    target = profile_target(convert(y), name="y", task=Task.MULTICLASS)
    assert [(c.label, c.count) for c in target.classes] == [("7", 50), ("3", 25), ("class 2", 5)]
    assert (target.rows, target.missing, target.distinct, target.is_integer) == (80, 0, 3, True)


def test_missing_labels_are_counted():
    target = profile_target(pd.Series(["a", None, "b"] * 20), name="y", task=Task.BINARY)
    assert (target.missing, target.distinct, target.is_integer) == (20, 2, False)


def test_both_sides_of_a_split_share_their_labels():
    train, test = ["a"] * 60 + ["b"] * 18 + ["c"] * 2, ["a"] * 20 + ["b"] * 4
    labels = class_labels(train, test)
    assert labels == {"a": "a", "b": "b", "c": "class 3"}
    target = profile_target(test, name="y", task=Task.BINARY, labels=labels)
    assert [c.label for c in target.classes] == ["a", "b"]
    assert class_labels(train, privacy="strict") == {"a": "class 1", "b": "class 2", "c": "class 3"}


def test_regression_targets_are_summarised():
    y = np.random.default_rng(0).lognormal(size=70_000)
    y[:7] = np.nan
    target = profile_target(y, name="price", task=Task.REGRESSION, target_sample=y[::7])
    series = pd.Series(y)
    assert (target.rows, target.missing) == (70_000, 7)
    assert (target.mean, target.std) == (pytest.approx(series.mean()), pytest.approx(series.std()))
    assert target.skew == pytest.approx(series.skew())
    assert (target.minimum, target.maximum) == (series.min(), series.max())
    assert dict(target.quantiles)[0.5] == pytest.approx(series[::7].median())
    assert sum(target.histogram.counts) == np.isfinite(y[::7]).sum()
    assert profile_target(y, name="price", task=Task.REGRESSION, privacy="strict").quantiles == ()


def test_targets_that_cannot_be_summarised_are_counted(hostile):
    assert profile_target(np.zeros((5, 2)), name="y", task=Task.MULTIOUTPUT).rows == 5
    assert profile_target([hostile()] * 4, name="y", task=Task.MULTICLASS).classes == ()
    assert profile_target(["a", "b"], name="y", task=Task.REGRESSION).mean is None
    assert profile_target([], name="y", task=Task.REGRESSION).rows == 0
    assert len(class_labels(np.arange(5_000))) == 1_000
    many = profile_target(np.arange(5_000), name="y", task=Task.MULTICLASS)
    assert (many.distinct, len(many.classes)) == (5_000, 1_000)


def test_labels_as_text(hostile):
    assert [label_text(v) for v in (1, 1.0, np.int64(1), 1.5, "a", True)] == ["1", "1", "1", "1.5", "a", "True"]
    assert label_text(hostile()) == "?"
    assert len(label_text("x" * 500)) == 100

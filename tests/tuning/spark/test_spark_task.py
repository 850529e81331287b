"""What is sent to executors, and what happens to it there; in this process, without Spark."""

from __future__ import annotations

import os
import pickle
import sys

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, train_test_split

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.spark.spark_task import Answer, Shipment, answers, missing_here
from mlflow_pitfalls.tuning.study.objective import problem_of
from mlflow_pitfalls.tuning.study.workers import packed
from tests.tuning.estimators import Fragile, Homebound

DEPTH = Parameter(name="max_depth", kind=Kind.INTEGER, low=1, high=8)


class Held:
    """As Spark hands a broadcast to a task."""

    def __init__(self, value):
        self.value = pickle.loads(pickle.dumps(value))


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return train_test_split(X, y, random_state=0, stratify=y)


def problem(model, X, y):
    splits = tuple(KFold(4).split(X))
    return problem_of(model, X, y, splits=splits, scorer=get_scorer("roc_auc"), parameters=(DEPTH,), seed=0)


def test_no_test_row_is_sent(cancer):
    X_train, X_test, y_train, _ = cancer
    content = packed(problem(Fragile(), np.ascontiguousarray(X_train), y_train))
    assert all(row.tobytes() in content for row in X_train)
    assert not any(row.tobytes() in content for row in X_test)
    assert len(content) < 1.3 * (X_train.nbytes + 4 * len(y_train) * 8 + y_train.nbytes)


def test_folds_are_scored_as_here(cancer):
    X_train, _, y_train, _ = cancer
    here = problem(Fragile(), X_train, y_train)
    held = Held(Shipment(packed(here), ()))
    assert missing_here(held, None) == ""
    found = answers(held, {"max_depth": 2}, (0, 1, 2))
    assert [answer.score for answer in found] == [here.fold_score({"max_depth": 2}, fold) for fold in range(3)]
    assert not any(answer.error or answer.missing for answer in found)


def test_an_estimator_that_raises_ends_the_folds(cancer):
    X_train, _, y_train, _ = cancer
    held = Held(Shipment(packed(problem(Fragile(limit=3), X_train, y_train)), ()))
    assert answers(held, {"max_depth": 5}, (0, 1)) == [Answer(error="ZeroDivisionError")]


def test_folders_of_the_models_modules_are_tried_last(cancer, tmp_path, monkeypatch):
    X_train, _, y_train, _ = cancer
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    Held(Shipment(packed(problem(Fragile(), X_train, y_train)), (before[0], str(tmp_path))))
    assert sys.path == [*before, str(tmp_path)]


def test_what_cannot_be_read_is_told(cancer):
    X_train, _, y_train, _ = cancer
    held = Held(Shipment(packed(problem(Homebound(home=os.getpid() + 1), X_train, y_train)), ()))
    assert missing_here(held, None) == "ModuleNotFoundError: No module named 'at_home'"
    assert answers(held, {}, (0,)) == [Answer(missing="ModuleNotFoundError: No module named 'at_home'")]

"""Estimators of the user's own that are slow, that raise, or that lie deep, and programs with little room left."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline

from mlflow_pitfalls import hooks

DEEP = 50
HOOKED_PER_LEVEL = 1  # frame of ours for each pipeline inside of another
ROOM_TRIED = 40  # frames, from where the user's own call just fits
calls: Counter[str] = Counter()


class Prickly(ClassifierMixin, BaseEstimator):
    """Raises wherever Python lets it, and counts how often it is asked."""

    def __init__(self, depth=1):
        self.depth = depth

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.resize(self.classes_, len(X))

    def get_params(self, deep=True):
        calls["get_params"] += 1
        raise RuntimeError("get_params")

    def __getattr__(self, name):
        calls["__getattr__"] += 1
        raise RuntimeError(name)

    def __eq__(self, other):
        calls["__eq__"] += 1
        raise RuntimeError("__eq__")

    def __hash__(self):
        calls["__hash__"] += 1
        raise RuntimeError("__hash__")

    def __repr__(self):
        calls["__repr__"] += 1
        raise RuntimeError("__repr__")

    def __bool__(self):
        calls["__bool__"] += 1
        raise RuntimeError("__bool__")

    def __len__(self):
        calls["__len__"] += 1
        raise RuntimeError("__len__")

    def __dir__(self):
        calls["__dir__"] += 1
        raise RuntimeError("__dir__")

    @property
    def feature_importances_(self):
        calls["property"] += 1
        raise RuntimeError("property")


def _use(model):
    X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    model.fit(X_train, y_train)
    return float(np.mean(model.predict(X_test) == y_test))


def test_an_estimator_that_raises_everywhere_is_asked_once_and_recorded_all_the_same(watched):
    calls.clear()
    score = _use(Prickly())
    record = watched.settle()
    asked = dict(calls)
    hooks.uninstall()
    assert score == _use(Prickly())
    assert asked.pop("get_params") == 1
    assert asked == {}, "nothing else of it is called"
    assert record.fit.estimator.class_name == "Prickly"
    assert record.fit.rows == 112


def _nested(depth: int) -> Pipeline:
    model: Any = LogisticRegression(max_iter=500)
    for _ in range(depth):
        model = Pipeline([("inner", model)])
    return model


def _at_depth(frames: int, call: Callable[[], Any]) -> Any:
    return call() if frames <= 0 else _at_depth(frames - 1, call)


def _least_room(call: Callable[[], Any]) -> int:
    """Frames below this one with which the call just succeeds."""
    low, high = 1, sys.getrecursionlimit() // 2
    while low < high:
        middle = (low + high) // 2
        try:
            _at_depth(_deepest(middle), call)
            high = middle
        except RecursionError:
            low = middle + 1
    return low


def _deepest(room: int) -> int:
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    return sys.getrecursionlimit() - depth - room


def test_fifty_pipelines_inside_one_another(watched):
    X, y = load_iris(return_X_y=True)
    model = _nested(DEEP).fit(X, y)  # scikit-learn itself would predict for ever
    record = watched.settle()
    assert record.fit.estimator.class_name == "Pipeline"
    assert any("so deep" in note for note in record.notes)
    hooks.uninstall()
    twin = _nested(DEEP).fit(X, y)
    for _ in range(DEEP):
        model, twin = model.steps[-1][1], twin.steps[-1][1]
    assert (model.coef_ == twin.coef_).all()


@pytest.mark.parametrize("depth", [0, pytest.param(5, marks=pytest.mark.slow)])
def test_a_call_that_just_fits_on_the_stack_still_does(watched, depth):
    X, y = load_iris(return_X_y=True)
    fit, predict = lambda: _nested(depth).fit(X, y), _nested(depth).fit(X, y).predict
    listener = watched.recorder
    hooks.uninstall()
    for call in (fit, lambda: predict(X)):
        room = _least_room(call)
        hooks.install(listener)
        for spare in range(ROOM_TRIED):
            frames = _deepest(room + (depth + 1) * HOOKED_PER_LEVEL + spare)
            _at_depth(frames, call)
        hooks.uninstall()
    hooks.install(listener)
    GaussianNB().fit(X, y)
    assert watched.settle().fit.estimator.class_name == "GaussianNB", "later calls are seen again"

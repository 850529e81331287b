"""An estimator is asked for answers to bounded samples; what it raises then is its own affair."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

from mlflow_pitfalls import errors
from mlflow_pitfalls.capture.recording.answers import RefusedError, outputs

X, y = load_breast_cancer(return_X_y=True)
LONG = 60.0  # seconds


class OnlyOnce(GaussianNB):
    """Predicts when its user asks, and never again."""

    def predict(self, X):
        if getattr(self, "asked_", False):
            raise OSError("the connection is closed")
        self.asked_ = True
        return super().predict(X)


def test_all_rows_where_there_is_time():
    model = GaussianNB().fit(X, y)
    labels, scores = outputs(model, ["predict", "predict_proba"], X, time.perf_counter() + LONG)
    np.testing.assert_array_equal(labels.values, model.predict(X))
    assert labels.index is None
    assert scores.are_probabilities and len(scores.values) == len(X)


def test_a_part_of_the_rows_where_there_is_none():
    model = GaussianNB().fit(X, y)
    labels, scores = outputs(model, ["predict"], X, time.perf_counter())
    assert len(labels.index) == len(labels.values) < len(X)
    np.testing.assert_array_equal(labels.values, model.predict(X[labels.index]))
    assert scores is None


def test_no_method_and_no_rows():
    model = GaussianNB().fit(X, y)
    assert outputs(model, ["decision_function"], X, time.perf_counter() + LONG) == (None, None)
    assert outputs(model, ["predict"], X[:0], time.perf_counter() + LONG) == (None, None)


def test_what_it_raises_is_told_by_its_class():
    model = OnlyOnce().fit(X, y)
    model.predict(X)
    with pytest.raises(RefusedError, match=r"^OSError$"):
        outputs(model, ["predict"], X, time.perf_counter() + LONG)


def test_an_estimator_that_answers_no_more_is_no_fault_of_ours(watched, monkeypatch):
    faults = []
    monkeypatch.setattr(errors, "report_once", lambda *fault: faults.append(fault))
    X_train, X_test, y_train, _ = train_test_split(X, y, random_state=0)
    OnlyOnce().fit(X_train, y_train).predict(X_test)
    record = watched.settle()
    assert faults == []
    assert "asked for predictions on bounded samples, the estimator raised OSError" in record.notes

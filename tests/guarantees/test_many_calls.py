"""Thousands of calls: so many are looked at, the rest only counted, and nothing is kept of any of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.capture.recording import repeats
from mlflow_pitfalls.capture.recording.recorder import FULL_CALLS, MAX_COUNTED
from mlflow_pitfalls.model.record import RunInfo

PREDICTIONS = 10_000
FITS = 1_000
RUN = RunInfo(run_id="a" * 32)


@pytest.fixture
def handled(watched, monkeypatch):
    """The calls that were looked at, by kind."""
    found: list[str] = []
    for kind, handler in watched.recorder._handlers.items():
        monkeypatch.setitem(
            watched.recorder._handlers, kind, lambda event, call=handler: (found.append(event.name), call(event))
        )
    return found


def test_ten_thousand_predictions_of_one_row(watched, handled):
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = DecisionTreeClassifier().fit(X, y)
    row = X.iloc[[0]].to_numpy()
    model.fit(X.to_numpy(), y)
    handled.clear()
    for _ in range(PREDICTIONS):
        model.predict(row)
    powers = PREDICTIONS.bit_length() - FULL_CALLS.bit_length()
    assert len(handled) == FULL_CALLS + powers
    book = watched.recorder._book
    assert book.pending.predict_calls + book.open()[-1].times.predict_calls == PREDICTIONS
    assert len(watched.recorder._lineage.objects) < PREDICTIONS // 100


def test_calls_of_ever_new_objects_are_counted_in_bounds(watched):
    kept = [object() for _ in range(2 * MAX_COUNTED)]
    for owner in kept:
        watched.recorder.wants(None, "predict", owner)
    assert len(watched.recorder._counts) <= MAX_COUNTED


@pytest.mark.parametrize("run", [None, RUN], ids=["no run", "one run"])
def test_a_thousand_tiny_fits_on_one_line(watched, run):
    watched.run = run
    X, y = load_iris(return_X_y=True)
    for _ in range(FITS):
        GaussianNB().fit(X, y)
    powers = FITS.bit_length() - repeats.FULL_FITS.bit_length()
    assert watched.captured == repeats.FULL_FITS + powers
    record = watched.settle()
    assert (repeats.NOTE in record.notes) is (run is not None)
    GaussianNB().fit(X, y)
    assert watched.captured == repeats.FULL_FITS + powers + 1, "another line is looked at"


def test_fits_with_a_run_of_their_own_are_all_looked_at(watched):
    X, y = load_iris(return_X_y=True)
    for number in range(3 * repeats.FULL_FITS):
        watched.run = RunInfo(run_id=f"{number:032}")
        GaussianNB().fit(X, y)
    assert watched.captured == 3 * repeats.FULL_FITS


def test_a_score_of_a_fit_that_was_passed_over_is_not_that_of_an_earlier_one(watched):
    watched.run = RUN
    X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    model, right, told = GaussianNB(), repeats.FULL_FITS, []
    for number in range(right + right // 2):
        model.fit(X_train, y_train if number < right else np.roll(y_train, 1))
        told.append(accuracy_score(y_test, model.predict(X_test)))
    assert told[-1] < told[0]
    record = watched.settle()
    values = [evaluation.value for evaluation in record.evaluations if evaluation.metric == "accuracy_score"]
    assert values == told[:right]


def test_a_score_in_another_run_counts_for_the_run_of_the_fit_and_is_noted(watched):
    X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    watched.run = RUN
    model = GaussianNB().fit(X_train, y_train)
    watched.run = RunInfo(run_id="b" * 32)
    accuracy_score(y_test, model.predict(X_test))
    record = watched.settle()
    assert record.run.run_id == RUN.run_id
    assert [evaluation.metric for evaluation in record.evaluations] == ["accuracy_score"]
    assert any("outside of the run" in note for note in record.notes)
    assert {each.run.run_id for each in watched.records} == {RUN.run_id}


def test_a_score_in_the_same_run_is_not_noted(watched):
    X_train, X_test, y_train, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    watched.run = RUN
    model = GaussianNB().fit(pd.DataFrame(X_train), y_train)
    model.score(pd.DataFrame(X_test), y_test)
    assert watched.settle().notes == ()

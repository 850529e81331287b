"""Threads that fit side by side: what one of them does never ends up in another's record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.model.events import RunEvent, RunOrigin
from mlflow_pitfalls.model.record import RunInfo, RunRecord


@pytest.fixture
def other() -> Iterator[Executor]:
    """One thread beside the main one, alive as long as the test; it does one thing at a time, when asked to."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def do(other: Executor, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return other.submit(work, *args, **kwargs).result(60)


def record_of(watched: Any, run_id: str) -> RunRecord:
    watched.settle()
    return next(record for record in reversed(watched.records) if record.run.run_id == run_id)


@pytest.fixture
def runs(watched, other) -> None:
    """Each of the two threads is in a run of its own."""
    watched.runs[threading.get_ident()] = RunInfo(run_id="main")
    watched.runs[do(other, threading.get_ident)] = RunInfo(run_id="other")


def test_seconds_are_those_of_the_runs_own_thread(watched, other, runs):
    X, y = load_iris(return_X_y=True)
    do(other, StandardScaler().fit_transform, X)
    model = DecisionTreeClassifier().fit(X, y)
    model.predict(X)
    main = record_of(watched, "main")
    assert main.times.transform_seconds == 0
    assert main.times.predict_calls == 1
    do(other, GaussianNB().fit, X, y)
    beside = record_of(watched, "other")
    assert beside.times.transform_seconds > 0
    assert beside.times.predict_calls == 0


def test_predictions_count_for_their_model_whoever_makes_them(watched, other, runs):
    X, y = load_iris(return_X_y=True)
    do(other, GaussianNB().fit, X, y)
    model = DecisionTreeClassifier().fit(X, y)
    for _ in range(3):
        do(other, model.predict, X)
    assert record_of(watched, "main").times.predict_calls == 3
    assert record_of(watched, "other").times.predict_calls == 0


def test_cross_validations_wait_for_a_fit_of_their_own_thread(watched, other):
    X, y = load_iris(return_X_y=True)
    do(other, cross_val_score, DecisionTreeClassifier(), X, y, cv=3)
    DecisionTreeClassifier().fit(X, y)
    assert watched.settle().cross_validations == ()
    do(other, DecisionTreeClassifier().fit, X, y)
    assert len(watched.settle().cross_validations) == 1


def test_what_a_pool_cross_validated_is_told_with_the_final_fit(watched):
    X, y = load_iris(return_X_y=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda depth: cross_val_score(DecisionTreeClassifier(max_depth=depth), X, y, cv=3), (1, 2)))
    DecisionTreeClassifier(max_depth=2).fit(X, y)
    assert len(watched.settle().cross_validations) == 2


def test_a_metric_before_any_fit_is_not_anothers(watched, other, runs):
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = DecisionTreeClassifier(max_depth=2).fit(X_train, y_train)
    accuracy_score(y_test, model.predict(X_test))
    do(other, accuracy_score, y_test, [1] * len(y_test))
    assert len(record_of(watched, "main").evaluations) == 1


def test_a_metric_in_a_thread_without_a_run_speaks_of_the_last_fit(watched, other):
    X, y = load_iris(return_X_y=True)
    watched.runs[threading.get_ident()] = RunInfo(run_id="main")
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = DecisionTreeClassifier(max_depth=2).fit(X_train, y_train)
    labels = model.predict_proba(X_test).argmax(axis=1)
    do(other, accuracy_score, y_test, labels)
    assert [each.metric for each in record_of(watched, "main").evaluations] == ["accuracy_score"]


def test_a_run_that_ends_settles_alone(watched, other, runs):
    X, y = load_iris(return_X_y=True)
    DecisionTreeClassifier().fit(X, y)
    do(other, GaussianNB().fit, X, y)
    watched.recorder.run_changed(RunEvent(run_id="other", started=False, origin=RunOrigin.USER, status="FINISHED"))
    assert [record.run.run_id for record in watched.records] == ["other"]
    DecisionTreeClassifier(max_depth=3).fit(X, y)
    do(other, GaussianNB().fit, X, y)
    assert [record.run.run_id for record in watched.records] == ["other"]
    assert record_of(watched, "main").fit.estimator.class_name == "DecisionTreeClassifier"

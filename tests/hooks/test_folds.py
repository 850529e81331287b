from __future__ import annotations

import types

import numpy as np
import pytest
from sklearn.model_selection import (
    BaseCrossValidator,
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    PredefinedSplit,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls import hooks
from mlflow_pitfalls.model.events import CallKind

SPLITTERS = [
    KFold(3),
    StratifiedKFold(3),
    GroupKFold(3),
    RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0),
    ShuffleSplit(3, random_state=0),
    StratifiedShuffleSplit(3, random_state=0),
    TimeSeriesSplit(3),
    PredefinedSplit([0, 1, 2] * 50),
    LeaveOneOut(),
]


@pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda splitter: type(splitter).__name__)
def test_same_folds_and_one_event_each(recorder, iris, splitter):
    X, y = iris
    groups = np.arange(150) // 10
    folds = list(splitter.split(X, y, groups) if isinstance(splitter, GroupKFold) else splitter.split(X, y))
    hooks.uninstall()
    expected = list(splitter.split(X, y, groups) if isinstance(splitter, GroupKFold) else splitter.split(X, y))
    for (train, test), (train_expected, test_expected) in zip(folds, expected, strict=True):
        np.testing.assert_array_equal(train, train_expected)
        np.testing.assert_array_equal(test, test_expected)
    assert recorder.calls == [(type(splitter).__name__, "split")] * len(expected)
    assert [event.result for event in recorder.events] == folds
    event = recorder.events[0]
    assert event.kind is CallKind.FOLD
    assert event.args[0] is X
    assert event.args[1] is y
    assert event.site.file == __file__


def test_arguments_are_resolved(recorder, iris):
    X, y = iris
    next(KFold(2).split(y=y, X=X))
    assert recorder.events[0].args == (X, y, None)


def test_told_as_they_are_yielded_and_abandoned(recorder, iris):
    X, _ = iris
    folds = KFold(5).split(X)
    assert isinstance(folds, types.GeneratorType)
    assert recorder.events == []
    next(folds)
    assert len(recorder.events) == 1
    folds.close()
    with pytest.raises(StopIteration):
        next(folds)
    DecisionTreeClassifier().fit(*iris)
    assert recorder.names == ["split", "fit"]


def test_calls_between_folds_are_the_users(recorder, iris):
    X, y = iris
    for train, test in StratifiedKFold(2).split(X, y):
        DecisionTreeClassifier().fit(X[train], y[train]).score(X[test], y[test])
    assert recorder.names == ["split", "fit", "score"] * 2


def test_two_interleaved(recorder, iris):
    X, _ = iris
    pairs = list(zip(KFold(3).split(X), ShuffleSplit(3, random_state=0).split(X), strict=True))
    assert len(pairs) == 3
    assert [name for name, _ in recorder.calls] == ["KFold", "ShuffleSplit"] * 3


def test_errors_come_when_they_came_before(recorder, iris):
    X, _ = iris
    folds = KFold(500).split(X)
    with pytest.raises(ValueError, match="greater than the number of samples"):
        next(folds)
    DecisionTreeClassifier().fit(*iris)
    assert recorder.names == ["fit"]


def test_folds_consumed_inside_a_search_are_its_own(recorder, iris):
    X, y = iris
    GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]}, cv=StratifiedKFold(2).split(X, y)).fit(X, y)
    assert recorder.names == ["fit"]


def test_splitters_of_the_user(recorder, iris):
    X, _ = iris

    class Halves(BaseCrossValidator):
        def split(self, X, y=None, groups=None):
            rows = np.arange(len(X))
            yield from ((rows[::2], rows[1::2]), (rows[1::2], rows[::2]))

        def get_n_splits(self, X=None, y=None, groups=None):
            return 2

    class Listed(KFold):
        def split(self, X, y=None, groups=None):
            return [(np.arange(3), np.arange(3, 6))]

    assert len(list(Halves().split(X))) == 2
    assert isinstance(Listed().split(X), list)
    assert recorder.calls == [("Halves", "split")] * 2


def test_unwanted_folds_tell_their_time(recorder, iris):
    recorder.unwanted = {CallKind.FOLD}
    assert len(list(KFold(3).split(iris[0]))) == 3
    assert recorder.events == []
    assert [name for _, name, _, _ in recorder.skips] == ["split"] * 3


def test_generator_outlives_the_hooks(recorder, iris):
    folds = KFold(3).split(iris[0])
    next(folds)
    hooks.uninstall()
    assert len(list(folds)) == 2
    assert len(recorder.events) == 1

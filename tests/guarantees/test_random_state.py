"""The global random state after each call is what it is without us, and so is a generator that the user hands over."""

from __future__ import annotations

import hashlib
import pickle
import random
from collections.abc import Callable, Iterator

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, RandomizedSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls import hooks


class Guess(ClassifierMixin, BaseEstimator):
    """A classifier of the user's own that draws from whatever generator there is."""

    def __init__(self, generator=None):
        self.generator = generator

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        self.asked_ = [*getattr(self, "asked_", []), len(X)]
        if self.generator is not None:
            return self.generator.choice(self.classes_, len(X))
        random.random()
        return np.random.choice(self.classes_, len(X))


def _state() -> str:
    return hashlib.sha256(pickle.dumps((np.random.get_state(), random.getstate()))).hexdigest()


def _script() -> Iterator[object]:
    """A program that leaves every random state unset; yields after each of its steps."""
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    yield "split"
    for model in (
        DummyClassifier(strategy="stratified"),
        RandomForestClassifier(3),
        make_pipeline(StandardScaler(), PCA(2, svd_solver="randomized"), DummyClassifier(strategy="stratified")),
        Guess(),
    ):
        model.fit(X_train, y_train)
        model.score(X_test, y_test)
        yield model
    accuracy_score(y_test, model.predict(X_test))
    yield "metric"
    list(KFold(3, shuffle=True).split(X_train, y_train))
    cross_val_score(RandomForestClassifier(3), X_train, y_train, cv=KFold(2, shuffle=True))
    yield "folds"
    SMOTE().fit_resample(X_train, y_train)
    yield "resampled"
    RandomizedSearchCV(DecisionTreeClassifier(), {"max_depth": range(1, 9)}, n_iter=2, cv=2).fit(X_train, y_train)
    yield "search"


def _states(after_each: Callable[[], object]) -> list[str]:
    np.random.seed(7)
    random.seed(7)
    states = []
    for _ in _script():
        after_each()
        states.append(_state())
    return states


def test_after_each_call_and_each_settling_the_global_state_is_as_without_us(watched):
    ours = _states(lambda: watched.recorder.settle_all())
    hooks.uninstall()
    assert ours == _states(lambda: None)
    assert len(set(ours)) >= len(ours) - 1, "the program draws all the time"
    assert {record.fit.estimator.class_name for record in watched.records} >= {"DummyClassifier", "Guess"}


def test_a_generator_and_an_attribute_of_the_users_estimator_stand_as_before(watched):
    X, y = load_iris(return_X_y=True)
    for generator in (None, np.random.RandomState(3), np.random.default_rng(3)):
        X_train, X_test, y_train, _ = train_test_split(X, y, random_state=0)
        model = Guess(generator).fit(X_train, y_train)
        model.predict(X_test)
        before = pickle.dumps(vars(model)), _state()
        watched.settle()
        assert (pickle.dumps(vars(model)), _state()) == before
        fit = watched.recorder._book.open()[-1].fits[-1]
        assert fit.train_labels is not None, "it was asked all the same"

"""Arrays and frames stay the user's: writable, resizable, freed when deleted, never taken for one another."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.capture.lineage.row_sets import Node, Rows

ROWS, COLUMNS = 120, 5
SMALL = 25
MANY = 100
FRESH_ARRAYS = 10_000


class Hoarder(ClassifierMixin, BaseEstimator):
    """Keeps what it is given under names that nobody knows."""

    def fit(self, X, y):
        self.everything_, self.classes_ = X, np.unique(y)
        return self

    def predict(self, X):
        return np.resize(self.classes_, len(X))


MODELS = {
    "forest": lambda: RandomForestClassifier(3),
    "tree": DecisionTreeClassifier,
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "svm": SVC,
    "gaussian process": GaussianProcessClassifier,
    "neighbours": KNeighborsClassifier,
    "radius": lambda: RadiusNeighborsClassifier(10.0),
    "neighbours in place": lambda: make_pipeline(StandardScaler(copy=False), KNeighborsClassifier()),
    "kernel ridge": KernelRidge,
    "label spreading": LabelSpreading,
    "voting": lambda: VotingClassifier([("near", KNeighborsClassifier()), ("tree", DecisionTreeClassifier())]),
    "stacking": lambda: StackingClassifier([("near", KNeighborsClassifier())], cv=2),
    "one against the rest": lambda: OneVsRestClassifier(KNeighborsClassifier()),
    "calibrated": lambda: CalibratedClassifierCV(KNeighborsClassifier(), cv=2),
    "search": lambda: GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3]}, cv=2),
    "hoarder": Hoarder,
    "hoarder in a pipeline": lambda: make_pipeline(Hoarder()),
}
CONTAINERS = {
    "array": np.array,
    "frame": lambda a: pd.DataFrame(a, columns=list("abcde")),
}


def _rows(seed: int = 0):
    X = np.random.default_rng(seed).normal(size=(ROWS, COLUMNS))
    return X, (X[:, 0] > 0).astype(int)


def _owner_of_memory(data):
    array = np.asarray(data)
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _use(X, y):
    """Every kind of hooked call."""
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    PCA(2).fit(X_train).transform(X_test)
    model = GaussianNB().fit(X_train, y_train)
    accuracy_score(y_test, model.predict(X_test))
    model.fit(X, y).score(X, y)
    cross_val_score(model, X, y, cv=2)
    return X_train, X_test


def test_an_array_can_be_resized_and_written_to_after_every_kind_of_call(watched):
    X, y = _rows()
    address, X_before = X.__array_interface__["data"], X.copy()
    for array in (*_use(X, y), X):
        where = array.__array_interface__["data"]
        array *= 2.0
        assert array.flags.writeable and array.__array_interface__["data"] == where
    assert X.__array_interface__["data"] == address
    assert (2.0 * X_before == X).all()
    watched.settle()
    del array
    X.resize((ROWS // 2, COLUMNS), refcheck=True)  # raises where anything refers to the array
    y.resize((ROWS // 2,), refcheck=True)
    assert X.shape == (ROWS // 2, COLUMNS)


def test_a_frame_is_written_to_in_place_after_a_call(watched):
    rows, y = _rows()
    X = CONTAINERS["frame"](rows)
    _use(X, y)
    where = np.asarray(X).__array_interface__["data"]
    X.iloc[0, 0] = 7.0  # pandas copies the frame first where a view of it lives
    assert np.asarray(X).__array_interface__["data"] == where


def test_a_later_write_does_not_reach_what_was_recorded(watched):
    X, y = _rows()
    GaussianNB().fit(X, y)
    kept = watched.recorder._book.open()[-1].fits[-1].training
    before = kept.x.copy(), kept.y.copy(), kept.hashes.copy()
    X[:], y[:] = -1.0, 0
    assert all((now == then).all() for now, then in zip((kept.x, kept.y, kept.hashes), before, strict=True))


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", MODELS)
def test_deleted_rows_are_freed_at_once_although_the_run_is_open(watched, name, container):
    X, y = _rows()
    X = CONTAINERS[container](X)
    model = MODELS[name]().fit(X, y)
    model.predict(X)
    gone, memory = weakref.ref(X), weakref.ref(_owner_of_memory(X))
    del X, y, model
    gc.collect()
    assert gone() is None and memory() is None
    assert watched.settle().fit.estimator.class_name


def test_an_estimator_without_rows_of_its_own_is_kept_until_its_run_settles(watched):
    X, y = _rows()
    DecisionTreeClassifier().fit(X, y)
    assert watched.settle().notes == ()


@pytest.mark.slow
def test_a_fresh_array_is_never_taken_for_a_dead_one(watched, record_property):
    rng, objects = np.random.default_rng(1), watched.recorder._lineage.objects
    model = GaussianNB().fit(*_rows())
    addresses = set()
    for number in range(FRESH_ARRAYS):
        fresh = rng.normal(size=(SMALL, COLUMNS))
        assert objects.find(fresh, content=False) is None
        addresses.add(id(fresh))
        if number % 20:
            objects.register(fresh, Node(Rows(SMALL)), content=False)
        else:
            watched.recorder._counts.clear()  # so that this call is looked at
            model.predict(fresh)
        assert objects.find(fresh, content=False) is not None
        del fresh
    assert len(addresses) < FRESH_ARRAYS - MANY, "addresses of dead arrays are used again"
    record_property("inputs tried", FRESH_ARRAYS)

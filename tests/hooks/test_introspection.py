"""Signatures, sources, conditional methods and metadata routing are those without hooks."""

from __future__ import annotations

import inspect
import pydoc
import warnings
from typing import Any

import pytest
import sklearn
from sklearn import (
    cluster,
    decomposition,
    dummy,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    metrics,
    model_selection,
    naive_bayes,
    neighbors,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import check_estimator

from mlflow_pitfalls import hooks

CLASSES = (
    linear_model.LogisticRegression,
    ensemble.RandomForestClassifier,
    model_selection.GridSearchCV,
    pipeline.Pipeline,
    preprocessing.StandardScaler,
    cluster.KMeans,
    model_selection.StratifiedKFold,
)


class Mine(BaseEstimator):
    def fit(self, X, y=None, *, weight=None):
        """Fit."""
        return self

    def predict(self, X, strict: bool = False):
        return X


def described() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cls in (*CLASSES, Mine):
        for name, attribute in inspect.getmembers(cls):
            if not inspect.isroutine(attribute) or name.startswith("__"):
                continue
            place = f"{cls.__name__}.{name}"
            try:
                found[f"{place} signature"] = str(inspect.signature(attribute))
                found[f"{place} source"] = inspect.getsource(attribute)
            except (TypeError, ValueError, OSError):
                continue
            found[f"{place} doc"] = inspect.getdoc(attribute)
            found[f"{place} name"] = (attribute.__name__, attribute.__qualname__, attribute.__module__)
            found[f"{place} abstract"] = getattr(attribute, "__isabstractmethod__", False)
        found[f"{cls.__name__} help"] = pydoc.render_doc(cls)
        found[f"{cls.__name__} abstract"] = inspect.isabstract(cls)
    for module in (metrics, model_selection):
        for name in module.__all__:
            value = vars(module).get(name)
            if inspect.isfunction(value):
                found[f"{name} signature"] = str(inspect.signature(value))
                found[f"{name} source"] = inspect.getsource(value)
                found[f"{name} itself"] = id(value)
    return found


def test_descriptions(new_recorder):
    before = described()
    hooks.install(new_recorder())
    with_hooks = described()
    hooks.uninstall()
    assert len(before) > 300
    assert {key for key in before.keys() | with_hooks.keys() if before.get(key) != with_hooks.get(key)} == set()


def test_metadata_routing_and_conditional_methods(recorder, iris):
    X, y = iris
    with sklearn.config_context(enable_metadata_routing=True):

        class Routed(BaseEstimator):
            def fit(self, X, y=None, *, weight=None):
                self.weight_ = weight
                return self

        step = Routed().set_fit_request(weight=True)
        fitted = pipeline.Pipeline([("step", step)]).fit(X, y, weight=3)
        assert fitted[0].weight_ == 3
    assert hasattr(svm.SVC(probability=False), "decision_function")
    search = model_selection.GridSearchCV(svm.LinearSVC(), {"C": [1]})
    assert not hasattr(search, "predict_proba")
    assert not hasattr(search, "transform")
    with pytest.raises(AttributeError, match="has no attribute 'predict_proba'"):
        search.predict_proba(X)


FAST = [
    linear_model.Ridge(),
    naive_bayes.GaussianNB(),
    preprocessing.StandardScaler(),
    preprocessing.MinMaxScaler(),
    dummy.DummyClassifier(),
    neighbors.KNeighborsClassifier(),
    tree.DecisionTreeRegressor(random_state=0),
    impute.SimpleImputer(),
    feature_selection.VarianceThreshold(),
]
SLOW = [
    linear_model.LogisticRegression(),
    linear_model.SGDClassifier(random_state=0),
    linear_model.Lasso(),
    tree.DecisionTreeClassifier(random_state=0),
    ensemble.RandomForestClassifier(n_estimators=3, random_state=0),
    ensemble.AdaBoostRegressor(n_estimators=3, random_state=0),
    svm.SVC(),
    cluster.KMeans(n_clusters=3, n_init=1, random_state=0),
    decomposition.PCA(random_state=0),
    pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge()),
    model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1.0]}, cv=2),
    ensemble.BaggingClassifier(n_estimators=2, random_state=0),
]


def outcomes(estimator: BaseEstimator) -> list[tuple[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_skip=None, on_fail=None)
    return [(result["check_name"], result["status"]) for result in results]


def name_of(estimator: BaseEstimator) -> str:
    return type(estimator).__name__


@pytest.mark.parametrize("estimator", FAST, ids=name_of)
def test_check_estimator(recorder, estimator):
    check_both(recorder, estimator)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", SLOW, ids=name_of)
def test_check_estimator_slow(recorder, estimator):
    check_both(recorder, estimator)


def check_both(recorder, estimator):
    with_hooks = outcomes(estimator)
    assert len(recorder.events) > 50
    hooks.uninstall()
    assert with_hooks == outcomes(estimator)
    assert len(with_hooks) > 20

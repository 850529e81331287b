from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from catboost import CatBoostClassifier
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRFClassifier

from mlflow_pitfalls.capture.estimators.estimator import (
    class_weight_used,
    estimator_facts,
    sampler_inside,
    threshold_tuned,
)

X, y = load_breast_cancer(return_X_y=True)


@pytest.mark.parametrize(
    ("estimator", "family"),
    [
        (LogisticRegression(), "linear"),
        (SGDClassifier(), "linear"),
        (LinearSVC(), "linear"),
        (LinearDiscriminantAnalysis(), "linear"),
        (SVC(), "svm"),
        (DecisionTreeClassifier(), "tree"),
        (RandomForestClassifier(), "forest"),
        (BaggingClassifier(), "forest"),
        (BalancedRandomForestClassifier(), "forest"),
        (XGBRFClassifier(), "forest"),
        (AdaBoostClassifier(), "boosting"),
        (HistGradientBoostingRegressor(), "boosting"),
        (XGBClassifier(), "boosting"),
        (LGBMClassifier(), "boosting"),
        (CatBoostClassifier(), "boosting"),
        (KNeighborsClassifier(), "neighbors"),
        (GaussianNB(), "bayes"),
        (MLPClassifier(), "network"),
        (DummyClassifier(), "dummy"),
        (GaussianProcessClassifier(), "other"),
        (VotingClassifier([]), "other"),
    ],
)
def test_families(estimator: Any, family: str) -> None:
    facts = estimator_facts(estimator)
    assert facts.family == family
    assert facts.parameters == ()
    assert facts.final_class_name == facts.class_name == type(estimator).__name__


def test_a_class_of_the_users_own_has_its_bases_family() -> None:
    class Mine(RandomForestClassifier):
        def __init__(self) -> None:
            super().__init__()

    class Alone(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> Any:
            return self

    assert estimator_facts(Mine()).family == "forest"
    assert estimator_facts(Alone()).family == "other"


def test_a_pipeline() -> None:
    facts = estimator_facts(
        Pipeline([("scale", StandardScaler(with_mean=False)), ("clf", LogisticRegression(C=0.1))]).fit(X[:, :3], y)
    )
    assert (facts.class_name, facts.final_class_name, facts.family) == ("Pipeline", "LogisticRegression", "linear")
    assert facts.steps == ("Pipeline", "StandardScaler", "LogisticRegression")
    assert facts.parameters == (("clf__C", "0.1"), ("scale__with_mean", "False"))
    assert facts.parameter_prefix == "clf__"
    assert {"C", "class_weight", "max_iter"} <= set(facts.tunable)
    assert facts.convergence[0].path == "clf"


def test_a_search_is_told_by_what_it_chose() -> None:
    model = make_pipeline(StandardScaler(), SVC())
    search = GridSearchCV(model, {"svc__C": [5.0], "svc__gamma": [0.01, 1.0]}, cv=3).fit(X, y)
    facts = estimator_facts(search)
    assert facts.is_search
    assert facts.searched_fits == 6
    assert facts.parameter_prefix == "estimator__svc__"
    assert dict(facts.parameters) == {"estimator__svc__C": "5", "estimator__svc__gamma": "0.01"}
    assert "gamma" in facts.tunable
    forest = estimator_facts(RandomizedSearchCV(RandomForestClassifier(), {"max_depth": [1]}))
    assert forest.family == "forest"
    unfitted = estimator_facts(RandomizedSearchCV(model, {"svc__C": [1]}))
    assert (unfitted.final_class_name, unfitted.searched_fits) == ("SVC", 0)


@pytest.mark.parametrize(
    ("estimator", "final", "prefix"),
    [
        (TransformedTargetRegressor(Ridge()), "Ridge", "regressor__"),
        (CalibratedClassifierCV(GaussianNB()), "GaussianNB", "estimator__"),
        (
            TunedThresholdClassifierCV(make_pipeline(StandardScaler(), LogisticRegression())),
            "LogisticRegression",
            "estimator__logisticregression__",
        ),
        (make_sampling_pipeline(SMOTE(), KNeighborsClassifier()), "KNeighborsClassifier", "kneighborsclassifier__"),
    ],
)
def test_wrappers(estimator: Any, final: str, prefix: str) -> None:
    for each in (estimator, estimator.fit(X, y)):
        facts = estimator_facts(each)
        assert (facts.final_class_name, facts.parameter_prefix) == (final, prefix)
        assert facts.tunable
        # The prefix is one that set_params takes.
        name = facts.tunable[0]
        each.set_params(**{prefix + name: each.get_params()[prefix + name]})


def test_parameters_are_short_and_hold_no_data_and_no_secret() -> None:
    class Client(BaseEstimator):
        def __init__(
            self,
            api_key: Any = None,
            table: Any = None,
            names: Any = None,
            sizes: Any = (1,),
            path: str = "",
            f: Any = 0,
        ) -> None:
            self.api_key, self.table, self.names, self.sizes, self.path, self.f = api_key, table, names, sizes, path, f

        def fit(self, X: Any) -> Any:
            return self

    facts = estimator_facts(
        Client("canary", np.array(["canary"]), ["canary"], (3, 4.5), "x" * 500, {"canary": "canary"})
    )
    shown = dict(facts.parameters)
    assert "canary" not in str(facts)
    assert "api_key" not in shown
    assert shown["sizes"] == "(3, 4.5)"
    assert (shown["table"], shown["names"], shown["f"]) == ("ndarray", "list", "dict")
    assert shown["path"] == "str"
    told = estimator_facts(Client("key", "postgresql://me:canary@host", "saga", "/home/canary/x", "canary words"))
    assert dict(told.parameters) == {"table": "str", "names": "saga", "sizes": "str", "path": "str"}
    filled = estimator_facts(SimpleImputer(strategy="constant", fill_value="canary"))
    assert dict(filled.parameters) == {"strategy": "constant", "fill_value": "str"}


def test_boosting_libraries_show_what_was_set() -> None:
    assert dict(estimator_facts(XGBClassifier(max_depth=3)).parameters) == {"max_depth": "3"}
    assert dict(estimator_facts(LGBMClassifier(num_leaves=7)).parameters) == {"num_leaves": "7"}
    assert dict(estimator_facts(CatBoostClassifier(depth=4)).parameters) == {"depth": "4"}


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(class_weight="balanced"),
        make_pipeline(StandardScaler(), SVC(class_weight={0: 1, 1: 9})),
        GridSearchCV(RandomForestClassifier(class_weight="balanced_subsample"), {}),
        XGBClassifier(scale_pos_weight=12.5),
        LGBMClassifier(is_unbalance=True),
        CatBoostClassifier(auto_class_weights="Balanced"),
        CatBoostClassifier(class_weights=[1, 5]),
        VotingClassifier([("a", LogisticRegression(class_weight="balanced"))]),
    ],
)
def test_class_weights_are_seen(estimator: Any) -> None:
    assert class_weight_used(estimator)


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), XGBClassifier(), XGBClassifier(scale_pos_weight=1), LGBMClassifier(), CatBoostClassifier()],
)
def test_no_class_weights(estimator: Any) -> None:
    assert not class_weight_used(estimator)
    assert not threshold_tuned(estimator)
    assert sampler_inside(estimator) is None


def test_class_weights_that_a_search_chose() -> None:
    search = GridSearchCV(LogisticRegression(max_iter=5_000), {"class_weight": ["balanced"]}, cv=2)
    assert not class_weight_used(search)
    assert class_weight_used(search.fit(StandardScaler().fit_transform(X), y))


def test_samplers_and_thresholds_are_seen() -> None:
    sampling = make_sampling_pipeline(StandardScaler(), SMOTE(), LogisticRegression())
    assert sampler_inside(sampling) == "SMOTE"
    assert sampler_inside(GridSearchCV(sampling, {})) == "SMOTE"
    assert sampler_inside(BalancedRandomForestClassifier()) == "BalancedRandomForestClassifier"
    assert sampler_inside(make_sampling_pipeline(StandardScaler(), LogisticRegression())) is None
    assert threshold_tuned(make_pipeline(TunedThresholdClassifierCV(LogisticRegression())))


def test_foreign_objects_never_raise_and_get_params_is_called_once(hostile: type) -> None:
    calls = []

    class Odd(BaseEstimator):
        def __init__(self, a: Any = 1) -> None:
            self.a = a

        def fit(self, X: Any) -> Any:
            return self

        def get_params(self, deep: bool = True) -> Any:
            calls.append(deep)
            raise RuntimeError("params")

    facts = estimator_facts(Odd())
    assert (facts.class_name, facts.parameters, facts.tunable) == ("Odd", (), ())
    assert len(calls) == 1
    loop = make_pipeline(StandardScaler())
    loop.steps.append(("self", loop))
    for strange in (object(), None, hostile(), LogisticRegression(C=hostile()), type, loop):
        assert estimator_facts(strange).class_name
        assert not class_weight_used(strange)
        assert not threshold_tuned(strange)
        assert sampler_inside(strange) is None

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pytest
from catboost import CatBoostClassifier
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline as make_resampling_pipeline
from imblearn.under_sampling import RandomUnderSampler
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.model.suggestions import Aim, Kind
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.spaces import MAX_PARAMETERS, space_of


def named(estimator, *, task=Task.BINARY, **known):
    """The space's parameters by name."""
    return {found.name: found for found in space_of(estimator, task=task, **known).parameters}


NESTED = {
    "pipeline": (make_pipeline(StandardScaler(), SVC()), {"svc__gamma", "svc__C", "svc__class_weight"}),
    "pipeline in a pipeline": (Pipeline([("a", Pipeline([("b", Ridge())]))]), {"a__b__alpha"}),
    "columns": (
        make_pipeline(
            ColumnTransformer(
                [("n", make_pipeline(SimpleImputer(), PCA(2)), ["a", "b", "c"]), ("c", OneHotEncoder(), ["d"])],
                remainder="drop",
            ),
            LogisticRegression(),
        ),
        {
            "logisticregression__C",
            "columntransformer__n__simpleimputer__strategy",
            "columntransformer__n__pca__n_components",
            "columntransformer__c__min_frequency",
        },
    ),
    "union": (
        make_pipeline(FeatureUnion([("p", PCA(0.9)), ("k", SelectKBest(k=2))]), Ridge()),
        {"ridge__alpha", "featureunion__p__n_components"},
    ),
    "target": (TransformedTargetRegressor(Ridge(), transformer=StandardScaler()), {"regressor__alpha"}),
    "bagging": (
        BaggingClassifier(DecisionTreeClassifier()),
        {"max_samples", "max_features", "estimator__min_samples_leaf"},
    ),
    "boosted stumps": (AdaBoostClassifier(DecisionTreeClassifier()), {"learning_rate", "estimator__max_depth"}),
    "calibration": (CalibratedClassifierCV(make_pipeline(StandardScaler(), SVC())), {"estimator__svc__C"}),
    "one against the rest": (OneVsRestClassifier(LogisticRegression()), {"estimator__C"}),
    "votes": (VotingClassifier([("a", LogisticRegression()), ("b", SVC())]), {"a__C", "b__gamma", "b__C"}),
    "a stack": (
        StackingClassifier([("a", SVC()), ("b", KNeighborsClassifier())], LogisticRegression()),
        {"a__C", "b__n_neighbors", "final_estimator__C"},
    ),
    "resampling": (
        make_resampling_pipeline(StandardScaler(), SMOTE(), RandomForestClassifier()),
        {"randomforestclassifier__min_samples_leaf", "smote__k_neighbors", "smote__sampling_strategy"},
    ),
    "a model that selects": (
        make_pipeline(SelectFromModel(LogisticRegression()), SVC()),
        {"selectfrommodel__estimator__C", "svc__C"},
    ),
    "text": (
        make_pipeline(TfidfVectorizer(), SGDClassifier()),
        {"tfidfvectorizer__ngram_range", "tfidfvectorizer__min_df", "sgdclassifier__alpha"},
    ),
}


@pytest.mark.parametrize("kind", NESTED)
def test_nested_names_are_those_that_set_params_takes(kind):
    estimator, expected = NESTED[kind]
    found = named(estimator, rows=900, columns=8, class_counts=[700, 200])
    assert expected <= set(found)
    for parameter in found.values():
        choice = parameter.choices[-1] if parameter.kind is Kind.CATEGORY else parameter.high
        clone(estimator).set_params(**{parameter.name: choice}, **dict(parameter.together))


def test_the_model_comes_before_what_selects_for_it():
    space = space_of(NESTED["a model that selects"][0], task=Task.BINARY)
    assert [found.name for found in space.parameters][:2] == ["svc__gamma", "svc__C"]
    assert space.estimator == "SVC"


def test_votes_are_bounded():
    many = VotingClassifier([(f"m{i}", XGBClassifier()) for i in range(40)])
    space = space_of(many, task=Task.BINARY)
    assert len(space.parameters) == MAX_PARAMETERS
    assert {found.name.rpartition("__")[2] for found in space.parameters} == {"learning_rate"}
    assert space.estimator == "VotingClassifier"


@pytest.mark.parametrize("kind", [GridSearchCV, RandomizedSearchCV])
def test_of_a_search_it_is_the_space_of_the_estimator_inside(kind):
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    search = kind(inner, {"logisticregression__C": [0.5, 2.0]}, **({"n_iter": 2} if kind is RandomizedSearchCV else {}))
    space = space_of(search, task=Task.MULTICLASS)
    assert kind.__name__ in space.note
    assert "logisticregression__C" in {found.name for found in space.parameters}
    X, y = load_iris(return_X_y=True)
    chosen = search.fit(X, y).best_params_["logisticregression__C"]
    assert named(search)["logisticregression__C"].current == chosen  # what the run used in the end


def test_a_search_inside_of_a_pipeline_is_left_alone():
    space = space_of(make_pipeline(PCA(0.9), GridSearchCV(SVC(), {"C": [1, 2]})), task=Task.BINARY)
    assert {found.name for found in space.parameters} == {"pca__n_components"}
    assert "searches by itself" in space.note


def test_what_the_user_set_lies_in_the_range_and_is_told():
    found = named(SVC(C=1e5, gamma=np.float64(1e-6)))
    assert found["C"].current == 1e5 and found["C"].high == 1e5
    assert found["gamma"].low == found["gamma"].current == 1e-6
    assert type(found["gamma"].current) is float
    assert "logistic" in named(MLPClassifier(activation="logistic"))["activation"].choices


@pytest.mark.parametrize(
    ("estimator", "name", "start"),
    [
        (XGBClassifier(), "learning_rate", 0.3),
        (XGBClassifier(), "max_depth", 6),
        (CatBoostClassifier(), "iterations", 1000),
        (LGBMClassifier(), "reg_lambda", 1e-3),  # 0 has no place on a logarithmic scale
        (DecisionTreeClassifier(), "max_depth", 30),
        (RandomForestClassifier(), "max_samples", 1.0),
        (RandomForestClassifier(), "max_features", 3 / 9),
        (SVC(), "gamma", None),
    ],
)
def test_unset_values_stand_where_they_do_the_same(estimator, name, start):
    assert named(estimator, columns=9)[name].start == start


def test_values_that_cannot_be_told_are_left_out():
    assert "class_weight" not in named(LogisticRegression(class_weight={0: 1, 1: 5}))
    assert "alpha" not in named(Ridge(alpha=np.ones(3)), task=Task.MULTIOUTPUT)
    assert "k_neighbors" not in named(SMOTE(k_neighbors=KNeighborsClassifier(3)))
    assert named(SVC(C=math.inf))["C"].high == 1e3


def test_counts_and_shares_keep_their_unit():
    as_count = named(RandomForestClassifier(max_features=4), columns=30)["max_features"]
    assert (as_count.kind, as_count.low, as_count.high) == (Kind.INTEGER, 1, 30)
    as_share = named(DecisionTreeClassifier(min_samples_leaf=0.01))["min_samples_leaf"]
    assert as_share.kind is Kind.FLOAT and as_share.high < 1
    assert named(PCA(3), columns=5)["n_components"].high == 5
    assert named(PCA(0.9), columns=5)["n_components"].kind is Kind.FLOAT
    assert named(PCA(3))["n_components"].high == 3  # as many are known to be there, and no more


def test_only_what_has_an_effect_is_searched():
    assert "gamma" not in named(SVC(kernel="linear"))
    assert "degree" in named(SVC(kernel="poly"))
    assert "l1_ratio" not in named(LogisticRegression())
    assert "l1_ratio" in named(LogisticRegression(solver="saga"))
    assert "max_samples" not in named(RandomForestClassifier(bootstrap=False))
    assert "max_depth" not in named(XGBClassifier(booster="gblinear"))
    assert "auto_class_weights" not in named(CatBoostClassifier(class_weights=[1, 2]))
    assert "class_weight" not in named(LGBMClassifier(is_unbalance=True))
    assert named(SGDClassifier())["l1_ratio"].when == (("penalty", "elasticnet"),)
    assert named(make_pipeline(SGDClassifier()))["sgdclassifier__l1_ratio"].when == (
        ("sgdclassifier__penalty", "elasticnet"),
    )


def test_a_loss_that_gives_probabilities_stays_among_its_kind():
    assert named(SGDClassifier(loss="log_loss"))["loss"].choices == ("log_loss", "modified_huber")
    assert "hinge" in named(SGDClassifier())["loss"].choices


def test_what_must_be_set_together():
    assert named(LGBMClassifier())["subsample"].together == (("subsample_freq", 1),)
    assert named(LGBMClassifier(subsample_freq=5))["subsample"].together == ()


def test_other_names_of_a_parameter_are_kept():
    assert "eta" in named(XGBClassifier(eta=0.1)) and "learning_rate" not in named(XGBClassifier(eta=0.1))
    found = named(CatBoostClassifier(n_estimators=50, max_depth=4))
    assert {"n_estimators", "max_depth"} <= set(found) and not {"iterations", "depth"} & set(found)
    assert "feature_fraction" in named(LGBMClassifier(feature_fraction=0.5))


def test_rows_and_classes_bound_the_ranges():
    assert named(KNeighborsClassifier(), rows=45)["n_neighbors"].high == 29  # of 30 in a fold
    assert named(SMOTE(), class_counts=[300, 9])["k_neighbors"].high == 5
    assert "k_neighbors" not in named(SMOTE(), class_counts=[300, 3])
    assert named(DecisionTreeClassifier(), rows=150)["min_samples_leaf"].high == 20
    assert named(MLPClassifier(), rows=150)["batch_size"].high == 99
    assert "early_stopping" not in named(MLPClassifier(), rows=60)
    assert "early_stopping" not in named(MLPClassifier(), class_counts=[500, 6])
    assert "early_stopping" in named(MLPClassifier(), class_counts=[500, 200])
    few = named(make_resampling_pipeline(RandomUnderSampler(), KNeighborsClassifier()), class_counts=[900, 15])
    assert few["kneighborsclassifier__n_neighbors"].high == 19


def test_rebalancing_starts_above_the_ratio_at_hand():
    share = named(SMOTE(), class_counts=[300, 90])["sampling_strategy"]
    assert 0.3 < share.low < 0.5 and share.high == share.start == 1.0
    assert "sampling_strategy" not in named(SMOTE(), class_counts=[300, 290])
    assert "sampling_strategy" not in named(SMOTE(), task=Task.MULTICLASS, class_counts=[300, 90, 90])
    weight = named(XGBClassifier(), class_counts=[300, 60])["scale_pos_weight"]
    assert weight.high == pytest.approx(5.0) and weight.moves[0].aim is Aim.IMBALANCE
    assert "scale_pos_weight" not in named(XGBClassifier())


@pytest.mark.parametrize("estimator", [LinearRegression(), FrozenEstimator(SVC()), make_pipeline(StandardScaler())])
def test_nothing_to_tune(estimator):
    space = space_of(estimator, task=Task.BINARY)
    assert space.parameters == () and space.origin == "none"


def test_a_class_of_the_users_own_is_told_by_its_base():
    class Mine(ElasticNet):
        pass

    space = space_of(Mine(), task=Task.REGRESSION)
    assert [found.name for found in space.parameters] == ["alpha", "l1_ratio"]
    assert space.estimator == "Mine"


class Unknown(ClassifierMixin, BaseEstimator):
    def __init__(self, depth=3):
        self.depth = depth

    def fit(self, X, y):
        return self


def test_an_unknown_estimator_says_that_there_is_none():
    space = space_of(Unknown(), task=Task.BINARY)
    assert space.origin == "none" and "no search space for Unknown" in space.note
    mixed = space_of(make_pipeline(PCA(0.9), Unknown()), task=Task.BINARY)
    assert [found.name for found in mixed.parameters] == ["pca__n_components"]
    assert "no search space for Unknown" in mixed.note


def test_an_estimator_outside_of_the_tables_is_read_by_its_declaration():
    space = space_of(make_pipeline(StandardScaler(), RadiusNeighborsClassifier()), task=Task.BINARY)
    assert space.origin == "constraints" and "RadiusNeighborsClassifier" in space.note
    assert "radiusneighborsclassifier__radius" in {found.name for found in space.parameters}


class Hostile:
    def __getattribute__(self, name):
        raise RuntimeError(name)

    def get_params(self, deep=True):
        raise RuntimeError

    def fit(self, X, y):
        raise RuntimeError


class Endless(BaseEstimator):
    def fit(self, X, y):
        return self

    def get_params(self, deep=True):
        return {"estimator": Endless(), "steps": 3, 4: "a"}


class Lies(BaseEstimator):
    _parameter_constraints: ClassVar = {"depth": [object()], "C": 3, 7: None, "width": "no"}

    def __init__(self, depth=3, C=1.0, width=2):
        self.depth, self.C, self.width = depth, C, width

    def fit(self, X, y):
        return self


STRANGE = {
    "none": lambda: None,
    "number": lambda: 3,
    "text": lambda: "svc",
    "object": object,
    "class": lambda: SVC,
    "hostile": Hostile,
    "endless": Endless,
    "lies": Lies,
    "list": lambda: [SVC()],
    "hostile step": lambda: Pipeline([("a", Hostile())]),
    "no steps": lambda: Pipeline(3),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_objects_have_no_space(kind):
    space = space_of(STRANGE[kind](), task=Task.UNKNOWN, class_counts=[], rows=0, columns=0)
    assert space.parameters == () and space.origin == "none" and space.note


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_hardly_any_rows(rows):
    for parameter in named(make_pipeline(TruncatedSVD(), KNeighborsClassifier(1)), rows=rows, columns=1).values():
        assert parameter.kind is Kind.CATEGORY or parameter.low < parameter.high


@given(
    C=st.floats(1e-90, 1e14),
    leaf=st.integers(1, 10**6),
    neighbours=st.integers(1, 10**6),
    rows=st.none() | st.integers(0, 10**6),
    columns=st.none() | st.integers(0, 10**4),
)
def test_present_values_lie_inside_as_far_as_the_data_allow(C, leaf, neighbours, rows, columns):
    models = SVC(C=C), DecisionTreeClassifier(min_samples_leaf=leaf), KNeighborsClassifier(neighbours)
    for model in (*models, RandomForestClassifier(max_features=leaf), PCA(neighbours)):
        for found in named(model, rows=rows, columns=columns).values():
            if found.kind is Kind.CATEGORY:
                continue
            assert found.low < found.high
            assert (found.floor is None or found.floor <= found.low) and (
                found.ceiling is None or found.high <= found.ceiling
            )
            if type(found.current) in (int, float) and found.current > 0:
                assert found.start == min(max(found.current, found.low), found.high)
                assert found.low <= found.current and (found.current <= found.high or found.high == found.ceiling)

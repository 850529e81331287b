from __future__ import annotations

import inspect

import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
)
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression, RidgeCV, SGDClassifier
from sklearn.model_selection import ParameterSampler, RandomizedSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.capture.estimators.estimator import estimator_facts
from mlflow_pitfalls.checks.ranges import CANDIDATES, ranges_for, search_line

MODELS = (
    AdaBoostClassifier(),
    DecisionTreeClassifier(),
    ExtraTreesClassifier(),
    GradientBoostingClassifier(),
    HistGradientBoostingClassifier(),
    KNeighborsClassifier(),
    LGBMClassifier(),
    LogisticRegression(),
    MLPClassifier(),
    SGDClassifier(),
    SVC(),
    XGBClassifier(),
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_search_can_be_pasted_for_every_kind_of_model(model):
    facts = estimator_facts(model)
    assert 1 <= len(ranges_for(facts)) <= 3
    search = eval(search_line(facts), {"RandomizedSearchCV": RandomizedSearchCV, "model": model})
    assert search.n_iter <= CANDIDATES
    candidates = list(ParameterSampler(search.param_distributions, search.n_iter, random_state=0))
    assert len(candidates) == search.n_iter
    known = set(model.get_params()) | set(inspect.signature(type(model)).parameters)
    assert set(candidates[0]) <= known
    model.set_params(**candidates[0])


def test_ranges_reach_into_a_pipeline():
    line = search_line(estimator_facts(make_pipeline(LogisticRegression())))
    assert "'logisticregression__C'" in line


def test_classes_of_the_users_own_are_searched_like_their_family():
    class Mine(SVC):
        pass

    assert list(ranges_for(estimator_facts(Mine()))) == ["gamma", "C"]


def test_shares_stay_shares():
    assert ranges_for(estimator_facts(ExtraTreesClassifier()))["max_features"][-1] == "1.0"


@pytest.mark.parametrize("model", [LinearRegression(), RidgeCV(), BayesianRidge(), GaussianNB()])
def test_what_has_nothing_worth_a_search(model):
    assert ranges_for(estimator_facts(model)) == {}


def test_what_has_no_effect_at_the_defaults_is_not_proposed():
    assert list(ranges_for(estimator_facts(LogisticRegression()))) == ["C"]

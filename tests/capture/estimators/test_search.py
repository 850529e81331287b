from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mlflow_pitfalls.capture.estimators.search import search_facts

X, y = load_diabetes(return_X_y=True)
X_cancer, y_cancer = load_breast_cancer(return_X_y=True)


def by_name(facts):
    return {parameter.name: parameter for parameter in facts.parameters}


def test_a_grid_whose_score_rises_at_its_end():
    search = GridSearchCV(Ridge(), {"alpha": [10, 100, 1000], "solver": ["svd", "cholesky"]}, cv=5, scoring="r2")
    facts = search_facts(search.fit(X, y), seconds=2.0, site="train.py:3")
    assert (facts.class_name, facts.exhaustive, facts.metric) == ("GridSearchCV", True, "r2")
    assert (facts.candidates, facts.folds, facts.fits) == (6, 5, 30)
    assert (facts.seconds, facts.site) == (2.0, "train.py:3")
    assert facts.best_score == pytest.approx(search.best_score_)
    assert facts.near_best == 2  # both solvers
    alpha, solver = by_name(facts)["alpha"], by_name(facts)["solver"]
    assert (alpha.values, alpha.best, alpha.low, alpha.high) == (3, "10", 10.0, 1000.0)
    assert (alpha.edge, alpha.neighbour) == ("low", 100.0)
    means = search.cv_results_["mean_test_score"]
    assert alpha.edge_gain.value == pytest.approx(max(means) - means[2])
    assert alpha.edge_gain.interval.low > 0 and alpha.edge_p_value < 0.01
    assert (solver.values, solver.low, solver.edge) == (2, None, "")


def test_a_best_value_inside_has_no_edge():
    grid = {"max_depth": [1, 2, 3, 12], "min_samples_leaf": [1, 20, 200]}
    facts = search_facts(GridSearchCV(DecisionTreeRegressor(random_state=0), grid).fit(X, y))
    assert by_name(facts)["max_depth"].edge == ""
    assert by_name(facts)["max_depth"].edge_gain is None


def test_what_was_tried_for_a_secret_is_not_told():
    class Remote(Ridge):
        def __init__(self, alpha=1.0, api_key="", url=""):
            super().__init__(alpha)
            self.api_key, self.url = api_key, url

    grid = {"api_key": ["canary-a", "canary-b"], "url": ["http://canary@a", "http://canary@b"], "alpha": [1, 2]}
    facts = search_facts(GridSearchCV(Remote(), grid, cv=2).fit(X, y))
    assert "canary" not in str(facts)
    assert set(by_name(facts)) == {"alpha", "url"}
    assert (by_name(facts)["url"].best, by_name(facts)["url"].values) == ("str", 2)


def test_the_defaults_are_told_where_they_were_tried():
    tried = GridSearchCV(make_pipeline(Ridge()), {"ridge__alpha": [0.1, 1, 10], "ridge__solver": ["auto", "svd"]})
    facts = search_facts(tried.fit(X, y))
    assert facts.default_score == pytest.approx(tried.cv_results_["mean_test_score"][2])
    other = GridSearchCV(make_pipeline(Ridge()), {"ridge__alpha": [0.1, 10], "ridge__solver": ["auto", "svd"]})
    assert search_facts(other.fit(X, y)).default_score is None


def test_what_is_no_number_is_no_end():
    grid = {"max_depth": [None, 3, 5], "min_samples_leaf": [30, 40, 50]}
    facts = search_facts(GridSearchCV(DecisionTreeClassifier(random_state=0), grid).fit(X_cancer, y_cancer))
    depth = by_name(facts)["max_depth"]
    assert (depth.values, depth.low, depth.high) == (3, 3.0, 5.0)


def test_a_sampled_search_compares_the_outer_candidates_with_the_next():
    space = {"alpha": loguniform(5, 1e3)}
    rising = search_facts(RandomizedSearchCV(Ridge(), space, n_iter=40, random_state=0).fit(X, y))
    found = rising.parameters[0]
    assert not rising.exhaustive
    assert (found.edge, found.values) == ("low", 40)
    assert found.edge_gain.interval.low > 0
    few = search_facts(RandomizedSearchCV(Ridge(), space, n_iter=8, random_state=0).fit(X, y))
    assert few.parameters[0].edge_gain is None


def test_a_halving_search_compares_within_a_round():
    search = HalvingGridSearchCV(Ridge(), {"alpha": [10, 100, 1000]}, factor=3, random_state=0, min_resources=100)
    facts = search_facts(search.fit(X, y))
    assert not facts.exhaustive
    assert facts.candidates == 3
    assert facts.fits > facts.candidates * facts.folds
    alpha = facts.parameters[0]
    assert alpha.edge == "low" and alpha.edge_gain.value > 0


def test_several_metrics_count_by_the_one_that_chose():
    search = GridSearchCV(Ridge(), {"alpha": [1, 10, 100]}, scoring=["r2", "neg_mean_absolute_error"], refit="r2")
    facts = search_facts(search.fit(X, y))
    assert facts.best_score == pytest.approx(search.best_score_)


def test_failed_fits_leave_the_gain_unknown():
    search = GridSearchCV(Ridge(), {"alpha": [-1.0, 1.0, 10.0]}, error_score=np.nan)
    with pytest.warns(match="fits failed"), pytest.warns(match="non-finite"):
        search.fit(X, y)
    facts = search_facts(search)
    assert facts is not None and facts.candidates == 3


@pytest.mark.parametrize("other", [Ridge(), GridSearchCV(Ridge(), {"alpha": [1]}), None, object()])
def test_anything_else_has_none(other):
    assert search_facts(other) is None


class Odd:
    """Results as a foreign search may leave them."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


@given(
    params=st.lists(st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.floats(), st.text(), st.booleans()))),
    scores=st.lists(st.floats(), max_size=6),
    best=st.integers(-2, 6),
)
def test_foreign_results_never_raise(params, scores, best):
    search_facts(Odd(cv_results_={"params": params, "split0_test_score": scores}, best_index_=best))
    search_facts(Odd(cv_results_={"params": params, "split0_test_score": scores[: len(params)]}, best_index_=best))

"""``mlflow_pitfalls.tune``: without hooks, and never logged."""

from __future__ import annotations

import mlflow
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

import mlflow_pitfalls


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_the_space_is_found_and_nothing_is_logged(state, store):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    try:
        mlflow.sklearn.autolog(log_models=False)
        X, y = load_diabetes(return_X_y=True, as_frame=True)
        found = mlflow_pitfalls.tune(KNeighborsRegressor(1), X, y, trials=8)
    finally:
        mlflow.sklearn.autolog(disable=True)
        mlflow.set_tracking_uri(before)
    assert found.improved, found
    assert found.best_params["n_neighbors"] > 1
    assert found.facts.space.origin == "table"
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    assert not store.client.search_runs(experiments)


def test_of_a_search_what_it_has_chosen_is_tuned(state):
    X, y = load_diabetes(return_X_y=True)
    search = GridSearchCV(DecisionTreeRegressor(random_state=0), {"max_depth": [20, 30]}, cv=2).fit(X, y)
    found = mlflow_pitfalls.tune(search, X, y, trials=3)
    assert found.facts.estimator == "DecisionTreeRegressor"
    assert len(found.facts.trials) == 3


def test_what_is_no_predictor_is_told(state):
    X, _ = load_diabetes(return_X_y=True)
    with pytest.raises(mlflow_pitfalls.PitfallsError, match="of one target can be tuned"):
        mlflow_pitfalls.tune(IsolationForest(), X, X, trials=2)

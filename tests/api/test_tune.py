"""``mlflow_pitfalls.tune``: without hooks, and never logged."""

from __future__ import annotations

import mlflow
import pytest
from sklearn.datasets import load_diabetes
from sklearn.ensemble import IsolationForest
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, train_test_split
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


@pytest.fixture
def logged(store, state):
    """Six runs of trees on one split, and the split."""
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    sides = train_test_split(X, y, random_state=0)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment_id=store.experiment_id)
    mlflow_pitfalls.enable(terminal=False, notebook=False, probe_budget=0.0)
    mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
    for depth, leaf in ((1, 1), (2, 10), (3, 5), (4, 20), (12, 1), (8, 3)):
        model = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(sides[0], sides[2])
        r2_score(sides[3], model.predict(sides[1]))
    mlflow_pitfalls.disable()
    yield sides
    mlflow.sklearn.autolog(disable=True)
    mlflow.set_tracking_uri(before)


@pytest.mark.slow
def test_a_study_begins_from_the_experiments_runs_on_the_same_rows(logged):
    X_train, X_test, y_train, y_test = logged
    model = DecisionTreeRegressor(random_state=0)
    sides = {"X_test": X_test, "y_test": y_test, "metric": "r2", "trials": 8}
    found = mlflow_pitfalls.tune(model, X_train, y_train, **sides)
    assert found.facts.began == "Began from 6 earlier runs on the same rows."
    first = dict(found.facts.trials[1].values)
    assert (first["max_depth"], first["min_samples_leaf"]) in {(2, 10), (3, 5), (4, 20)}
    fresh = mlflow_pitfalls.tune(model, X_train, y_train, **sides, history=False, study_name="fresh")
    assert fresh.facts.history_runs == 0
    other = mlflow_pitfalls.tune(model, X_train, y_train, X_test=X_test[1:], y_test=y_test[1:], trials=2)
    assert other.facts.history_runs == 0

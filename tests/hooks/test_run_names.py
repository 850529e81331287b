"""MLflow draws the names of runs from the user's random state: not for runs that are opened because of us."""

from __future__ import annotations

import random

from sklearn.naive_bayes import GaussianNB

from mlflow_pitfalls import hooks


def _draw(seed=0):
    random.seed(seed)
    return random.getstate()


def _fit_all(iris):
    X, y = iris
    for _ in range(2):
        GaussianNB().fit(X, y)


def test_a_run_of_our_autologging_draws_nothing(recorder, mlflow_store, iris):
    hooks.turn_on_autolog()
    before = _draw()
    _fit_all(iris)
    assert random.getstate() == before
    names = mlflow_store.search_runs()["tags.mlflow.runName"].tolist()
    assert len(set(names)) == len(names) == 2


def test_the_users_own_run_is_named_as_without_us(recorder, mlflow_store, iris):
    _draw()
    with mlflow_store.start_run() as run:
        plain, after = run.info.run_name, random.getstate()
    hooks.turn_on_autolog()
    _draw()
    with mlflow_store.start_run() as run:
        assert (run.info.run_name, random.getstate()) == (plain, after)


def test_autologging_of_the_users_draws_as_without_us(recorder, mlflow_store, iris):
    hooks.turn_on_autolog()
    mlflow_store.sklearn.autolog(log_models=False)
    before = _draw()
    _fit_all(iris)
    assert random.getstate() != before
    hooks.turn_off_autolog()
    from mlflow.utils import name_utils

    assert name_utils.random is random

"""Probing that the user asks for."""

from __future__ import annotations

import random
import warnings

import mlflow
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls
from mlflow_pitfalls.errors import PitfallsError


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True, as_frame=True)


class Mine(ClassifierMixin, BaseEstimator):
    """Code of the user's own, which draws from the global random states and warns."""

    def fit(self, x, y):
        warnings.warn("mine", stacklevel=1)
        self.classes_ = np.unique(y)
        self.tree_ = DecisionTreeClassifier(random_state=np.random.randint(9)).fit(x, y)
        return self

    def predict(self, x):
        random.random()
        return self.tree_.predict(x)


def test_every_probe_is_run_or_says_why_not(cancer, capfd):
    x, y = cancer
    model = DecisionTreeClassifier()
    before, copies = set(vars(model)), (x.copy(), y.copy())
    states, filters = (np.random.get_state()[1].copy(), random.getstate()), list(warnings.filters)
    report = mlflow_pitfalls.probe(model, x, y, budget=60)
    assert {facts.name: facts.status for facts in report.record.probes}["simpler"] == "done"
    assert all(
        facts.status in ("done", "not_needed") and (facts.reason or facts.status == "done")
        for facts in report.record.probes
    )
    assert {found.family for found in report.record.prototypes} >= {"dummy", "linear", "forest", "boosting"}
    assert report.record.split.stratified and report.record.fit.rows == 426
    assert "no-held-out-score" not in [flag.check for flag in report.flags]
    assert set(vars(model)) == before and x.equals(copies[0]) and y.equals(copies[1])
    assert (np.random.get_state()[1] == states[0]).all() and random.getstate() == states[1]
    assert warnings.filters == filters
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_code_of_the_users_own_is_run_where_they_ask_for_it(cancer):
    state = np.random.get_state()[1].copy()
    report = mlflow_pitfalls.probe(Mine(), *cancer)
    assert report.record.primary_score is not None
    assert (np.random.get_state()[1] == state).all()


def test_regression(cancer):
    report = mlflow_pitfalls.probe(make_pipeline(StandardScaler(), Ridge()), *load_diabetes(return_X_y=True))
    assert report.record.primary_score.metric == "r2" and report.record.learning_curve is not None


@pytest.mark.slow
def test_clean_data_and_a_fitting_model_get_no_flag_above_low(cancer):
    report = mlflow_pitfalls.probe(make_pipeline(StandardScaler(), LogisticRegression()), *cancer)
    assert [flag.check for flag in report.flags if flag.severity.rank > 1] == []


def test_a_budget_that_ends_cuts_the_rest(cancer):
    report = mlflow_pitfalls.probe(DecisionTreeClassifier(random_state=0), *cancer, budget=1e-6)
    assert {facts.status for facts in report.record.probes} == {"cut", "not_needed"}


@pytest.mark.parametrize(
    ("model", "x", "y", "why"),
    [
        (LogisticRegression(), [[1.0], [2.0]], [0], "as many rows"),
        (StandardScaler(), np.zeros((20, 1)), np.zeros(20), "no classifier or regressor"),
        (object(), np.zeros((20, 1)), np.zeros(20), "cannot be probed"),
        (LogisticRegression(), np.zeros((20, 1)), np.zeros(20), "could not be fitted"),
    ],
    ids=["rows", "transformer", "object", "one class"],
)
def test_what_cannot_be_probed_is_told(model, x, y, why):
    with pytest.raises(PitfallsError, match=why):
        mlflow_pitfalls.probe(model, x, y)


def test_a_budget_must_be_positive(cancer):
    with pytest.raises(PitfallsError, match="positive"):
        mlflow_pitfalls.probe(LogisticRegression(), *cancer, budget=0)


@pytest.mark.slow
def test_only_inside_a_run_of_a_watched_script_it_is_logged(cancer, store, tmp_path):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment_id=store.experiment_id)
    try:
        mlflow_pitfalls.probe(DecisionTreeClassifier(), *cancer, budget=5)
        assert store.client.search_runs([store.experiment_id]) == []
        mlflow_pitfalls.enable(terminal=False, notebook=False, spool_dir=str(tmp_path / "spool"), test_mode=True)
        with mlflow.start_run() as run:
            mlflow_pitfalls.probe(DecisionTreeClassifier(), *cancer, budget=5)
        mlflow_pitfalls.flush()
    finally:
        mlflow_pitfalls.disable()
        mlflow.set_tracking_uri(before)
    (logged,) = store.client.search_runs([store.experiment_id])
    assert logged.info.run_id == run.info.run_id and "pitfalls.flags" in logged.data.tags


def test_without_hooks_autologging_makes_no_run_of_our_fits(cancer, store):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment_id=store.experiment_id)
    try:
        mlflow.sklearn.autolog(log_models=False, silent=True)
        mlflow_pitfalls.probe(LogisticRegression(max_iter=50), *cancer, budget=1.0)
    finally:
        mlflow.sklearn.autolog(disable=True)
        mlflow.set_tracking_uri(before)
    assert not store.client.search_runs([store.experiment_id])

"""From a script to its run: the artifacts are there, read back, and cost the user nothing that shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.suggestions import Suggestions


@pytest.fixture
def sides():
    return train_test_split(*load_breast_cancer(return_X_y=True, as_frame=True), random_state=0)


@pytest.fixture
def watched(store) -> Iterator[object]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment_id=store.experiment_id)
    yield lambda **options: mlflow_pitfalls.enable(
        terminal=False, notebook=False, test_mode=True, autolog=False, probe_budget=0.0, **options
    )
    mlflow_pitfalls.disable()
    mlflow.set_tracking_uri(before)


def read(store, run_id: str, path: str) -> str:
    return Path(store.client.download_artifacts(run_id, path)).read_text(encoding="utf-8")


def test_the_run_carries_suggestions_and_script(watched, store, sides):
    X_train, X_test, y_train, y_test = sides
    watched()
    with mlflow.start_run() as run:
        model = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=10, random_state=0))
        model.fit(X_train, y_train)
        model.score(X_test, y_test)
    (report,) = mlflow_pitfalls.flush()
    run_id = run.info.run_id
    assert {"pitfalls/suggestions.json", "pitfalls/tune.py"} <= store.files(run_id)
    found = from_json(Suggestions, read(store, run_id, "pitfalls/suggestions.json"))
    assert found == report.suggestions and found.run_id == run_id
    assert found.space.parameters[0].name.startswith("randomforestclassifier__")
    script = read(store, run_id, "pitfalls/tune.py")
    ast.parse(script)
    assert '("randomforestclassifier", RandomForestClassifier(n_estimators=10, random_state=0))' in script
    assert "## What to tune next" in read(store, run_id, "pitfalls.md")
    assert 'id="tune"' in read(store, run_id, "pitfalls/report.html")
    assert model.get_params()["randomforestclassifier__random_state"] == 0
    mlflow_pitfalls.disable()
    assert mlflow_pitfalls.report(run_id).suggestions == found


@pytest.mark.slow
def test_earlier_runs_speak_and_are_drawn(watched, store, sides):
    X_train, X_test, y_train, y_test = sides
    watched()
    for leaf in range(1, 32, 2):
        with mlflow.start_run() as run:
            model = DecisionTreeClassifier(min_samples_leaf=leaf, max_depth=2 + leaf % 5, random_state=0)
            mlflow.log_params({"min_samples_leaf": leaf, "max_depth": model.max_depth})
            model.fit(X_train, y_train)
            model.score(X_test, y_test)
        (report,) = mlflow_pitfalls.flush()
    found = report.suggestions
    assert found.basis == "history" and found.history_runs == 16 and len(found.next) == 5
    assert {each.name for each in found.importances} == {"min_samples_leaf", "max_depth"}
    pictures = {f"pitfalls/tuning_{name}.png" for name in ("importances", "history", "slices")}
    assert pictures <= store.files(run.info.run_id)
    assert "the run's flags" not in (script := read(store, run.info.run_id, "pitfalls/tune.py"))
    assert "earlier runs suggest" in script


def test_of_a_search_the_chosen_estimator_is_tuned(watched, sides):
    X_train, X_test, y_train, y_test = sides
    watched()
    search = GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [0.5, 1.5]}, cv=2)
    search.fit(X_train, y_train)
    search.score(X_test, y_test)
    (report,) = mlflow_pitfalls.flush()
    current = {each.name: each.current for each in report.suggestions.space.parameters}
    assert current["svc__C"] == search.best_params_["svc__C"]


class Own(ClassifierMixin, BaseEstimator):
    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def fit(self, X, y):
        self.inner_ = GaussianNB().fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)


def test_a_model_of_the_users_own_has_nothing_to_tune_and_says_so(watched, sides):
    X_train, X_test, y_train, y_test = sides
    watched()
    Own().fit(X_train, y_train).score(X_test, y_test)
    (report,) = mlflow_pitfalls.flush()
    assert not report.suggestions.next and "Own" in report.suggestions.notes[0]


def test_without_a_target_nothing_is_suggested(watched, sides):
    watched()
    KMeans(2, n_init=1).fit(sides[0])
    assert [report.suggestions for report in mlflow_pitfalls.flush()] == [None]


def test_strict_privacy_leaves_labels_out(watched, store, sides):
    X_train, X_test, y_train, y_test = sides
    watched(privacy="strict")
    with mlflow.start_run() as run:
        model = RandomForestClassifier(n_estimators=5, class_weight={0: 2.0, 1: 7.5}).fit(X_train, y_train)
        model.score(X_test, y_test)
    mlflow_pitfalls.flush()
    script = read(store, run.info.run_id, "pitfalls/tune.py")
    assert "7.5" not in script and "RANDOM_FOREST_CLASSIFIER_CLASS_WEIGHT = ..." in script

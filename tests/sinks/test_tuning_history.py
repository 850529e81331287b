from __future__ import annotations

import time

import pytest
from mlflow.entities import Metric, Param, RunTag

from mlflow_pitfalls.model.fitting import SearchFacts
from mlflow_pitfalls.model.record import EstimatorFacts, FitFacts, RunInfo, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Task
from mlflow_pitfalls.sinks import history, tuning_history
from mlflow_pitfalls.sinks.tuning_history import read_configurations

ROWS = "rows"


@pytest.fixture
def finished(store):
    def make(tags=None, params=None, metrics=None):
        run_id = store.new_run()
        store.client.log_batch(
            run_id,
            tags=[RunTag(key, value) for key, value in (tags or {}).items()],
            params=[Param(key, value) for key, value in (params or {}).items()],
            metrics=[Metric(key, value, 0, 0) for key, value in (metrics or {}).items()],
        )
        store.client.set_terminated(run_id)
        time.sleep(0.002)  # runs are ordered by their start in milliseconds
        return run_id

    return make


def ours(**changes):
    tags = {"task": "binary", "held_out": ROWS, "metric": "roc_auc", "estimator": "SVC", "train_rows": "120"}
    return {f"pitfalls.{key}": value for key, value in {**tags, "train_columns": "5", **changes}.items()}


def scored(value):
    return {"pitfalls/test_score": value}


def record(store, run_id="own", held_out=ROWS, score=0.7, search=None):
    return RunRecord(
        run=RunInfo(run_id=run_id, experiment_id=store.experiment_id),
        task=Task.BINARY,
        package_version="0",
        held_out_digest=held_out,
        scores=(ScoreFacts(metric="roc_auc", primary=True, perfect=1.0, held_out=Estimate(value=score, rows=40)),),
        fit=FitFacts(
            estimator=EstimatorFacts(
                class_name="GridSearchCV" if search else "SVC", final_class_name="SVC", module="sklearn.svm",
                family="svm", is_search=search is not None,
            ),
            rows=120, columns=5, seconds=1.0, cpu_seconds=1.0,
        ),
        search=search,
    )  # fmt: skip


def test_runs_of_the_same_predictor_on_the_same_rows_in_the_same_metric(store, finished):
    older = finished(ours(), {"C": "2"}, scored(0.8))
    inside = finished(ours(estimator="GridSearchCV(SVC)"), {"best_C": "3"}, scored(0.9))
    finished(ours(estimator="RandomForestClassifier"), {"C": "4"}, scored(0.9))
    finished(ours(held_out="other"), {}, scored(0.9))
    finished(ours(metric="accuracy"), {}, scored(0.9))
    finished(ours(train_rows="60"), {}, scored(0.9))
    finished(ours(task="regression"), {}, scored(0.9))
    finished(ours(), {}, {})
    finished(ours(), {}, scored(float("nan")))
    found = read_configurations(store.uri, record(store))
    assert [(each.run_id, each.score) for each in found] == [("own", 0.7), (inside, 0.9), (older, 0.8)]
    assert [each.parameters for each in found] == [(), (("best_C", "3"),), (("C", "2"),)]
    assert {(each.estimator, each.rows, each.columns, each.basis) for each in found} == {("SVC", 120, 5, "held_out")}
    assert found[0].started_ms > found[1].started_ms > found[2].started_ms


def test_the_run_that_asks_is_not_counted_twice(store, finished):
    own = finished(ours(), {"C": "2"}, scored(0.7))
    assert [each.run_id for each in read_configurations(store.uri, record(store, own))] == [own]


def test_candidates_of_searches_over_like_folds(store, finished):
    def search(**params):
        return finished(
            ours(estimator="GridSearchCV(SVC)"), {"cv": "5", "scoring": "roc_auc", **params}, {"best_cv_score": 0.6}
        )

    first, other_folds, latest = search(), search(cv="3"), search()
    for parent in (first, other_folds, latest):
        finished({"mlflow.parentRunId": parent}, {"C": parent[:4]}, {"mean_test_score": 0.5})
    found = read_configurations(store.uri, record(store))
    folds = [each for each in found if each.basis == "cross_validation"]
    assert [each.parameters for each in folds] == [(("C", latest[:4]),)]  # the two latest, of which one has other folds


def test_a_search_without_logged_candidates_tells_its_best(store, finished):
    finished(
        ours(estimator="GridSearchCV(SVC)"),
        {"cv": "5", "scoring": "roc_auc", "best_C": "3"},
        {"best_cv_score": 0.6},
    )
    finished(ours(estimator="GridSearchCV(SVC)"), {"cv": "5", "scoring": "None"}, {"best_cv_score": 0.9})  # accuracy
    found = read_configurations(store.uri, record(store))
    assert [(each.basis, each.score) for each in found] == [("held_out", 0.7), ("cross_validation", 0.6)]


@pytest.mark.parametrize("held_out", ["", "it's"])
def test_rows_that_are_not_known_or_cannot_be_asked_for_mix_nothing(store, finished, held_out):
    finished(ours(), {"C": "2"}, scored(0.8))
    assert len(read_configurations(store.uri, record(store, held_out=held_out))) <= 1


def test_the_number_of_queries_does_not_grow(store, finished, monkeypatch):
    monkeypatch.setattr(history, "MAX_RUNS", 4)
    for _ in range(12):
        finished(ours(estimator="GridSearchCV(SVC)"), {"cv": "5", "scoring": "roc_auc"}, scored(0.8))
    answers = []
    ask = history.finished_runs
    monkeypatch.setattr(
        tuning_history, "finished_runs", lambda *args: answers.append(len(found := ask(*args))) or found
    )
    assert len(read_configurations(store.uri, record(store))) == 5
    assert answers == [4, 0, 0]


def test_a_store_that_does_not_answer_gives_none(store, refused_uri):
    assert read_configurations(refused_uri, record(store)) is None


def test_a_real_search_tells_its_candidates(store):
    import mlflow
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC

    X, y = load_breast_cancer(return_X_y=True)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    try:
        mlflow.set_experiment(experiment_id=store.experiment_id)
        mlflow.sklearn.autolog(log_models=False, log_datasets=False, log_post_training_metrics=False, silent=True)
        with mlflow.start_run() as run:
            GridSearchCV(SVC(), {"C": [0.1, 1, 10]}, cv=3, scoring="roc_auc").fit(X[::4], y[::4])
    finally:
        mlflow.sklearn.autolog(disable=True, silent=True)
        mlflow.set_tracking_uri(before)
    search = SearchFacts(class_name="GridSearchCV", exhaustive=True, candidates=3, folds=3, fits=9, metric="roc_auc")
    asking = record(store, run.info.run_id, search=search)
    folds = [each for each in read_configurations(store.uri, asking) if each.basis == "cross_validation"]
    assert folds  # not all three: MLflow's threads may trip over each other on SQLite
    assert {dict(each.parameters)["C"] for each in folds} <= {"0.1", "1", "10"}
    assert all(0.5 < each.score <= 1 for each in folds)

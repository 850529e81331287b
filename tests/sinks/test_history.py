from __future__ import annotations

import threading
import time

import pytest
from mlflow.entities import Param, RunTag

from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.sinks import history, reading
from mlflow_pitfalls.sinks.breaker import breaker_of
from mlflow_pitfalls.sinks.history import family_of, read_history

FEW = 4


@pytest.fixture
def few(monkeypatch):
    """A small bound, so that a few runs reach it."""
    monkeypatch.setattr(history, "MAX_RUNS", FEW)


@pytest.fixture
def finished(store):
    def make(tags: dict[str, str] | None = None, params: dict[str, str] | None = None) -> str:
        run_id = store.new_run()
        store.client.log_batch(
            run_id,
            tags=[RunTag(key, value) for key, value in (tags or {}).items()],
            params=[Param(key, value) for key, value in (params or {}).items()],
        )
        store.client.set_terminated(run_id)
        return run_id

    return make


def ours(family: str, task: str = "binary", target: str = "label") -> dict[str, str]:
    return {"pitfalls.task": task, "pitfalls.target": target, "pitfalls.model_family": family}


def read(store, run_id="own", task=Task.BINARY, target="label"):
    return read_history(store.uri, store.experiment_id, run_id, task, target)


def test_an_experiment_without_other_runs(store, finished):
    own = finished(ours("dummy"))
    facts = read(store, own)
    assert facts is not None
    assert (facts.runs_seen, facts.comparable_runs, facts.baseline_runs, facts.complete) == (0, 0, 0, True)


def test_only_runs_of_the_same_task_and_target_are_comparable(store, finished):
    finished(ours("linear"))
    finished(ours("forest"))
    finished(ours("dummy", target="other"))
    finished(ours("dummy", task="regression"))
    finished()
    store.new_run(**ours("dummy"))  # still running
    facts = read(store)
    assert (facts.runs_seen, facts.comparable_runs, facts.baseline_runs) == (5, 2, 1)
    assert facts.families == ("forest", "linear")


@pytest.mark.parametrize(
    ("tags", "params", "baseline"),
    [
        ({"estimator_name": "LogisticRegression"}, {}, True),
        ({"estimator_name": "DummyClassifier"}, {}, True),
        ({"estimator_name": "GaussianNB"}, {}, True),
        ({"estimator_name": "DecisionTreeClassifier"}, {"max_depth": "3"}, True),
        ({"estimator_name": "DecisionTreeClassifier"}, {"max_depth": "None"}, False),
        (
            {"estimator_name": "Pipeline"},
            {"steps": "[('s', StandardScaler()), ('m', LogisticRegression(C=0.1))]"},
            True,
        ),
        ({"estimator_name": "RandomForestClassifier"}, {}, False),
        ({"estimator_name": "HistGradientBoostingClassifier"}, {}, False),
        ({"estimator_name": "LinearRegression"}, {}, False),  # a regressor, seen from a classifier
        ({"estimator_name": "Mine"}, {}, False),
        (ours("tree"), {"clf__max_depth": "2"}, True),
        (ours("tree"), {}, False),
    ],
)
def test_baselines_are_recognised_with_and_without_our_tags(store, finished, tags, params, baseline):
    finished(tags, params)
    assert read(store).baseline_runs == int(baseline)


def test_real_autologged_runs_are_recognised(store):
    import mlflow
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    try:
        mlflow.set_experiment(experiment_id=store.experiment_id)
        mlflow.sklearn.autolog(log_models=False, log_datasets=False, silent=True)
        DummyClassifier().fit([[0.0], [1.0], [2.0]], [0, 1, 1])
        make_pipeline(StandardScaler(), Ridge()).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 1.5])
    finally:
        mlflow.sklearn.autolog(disable=True, silent=True)
        mlflow.set_tracking_uri(before)
    classification, regression = read(store), read(store, task=Task.REGRESSION, target="")
    assert (classification.families, classification.baseline_runs) == (("dummy",), 1)
    assert (regression.families, regression.baseline_runs) == (("linear",), 1)


def test_an_older_baseline_behind_many_other_runs_is_found(few, store, finished):
    finished(ours("dummy"))
    time.sleep(0.002)  # runs are ordered by their start in milliseconds
    for _ in range(FEW):
        finished(ours("forest", task="regression"))
    facts = read(store)
    assert facts.baseline_runs == 1
    assert not facts.complete


def test_the_number_of_queries_does_not_grow(few, store, finished, monkeypatch):
    for _ in range(4 * FEW):
        finished(ours("forest"))
    queries: list[str] = []
    search = history._search
    monkeypatch.setattr(history, "_search", lambda *args: queries.append("query") or search(*args))
    facts = read(store)
    assert len(queries) == 2
    assert facts.runs_seen <= 2 * FEW


@pytest.mark.parametrize("target", ["it's", 'a"b', "a`b", "a\\b", "Ж", ""])
def test_any_target_name_is_safe(few, store, finished, target):
    finished(ours("dummy", target=target))
    for _ in range(FEW):
        finished(ours("forest", task="regression"))
    assert read(store, target=target) is not None


def test_a_store_that_does_not_answer_gives_none(refused_uri, tmp_path):
    assert read_history(refused_uri, "0", "r", Task.BINARY, "y") is None
    assert read_history(f"sqlite:///{tmp_path}/none.db", "0", "r", Task.BINARY, "y") is None
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_hangs_after_the_probe_delays_no_report(stuck_uri):
    release = threading.Event()
    assert reading.read_within(stuck_uri, release.wait, 0.05) is None
    release.set()
    assert breaker_of(stuck_uri).is_open
    assert read_history(stuck_uri, "0", "r", Task.BINARY, "y") is None


def test_families():
    assert family_of("LinearSVC") == "linear"
    assert family_of("SVC") == "svm"
    assert family_of("BernoulliNB") == "bayes"
    assert family_of("XGBClassifier") == "boosting"
    assert family_of("ExtraTreesRegressor") == "forest"
    assert family_of("ExtraTreeRegressor") == "tree"
    assert family_of("KMeans") == ""


def test_candidates_of_a_search_are_no_runs_of_their_own(store, finished):
    finished({"estimator_name": "SVC", "mlflow.parentRunId": "0" * 32})
    assert read(store).comparable_runs == 0
    finished({**ours("svm"), "mlflow.parentRunId": "0" * 32})
    assert read(store).comparable_runs == 1

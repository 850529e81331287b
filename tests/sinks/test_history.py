from __future__ import annotations

import threading
import time

import pytest
from mlflow.entities import Param, RunTag

from mlflow_pitfalls.capture.estimators.model_families import family_by_name
from mlflow_pitfalls.model.record import EarlierRun
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.sinks import history, reading
from mlflow_pitfalls.sinks.breaker import breaker_of
from mlflow_pitfalls.sinks.history import Question, read_history

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


def read(store, run_id="own", task=Task.BINARY, target="label", **known):
    asked = Question(experiment_id=store.experiment_id, run_id=run_id, task=task, target=target, **known)
    return read_history(store.uri, asked)


NOBODY = Question(experiment_id="0", run_id="r", task=Task.BINARY, target="y")


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
    search = history.finished_runs
    monkeypatch.setattr(history, "finished_runs", lambda *args: queries.append("query") or search(*args))
    facts = read(store)
    assert len(queries) == 2  # and a third one where the held-out rows are known
    assert facts.runs_seen <= 2 * FEW


def scored(rows: str = "rows", seconds: str = "120", **changes):
    return {
        **ours("forest"),
        "pitfalls.estimator": "SVC",
        "pitfalls.settings": "s",
        "pitfalls.train_rows": seconds,
        "pitfalls.train_columns": "5",
        "pitfalls.held_out": rows,
        "pitfalls.metric": "roc_auc",
        **changes,
    }


def test_an_earlier_run_tells_its_time_size_and_score(store, finished):
    run_id = finished(scored())
    for key, value in (("fit_seconds", 3.5), ("fit_cpu_seconds", 7.0), ("test_score", 0.8)):
        store.client.log_metric(run_id, f"pitfalls/{key}", value)
    facts = read(store, held_out="rows", estimator="SVC", settings="s")
    assert (facts.own_estimator, facts.own_settings) == ("SVC", "s")
    assert facts.earlier == (
        EarlierRun(
            run_id=run_id,
            family="forest",
            estimator="SVC",
            settings="s",
            seconds=3.5,
            cpu_seconds=7.0,
            rows=120,
            columns=5,
            held_out_score=0.8,
            metric="roc_auc",
            held_out="rows",
        ),
    )


@pytest.mark.parametrize("foreign", ["", "many", "-3", "1.5", "٣", "9" * 40])
def test_foreign_values_of_our_tags_are_not_known(foreign, store, finished):
    finished(scored(seconds=foreign))
    assert read(store).earlier[0].rows is None


def test_runs_on_the_same_held_out_rows_are_counted(store, finished):
    own = finished(scored())
    finished(scored())
    finished(scored("other"))
    finished(ours("forest"))
    assert read(store, own, held_out="rows").reuses == 1
    assert read(store, own).reuses is None


def test_tuning_is_recognised_with_and_without_our_tags(store, finished):
    finished({**ours("svm"), "pitfalls.tuned": "no"})
    assert read(store).tuning_runs == 0
    finished({**ours("svm"), "pitfalls.tuned": "set"})
    finished({**ours("svm"), "pitfalls.tuned": "search"})
    finished({"estimator_name": "GridSearchCV"}, {"estimator": "SVC(C=2)", "cv": "5"})
    facts = read(store)
    assert facts.tuning_runs == 3
    assert facts.families == ("svm",)


def test_older_runs_on_the_same_rows_are_found_behind_many_others(few, store, finished):
    for _ in range(2):
        finished(scored())
    time.sleep(0.002)
    for _ in range(2 * FEW):
        finished(scored("other"))
    facts = read(store, held_out="rows")
    assert facts.reuses == 2
    assert not facts.complete


@pytest.mark.slow
def test_two_hundred_runs_cost_no_more_than_the_bound(store, monkeypatch):
    """Three queries of at most 50 runs, whatever the experiment's size; the store is SQLite's."""
    now = int(time.time() * 1000)
    for i in range(200):
        tags = scored("rows" if i % 2 else "other")
        run = store.client.create_run(store.experiment_id, start_time=now + i, tags=tags)
        store.client.set_terminated(run.info.run_id)
    answers: list[int] = []
    search = history.finished_runs

    def counted(*args):
        found = search(*args)
        answers.append(len(found))
        return found

    monkeypatch.setattr(history, "finished_runs", counted)
    facts = read(store, held_out="rows")
    assert answers == [50, 50, 50]
    assert facts.runs_seen <= 150 and len(facts.earlier) <= history.MAX_EARLIER
    assert 25 <= facts.reuses <= 75
    assert not facts.complete


@pytest.mark.parametrize("target", ["it's", 'a"b', "a`b", "a\\b", "Ж", ""])
def test_any_target_name_is_safe(few, store, finished, target):
    finished(ours("dummy", target=target))
    for _ in range(FEW):
        finished(ours("forest", task="regression"))
    assert read(store, target=target) is not None


def test_a_store_that_does_not_answer_gives_none(refused_uri, tmp_path):
    assert read_history(refused_uri, NOBODY) is None
    assert read_history(f"sqlite:///{tmp_path}/none.db", NOBODY) is None
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_hangs_after_the_probe_delays_no_report(stuck_uri):
    release = threading.Event()
    assert reading.read_within(stuck_uri, release.wait, 0.05) is None
    release.set()
    assert breaker_of(stuck_uri).is_open
    assert read_history(stuck_uri, NOBODY) is None


@pytest.mark.parametrize("uri", ["postgresql://user@host/runs", "mysql+pymysql://host/runs", "databricks"])
def test_nor_does_a_database_or_a_hosted_store_that_hangs(uri, monkeypatch):
    monkeypatch.setattr(reading, "DATABASE_SECONDS", 0.05)
    release = threading.Event()
    assert reading.read_within(uri, release.wait) is None
    release.set()
    assert breaker_of(uri).is_open


def test_families():
    assert family_by_name("LinearSVC") == "linear"
    assert family_by_name("SVC") == "svm"
    assert family_by_name("BernoulliNB") == "bayes"
    assert family_by_name("XGBClassifier") == "boosting"
    assert family_by_name("ExtraTreesRegressor") == "forest"
    assert family_by_name("ExtraTreeRegressor") == "tree"
    assert family_by_name("KMeans") == ""


def test_candidates_of_a_search_are_no_runs_of_their_own(store, finished):
    finished({"estimator_name": "SVC", "mlflow.parentRunId": "0" * 32})
    assert read(store).comparable_runs == 0
    finished({**ours("svm"), "mlflow.parentRunId": "0" * 32})
    assert read(store).comparable_runs == 1

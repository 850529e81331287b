from __future__ import annotations

import json
from dataclasses import replace

import pytest
from mlflow.entities import Metric, RunTag

from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.comparison import ReferenceChoice
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import EarlierRun, HistoryFacts, RunInfo, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Task
from mlflow_pitfalls.reporting.links import LOSSES_PATH, OUTCOMES_PATH, RECORD_PATH
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks import compared_runs
from mlflow_pitfalls.sinks.compared_runs import load_compared
from mlflow_pitfalls.sinks.history import question_of, read_history
from mlflow_pitfalls.sinks.reference import REFERENCE_TAG, find_reference, refer
from mlflow_pitfalls.sinks.runs import StoreError

SCORE = ScoreFacts(metric="accuracy", primary=True, perfect=1.0, held_out=Estimate(value=0.8, rows=100))
LOSSES = RowLosses(metric="accuracy", score=1.0, held_out="", fingerprints=(1,), contributions=(1.0,), rows=1)


@pytest.fixture
def record(store):
    def make(run_id: str = "", **changes) -> RunRecord:
        run = RunInfo(run_id=run_id or store.new_run(), experiment_id=store.experiment_id)
        facts = {"task": Task.BINARY, "package_version": "0", "scores": (SCORE,), "history": None}
        return RunRecord(**{**facts, "run": run, **changes})

    return make


@pytest.fixture
def finished(store, record):
    """A finished run with a report, as an earlier process has left it."""

    def make(score: float = 0.8, *, files: dict[str, str] | None = None, **tags: str) -> str:
        run_id = store.new_run()
        known = {"pitfalls.task": "binary", "pitfalls.metric": "accuracy", **tags}
        store.client.log_batch(
            run_id,
            metrics=[Metric("pitfalls/test_score", score, 0, 0)],
            tags=[RunTag(key.replace("__", "."), value) for key, value in known.items()],
        )
        own = {RECORD_PATH: to_json(record(run_id)), OUTCOMES_PATH: to_json(Outcomes(run_id=run_id, outcomes=()))}
        for path, text in {**own, **(files or {})}.items():
            if text:
                store.client.log_text(run_id, text, path)
        store.client.set_terminated(run_id)
        return run_id

    return make


@pytest.fixture
def found(store, record):
    def find(wanted: str | None = None, own: RunRecord | None = None):
        asking = own or record()
        asking = replace(asking, history=read_history(store.uri, question_of(asking)))
        reference = find_reference(store.uri, asking, wanted)
        run_id = reference.run.record.run.run_id if reference.run is not None else reference.absence
        return reference.choice, run_id

    return find


def test_no_earlier_run(found):
    choice, absence = found()
    assert choice is None
    assert "no earlier finished run" in absence


def test_the_best_of_the_comparable_runs(found, finished):
    finished(0.7)
    best = finished(0.9)
    finished(0.99, **{"pitfalls.metric": "roc_auc"})
    finished(0.99, **{"pitfalls.task": "regression"})
    finished(0.99, **{"pitfalls.target-leakage": "high"})
    assert found() == (ReferenceChoice.BEST, best)


def test_runs_of_another_metric_are_better_than_none(found, finished, record):
    finished(0.6, **{"pitfalls.metric": "roc_auc"})
    best = finished(0.8, **{"pitfalls.metric": "roc_auc"})
    assert found() == (ReferenceChoice.BEST, best)
    assert found(own=record(scores=())) == (ReferenceChoice.BEST, best)
    own = finished(0.1)
    assert found() == (ReferenceChoice.BEST, own)


def test_a_broken_best_gives_way_to_the_next(found, finished):
    good = finished(0.7)
    finished(0.9, files={RECORD_PATH: "{}"})
    finished(0.95, files={RECORD_PATH: ""})
    assert found() == (ReferenceChoice.BEST, good)


def test_a_tagged_run_comes_before_the_best(found, finished, store, record):
    finished(0.9)
    tagged = finished(0.5, **{REFERENCE_TAG: "true"})
    finished(0.4, **{REFERENCE_TAG: "false"})
    assert found() == (ReferenceChoice.TAG, tagged)
    own = record(store.new_run(**{REFERENCE_TAG: "true"}))
    store.client.set_terminated(own.run.run_id)
    assert found(own=own) == (ReferenceChoice.TAG, tagged)


def test_a_named_run_comes_first(found, finished, record):
    named = finished(0.3)
    finished(0.5, **{REFERENCE_TAG: "true"})
    assert found(named) == (ReferenceChoice.SETTING, named)
    assert "could not be read" in found("0" * 32)[1]
    own = record()
    assert "is this one" in found(own.run.run_id, own)[1]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({RECORD_PATH: ""}, "holds no"),
        ({RECORD_PATH: "[]"}, "no RunRecord"),
        ({OUTCOMES_PATH: '{"schema_version": 99}'}, "schema version"),
        ({LOSSES_PATH: to_json(replace(LOSSES, fingerprints=(1, 2)))}, "losses for 2 rows"),
    ],
)
def test_a_foreign_or_broken_run_is_no_reference(found, finished, files, reason):
    choice, absence = found(finished(files=files))
    assert choice is None
    assert reason in absence


def test_a_file_too_large_is_not_fetched(found, finished, monkeypatch):
    monkeypatch.setattr(compared_runs, "MAX_BYTES", 50)
    assert "more than any of ours" in found(finished())[1]


def test_the_champion_of_the_registered_model(found, finished, store, record):
    champion = finished(0.5)
    latest = finished(0.9)
    store.client.create_registered_model("churn")
    for run_id in (champion, latest):
        store.client.create_model_version("churn", source=f"runs:/{run_id}/model", run_id=run_id)
    assert found() == (ReferenceChoice.BEST, latest)
    store.client.set_registered_model_alias("churn", "champion", "1")
    assert found() == (ReferenceChoice.CHAMPION, champion)


def test_losses_come_with_the_run(store, finished):
    run_id = finished(files={LOSSES_PATH: to_json(LOSSES)})
    assert load_compared(run_id, store.uri).losses == LOSSES
    with pytest.raises(StoreError, match="could not be read"):
        load_compared("0" * 32, store.uri)


def test_a_store_that_is_gone(record, tmp_path, refused_uri):
    own = record()
    assert find_reference(refused_uri, own, None) is None
    told = refer(own, lambda _: Outcomes(run_id="", outcomes=()), None, refused_uri, Settings())
    assert "did not answer" in told.reference.absence
    with pytest.raises(StoreError, match="does not answer"):
        load_compared("r", refused_uri)


def test_a_record_without_a_run_has_no_reference(store):
    own = RunRecord(run=RunInfo(), task=Task.BINARY, package_version="0")
    assert refer(own, lambda _: Outcomes(run_id="", outcomes=()), None, store.uri, Settings()) is own


def test_repeats_and_flags_of_the_reference(store, finished, record):
    run_id = finished(0.9)
    alike = {"estimator": "SVC", "settings": "s", "metric": "accuracy", "held_out_score": 0.9}
    earlier = (EarlierRun(run_id=run_id, **alike), EarlierRun(run_id="b", **{**alike, "held_out_score": 0.8}))
    own = record(history=HistoryFacts(runs_seen=2, comparable_runs=2, earlier=earlier))
    told = refer(own, lambda _: Outcomes(run_id="", outcomes=()), None, store.uri, Settings(reference=run_id))
    assert told.reference.repeats == (0.9, 0.8)
    assert told.reference.comparison.score.difference.value == 0.0
    assert json.loads(to_json(told))["reference"]["choice"] == "setting"

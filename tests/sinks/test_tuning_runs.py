"""A tuning in MLflow: a parent run, a child for each trial, and nothing twice."""

from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.suggestions import SearchSpace
from mlflow_pitfalls.model.tuning import TrialEnd, TrialFacts, TuningFacts, Verdict
from mlflow_pitfalls.model.values import Estimate, Interval
from mlflow_pitfalls.sinks.tuning_runs import write_tuning

FACTS = TuningFacts(
    study="SVC-1",
    estimator="SVC",
    metric="roc_auc",
    rows=100,
    folding="5 stratified folds",
    space=SearchSpace(estimator="SVC"),
    verdict=Verdict.IMPROVED,
    advice="Take it.",
    best=(("C", 2.0), ("hidden", (64, 64))),
    before=Estimate(value=0.8),
    after=Estimate(value=0.9),
    gain=Estimate(value=0.1, interval=Interval(low=0.05, high=0.15)),
    trials=(
        TrialFacts(number=0, end=TrialEnd.COMPLETE, score=0.8, seconds=0.5, is_present=True),
        TrialFacts(number=1, end=TrialEnd.COMPLETE, score=0.9, seconds=0.5, values=(("C", 2.0), ("weight", None))),
        TrialFacts(number=2, end=TrialEnd.PRUNED, score=0.7, values=(("C", 0.1),)),
        TrialFacts(number=3, end=TrialEnd.FAILED, error="ValueError", values=(("C", -1.0),)),
        TrialFacts(number=4, end=TrialEnd.LOST),
    ),
)


def children(store, parent):
    runs = store.client.search_runs([store.experiment_id], f"tags.`mlflow.parentRunId` = '{parent}'")
    return {run.data.tags["pitfalls.trial"]: run for run in runs}


def test_parent_and_children(store):
    of = store.new_run()
    parent = write_tuning(FACTS, tracking_uri=store.uri, experiment_id=store.experiment_id, run_id=of)
    tags = store.tags(parent)
    assert tags["pitfalls.tuning"] == "improved"
    assert tags["pitfalls.tuned_run"] == of
    assert tags["pitfalls.best.hidden"] == "(64, 64)"
    assert store.metrics(parent)["pitfalls/cv_roc_auc_gain"] == 0.1
    assert store.files(parent) == {"pitfalls/tuning.json"}
    text = (store.artifacts / parent / "artifacts" / "pitfalls" / "tuning.json").read_text(encoding="utf-8")
    assert from_json(TuningFacts, text) == FACTS
    found = children(store, parent)
    assert set(found) == {"0", "1", "2", "3"}
    assert found["1"].data.params == {"C": "2.0", "weight": "None"}
    assert found["1"].data.metrics == {"cv_roc_auc": 0.9, "seconds": 0.5}
    assert [found[number].info.status for number in "0123"] == ["FINISHED", "FINISHED", "FINISHED", "FAILED"]
    assert found["3"].data.tags["pitfalls.trial_error"] == "ValueError"


def test_a_study_that_goes_on_keeps_its_run(store):
    begun = replace(FACTS, trials=FACTS.trials[:2], interrupted=True, verdict=Verdict.UNCLEAR)
    parent = write_tuning(begun, tracking_uri=store.uri, experiment_id=store.experiment_id)
    assert store.client.get_run(parent).info.status == "KILLED"
    first = {number: run.info.run_id for number, run in children(store, parent).items()}
    assert write_tuning(FACTS, tracking_uri=store.uri, experiment_id=store.experiment_id) == parent
    then = {number: run.info.run_id for number, run in children(store, parent).items()}
    assert {number: then[number] for number in first} == first
    assert set(then) == {"0", "1", "2", "3"}
    assert store.client.get_run(parent).info.status == "FINISHED"
    assert store.tags(parent)["pitfalls.tuning"] == "improved"

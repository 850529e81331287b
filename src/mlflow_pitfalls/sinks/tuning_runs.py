"""Writes a tuning to MLflow: a parent run with the result, and a child run for each trial."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.tuning import TrialEnd, TrialFacts, TuningFacts, Values
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.sinks.limits import MAX_TAG_LENGTH, fit_key, fit_text
from mlflow_pitfalls.sinks.run_models import PARENT_TAG

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, Run

STUDY_TAG = "pitfalls.study"
TRIAL_TAG = "pitfalls.trial"
VERDICT_TAG = "pitfalls.tuning"
TUNED_RUN_TAG = "pitfalls.tuned_run"  # on the parent: the run whose model was tuned
NAME_TAG = "mlflow.runName"
FILE = "tuning.json"
FOLDER = "pitfalls"
MAX_CHILDREN = 500
MAX_PARAM_LENGTH = 6_000  # MLflow's limit for values
_MAX_FOUND = 1_000  # children that are read to see which trials are written already
_STATUS = {
    TrialEnd.COMPLETE: "FINISHED",
    TrialEnd.PRUNED: "FINISHED",
    TrialEnd.FAILED: "FAILED",
    TrialEnd.LOST: "KILLED",
}


def write_tuning(facts: TuningFacts, *, tracking_uri: str, experiment_id: str, run_id: str = "") -> str:
    """Write a tuning, or what is new of one that was written before it was interrupted.

    Args:
        facts: What was found.
        tracking_uri: The store.
        experiment_id: Where the runs are made.
        run_id: The run whose model was tuned, if any.

    Returns:
        Id of the parent run.

    Raises:
        MlflowException: The store refuses or does not answer.
    """
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri)
    parent, written = _parent(client, facts, experiment_id, run_id)
    for trial in facts.trials[:MAX_CHILDREN]:
        if _label(trial) not in written and trial.end is not TrialEnd.LOST:
            _write_child(client, facts, trial, experiment_id, parent)
    numbers = {**_results(facts), "pitfalls/history_runs": float(facts.history_runs)}
    client.log_batch(parent, metrics=list(_metrics(numbers)), params=[], tags=_tags(_told(facts)))
    with tempfile.TemporaryDirectory(prefix="mlflow-pitfalls-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / FILE
        file.write_text(to_json(facts), encoding="utf-8")
        client.log_artifact(parent, str(file), FOLDER)
    client.set_terminated(parent, "KILLED" if facts.interrupted else "FINISHED")
    return parent


def _parent(client: MlflowClient, facts: TuningFacts, experiment_id: str, run_id: str) -> tuple[str, set[str]]:
    """The study's parent run, and which of its trials have a child already."""
    study = facts.study.replace("'", "_")
    known = client.search_runs([experiment_id], f"tags.`{STUDY_TAG}` = '{study}'", max_results=1)
    if known:
        found = known[0].info.run_id
        return found, _children(client, experiment_id, found)
    tags = {NAME_TAG: f"tuning {facts.estimator}", STUDY_TAG: study}
    if run_id:
        tags[TUNED_RUN_TAG] = run_id
    made: Run = client.create_run(experiment_id, tags=tags)
    return made.info.run_id, set()


def _children(client: MlflowClient, experiment_id: str, parent: str) -> set[str]:
    runs = client.search_runs([experiment_id], f"tags.`{PARENT_TAG}` = '{parent}'", max_results=_MAX_FOUND)
    return {run.data.tags.get(TRIAL_TAG, "") for run in runs}


def _write_child(client: MlflowClient, facts: TuningFacts, trial: TrialFacts, experiment_id: str, parent: str) -> None:
    tags = {PARENT_TAG: parent, TRIAL_TAG: _label(trial), NAME_TAG: f"trial {_label(trial)}"}
    if trial.error:
        tags["pitfalls.trial_error"] = fit_text(trial.error)
    if trial.is_present:
        tags["pitfalls.trial_present"] = "true"
    end = int(time.time() * 1000)
    start = end - int((trial.seconds or 0.0) * 1000)
    child = client.create_run(experiment_id, start_time=start, tags=tags).info.run_id
    numbers = {f"cv_{facts.metric}": trial.score, "seconds": trial.seconds}
    client.log_batch(child, metrics=list(_metrics(numbers)), params=list(_params(trial.values)))
    client.set_terminated(child, _STATUS[trial.end], end_time=end)


def _label(trial: TrialFacts) -> str:
    return f"subset {trial.number}" if trial.on_subset else str(trial.number)


def _results(facts: TuningFacts) -> dict[str, float | None]:
    estimates: dict[str, Estimate | None] = {
        f"pitfalls/cv_{facts.metric}_before": facts.before,
        f"pitfalls/cv_{facts.metric}_after": facts.after,
        f"pitfalls/cv_{facts.metric}_gain": facts.gain,
        f"pitfalls/held_out_{facts.metric}_before": facts.held_out_before,
        f"pitfalls/held_out_{facts.metric}_after": facts.held_out_after,
        f"pitfalls/held_out_{facts.metric}_gain": facts.held_out_gain,
    }
    return {name: estimate.value for name, estimate in estimates.items() if estimate is not None}


def _told(facts: TuningFacts) -> dict[str, str]:
    """The best values are tags: parameters of a run cannot change, which a longer study would have to."""
    best = {f"pitfalls.best.{name}": str(value) for name, value in facts.best}
    return {VERDICT_TAG: facts.verdict.value, "pitfalls.advice": facts.advice, "pitfalls.began": facts.began, **best}


def _metrics(numbers: Mapping[str, float | None]) -> Iterator[Metric]:
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    for name, value in numbers.items():
        if value is not None and math.isfinite(value):
            yield Metric(fit_key(name), value, now, 0)


def _params(values: Values) -> Iterator[Param]:
    from mlflow.entities import Param

    for name, value in values:
        yield Param(fit_key(name), fit_text(str(value), MAX_PARAM_LENGTH))


def _tags(values: Mapping[str, str]) -> list[Any]:
    from mlflow.entities import RunTag

    return [RunTag(fit_key(name), fit_text(value, MAX_TAG_LENGTH)) for name, value in values.items()]

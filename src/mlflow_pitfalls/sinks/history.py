"""What the experiment's earlier runs say: what was tried before, how long it took, and on which rows it was scored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.record import HistoryFacts, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.reporting.run_tags import (
    ESTIMATOR_TAG,
    HELD_OUT_TAG,
    SETTINGS_TAG,
    TARGET_TAG,
    TASK_TAG,
    history_tags,
)
from mlflow_pitfalls.sinks.reading import read_within
from mlflow_pitfalls.sinks.run_models import RunModel, is_part, model_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

MAX_RUNS = 50  # of one query; each costs about 1.5 ms to read
MAX_EARLIER = 100  # runs that a record tells of


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The run that asks.

    Attributes:
        experiment_id: Its experiment.
        run_id: Itself, which does not count.
        task: What it predicts.
        target: What it predicts, as ``pitfalls.target`` names it; empty where it is not known.
        held_out: The rows that it was scored on, as ``pitfalls.held_out`` names them; likewise.
        estimator: Its estimator, as ``pitfalls.estimator`` names it.
        settings: What was set on it, as ``pitfalls.settings`` names it.
    """

    experiment_id: str
    run_id: str
    task: Task
    target: str = ""
    held_out: str = ""
    estimator: str = ""
    settings: str = ""


def question_of(record: RunRecord) -> Question:
    """What a settled run asks its experiment."""
    tags = history_tags(record)
    return Question(
        experiment_id=record.run.experiment_id,
        run_id=record.run.run_id,
        task=record.task,
        target=tags.get(TARGET_TAG, ""),
        held_out=tags.get(HELD_OUT_TAG, ""),
        estimator=tags.get(ESTIMATOR_TAG, ""),
        settings=tags.get(SETTINGS_TAG, ""),
    )


def read_history(tracking_uri: str, asked: Question) -> HistoryFacts | None:
    """Look at the latest finished runs of an experiment: at most three queries of 50 runs, however large it is.

    Args:
        tracking_uri: The store.
        asked: The run that asks.

    Returns:
        None where the store does not answer in time.
    """

    def read() -> HistoryFacts:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=tracking_uri)
        runs = finished_runs(client, asked.experiment_id)
        complete = len(runs) < MAX_RUNS
        if not complete:
            # The latest runs may be of another task, or scored on other rows: ask for those that carry our tags.
            alike = f" AND tags.`{TASK_TAG}` = '{asked.task.value}'{equal(TARGET_TAG, asked.target)}"
            runs += finished_runs(client, asked.experiment_id, alike)
            if asked.held_out:
                runs += finished_runs(client, asked.experiment_id, equal(HELD_OUT_TAG, asked.held_out))
        return _facts(_models(runs, asked), asked, complete)

    return read_within(tracking_uri, read)


def finished_runs(client: MlflowClient, experiment_id: str, condition: str = "") -> list[Run]:
    """The latest finished runs, at most 50, that meet a condition of MLflow's filter language."""
    return list(
        client.search_runs(
            [experiment_id],
            filter_string=f"attributes.status = 'FINISHED'{condition}",
            max_results=MAX_RUNS,
            order_by=["attributes.start_time DESC"],
        )
    )


def equal(tag: str, value: str) -> str:
    """A further condition on a tag; none where the value is empty or cannot be asked for."""
    # A quote in a column's name cannot be escaped in MLflow's filter language.
    return f" AND tags.`{tag}` = '{value}'" if value and not set(value) & set("'\"`\\") else ""


def _models(runs: Iterable[Run], asked: Question) -> list[RunModel]:
    """Every other run once, latest first."""
    others = {run.info.run_id: run for run in runs if run.info.run_id != asked.run_id and not is_part(run.data.tags)}
    ordered = sorted(others.values(), key=lambda run: -(run.info.start_time or 0))
    return [model_of(run, asked.task, asked.target) for run in ordered]


def _facts(models: list[RunModel], asked: Question, complete: bool) -> HistoryFacts:
    comparable = [model for model in models if model.comparable]
    return HistoryFacts(
        runs_seen=len(models),
        comparable_runs=len(comparable),
        families=tuple(sorted({model.facts.family for model in comparable if model.facts.family})),
        baseline_runs=sum(model.baseline for model in comparable),
        tuning_runs=sum(model.tuning for model in comparable),
        earlier=tuple(model.facts for model in comparable[:MAX_EARLIER]),
        reuses=sum(model.facts.held_out == asked.held_out for model in comparable) if asked.held_out else None,
        own_estimator=asked.estimator,
        own_settings=asked.settings,
        complete=complete,
    )

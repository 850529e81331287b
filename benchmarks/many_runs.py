"""A tracking store of many judged runs, written straight into MLflow's tables: ten thousand runs take seconds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from sqlalchemy import create_engine, insert

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS

EXPERIMENT = "many runs"
START_MS = 1_700_000_000_000
MINUTE_MS = 60_000
BATCH = 1_000  # runs in one transaction
METRICS = ("pitfalls/severity", "pitfalls/test_score", "pitfalls/train_score", "pitfalls/dummy_score",
           "pitfalls/train_test_gap", "pitfalls/fit_seconds")  # fmt: skip
PARAMS = 10
LEVELS = ("low", "medium", "high")
FLAGS = 3  # of a run, on average

Row = dict[str, object]


def make_store(database: Path, *, runs: int, tags: int) -> str:
    """Fill a new SQLite store and return its experiment's id.

    Args:
        database: File that does not exist yet.
        runs: Runs of the experiment.
        tags: Tags of each run, flags and MLflow's own included.
    """
    uri = f"sqlite:///{database}"
    experiment_id = MlflowClient(tracking_uri=uri).create_experiment(EXPERIMENT)
    rng = np.random.default_rng(0)
    engine = create_engine(uri)
    for first in range(0, runs, BATCH):
        tables: dict[type, list[Row]] = {SqlRun: [], SqlTag: [], SqlMetric: [], SqlLatestMetric: [], SqlParam: []}
        for at in range(first, min(first + BATCH, runs)):
            for table, row in _run(rng, experiment_id, at, tags):
                tables[table].append(row)
        with engine.begin() as connection:
            for table, rows in tables.items():
                connection.execute(insert(table.__table__), rows)  # type: ignore[attr-defined]
    engine.dispose()
    return experiment_id


def _run(rng: np.random.Generator, experiment_id: str, at: int, tags: int) -> Iterator[tuple[type, Row]]:
    """The rows of one run, its own first."""
    run_id, start = uuid.UUID(bytes=rng.bytes(16)).hex, START_MS + at * MINUTE_MS
    owner = {"run_uuid": run_id}
    yield SqlRun, {
        **owner, "name": f"run {at:05d}", "source_type": "LOCAL", "source_name": "train.py", "entry_point_name": "",
        "user_id": "someone", "status": "FINISHED", "start_time": start, "end_time": start + MINUTE_MS,
        "source_version": "", "lifecycle_stage": "active", "artifact_uri": f"/nowhere/{run_id}",
        "experiment_id": int(experiment_id),
    }  # fmt: skip
    for key, value in _tags(rng, at, tags).items():
        yield SqlTag, {**owner, "key": key, "value": value}
    for key in METRICS:
        point = {**owner, "key": key, "value": float(rng.random()), "timestamp": start, "step": 0, "is_nan": False}
        yield SqlMetric, point
        yield SqlLatestMetric, point
    for place in range(PARAMS):
        yield SqlParam, {**owner, "key": f"param_{place}", "value": str(rng.integers(0, 5))}


def _tags(rng: np.random.Generator, at: int, count: int) -> dict[str, str]:
    names = [ALL_CHECKS[place].name for place in rng.choice(len(ALL_CHECKS), rng.poisson(FLAGS), replace=False)]
    flags = {name: LEVELS[rng.integers(0, len(LEVELS))] for name in names}
    worst = max(flags.values(), key=LEVELS.index, default="none")
    tags = {
        "mlflow.runName": f"run {at:05d}",
        "mlflow.user": "someone",
        "mlflow.note.content": "Do not trust this result yet. " * 10,
        "pitfalls.severity": worst,
        "pitfalls.flags": ",".join(flags),
        **{f"pitfalls.{name}": level for name, level in flags.items()},
    }
    return {**tags, **{f"team.tag_{place}": f"value {place} of run {at}" for place in range(count - len(tags))}}

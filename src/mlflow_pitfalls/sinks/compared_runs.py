"""Reads what a comparison needs of a run: its record, its outcomes and its losses, each of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.losses import MAX_LOSS_ROWS, RowLosses
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting.links import LOSSES_PATH, OUTCOMES_PATH, RECORD_PATH
from mlflow_pitfalls.sinks.reading import is_reachable
from mlflow_pitfalls.sinks.runs import MAX_BYTES, StoreError, read_artifact
from mlflow_pitfalls.sinks.uris import without_logins

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_FOLDER = "pitfalls"

T = TypeVar("T")


def load_compared(run_id: str, tracking_uri: str) -> ComparedRun:
    """A run's record, outcomes and losses, as an earlier process has written them.

    Args:
        run_id: The run.
        tracking_uri: Its store.

    Raises:
        StoreError: The store does not answer, or holds no such run, or the run holds no record of ours.
        SchemaError: What it holds is damaged, too large, or was written by a newer version.
    """
    if not is_reachable(tracking_uri):
        raise StoreError(f"the tracking store does not answer; is it running? Run {run_id} could not be read")
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri)
    try:
        run = client.get_run(run_id)
    except Exception as error:
        told = f"{type(error).__name__}: {without_logins(error)}"
        raise StoreError(f"run {run_id!r} could not be read: {told}") from error
    return compared_of(client, run)


def compared_of(client: MlflowClient, run: Run) -> ComparedRun:
    """As :func:`load_compared`, of a run that was read: one listing and at most three files.

    Raises:
        StoreError: The run holds no record of ours.
        SchemaError: What it holds is damaged, too large, or was written by a newer version.
    """
    sizes = {info.path: info.file_size or 0 for info in client.list_artifacts(run.info.run_id, _FOLDER)}
    record = _read(client, run, RECORD_PATH, RunRecord, sizes)
    if record is None:
        raise StoreError(f"run {run.info.run_id} holds no {RECORD_PATH}: it ran without mlflow-pitfalls")
    losses = _read(client, run, LOSSES_PATH, RowLosses, sizes)
    if losses is not None:
        _check_losses(losses)
    return ComparedRun(record=record, outcomes=_read(client, run, OUTCOMES_PATH, Outcomes, sizes), losses=losses)


def _read(client: MlflowClient, run: Run, path: str, kind: type[T], sizes: dict[str, int]) -> T | None:
    if path not in sizes:
        return None
    if sizes[path] > MAX_BYTES:
        raise SchemaError(f"{path} of run {run.info.run_id} has {sizes[path]} bytes, more than any of ours")
    content = read_artifact(run, client.tracking_uri, path)
    return from_json(kind, content) if content is not None else None


def _check_losses(losses: RowLosses) -> None:
    if len(losses.fingerprints) != len(losses.contributions) or losses.kept > MAX_LOSS_ROWS:
        raise SchemaError(f"{LOSSES_PATH} holds {losses.kept} losses for {len(losses.fingerprints)} rows")

"""Reads runs and their stored reports."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlflow_pitfalls import private_names
from mlflow_pitfalls.errors import PitfallsError, SchemaError
from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.reporting.links import OUTCOMES_PATH, RECORD_PATH, SUGGESTIONS_PATH
from mlflow_pitfalls.reporting.run_tags import PARTIAL, SETTLED, STATE_TAG
from mlflow_pitfalls.sinks.reading import is_reachable, read_within
from mlflow_pitfalls.sinks.uris import without_logins

if TYPE_CHECKING:
    from mlflow.entities import Run

AUTOLOG_TAG = "mlflow.autologging"  # MLflow sets it on runs that it opens around one fit
MAX_BYTES = 16 * 2**20  # of one artifact that is read; a record of 300 columns has about 1 MB
_MILLISECONDS = 1_000

T = TypeVar("T")


class StoreError(PitfallsError, RuntimeError):
    """A tracking store does not answer, or holds no such run or report; the message tells which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """What an earlier process has found in a run.

    ``outcomes`` is None where only a partial report was written, ``suggestions`` where nothing was looked for to tune.
    """

    run: RunInfo
    record: RunRecord
    outcomes: Outcomes | None
    suggestions: Suggestions | None = None


def read_run(tracking_uri: str, run_id: str) -> RunInfo | None:
    """Which experiment a run belongs to, its name, start, and whether autologging opened it.

    Returns:
        None where the store does not answer or holds no such run.
    """

    def read() -> RunInfo:
        from mlflow import MlflowClient

        return run_info(MlflowClient(tracking_uri=tracking_uri).get_run(run_id))

    return read_within(tracking_uri, read)


def has_report(tags: Mapping[str, str]) -> bool:
    """Whether a run's tags say that it carries a report of its own fits, rather than none or one made afterwards."""
    return tags.get(STATE_TAG) in (PARTIAL, SETTLED)


def carries_report(tracking_uri: str, run_id: str) -> bool:
    """As :func:`has_report`, read from the store; True where it does not answer."""

    def read() -> bool:
        from mlflow import MlflowClient

        return has_report(MlflowClient(tracking_uri=tracking_uri).get_run(run_id).data.tags)

    return read_within(tracking_uri, read) is not False


def load_report(run_id: str, tracking_uri: str) -> StoredReport:
    """The record and the outcomes that were written to a run.

    Args:
        run_id: The run.
        tracking_uri: Its store.

    Raises:
        StoreError: The store does not answer, or holds no such run, or the run holds no record of ours.
        SchemaError: The record is damaged, too large, or was written by a newer version.
    """
    if not is_reachable(tracking_uri):
        raise StoreError(f"the tracking store does not answer; is it running? Run {run_id} could not be read")
    from mlflow import MlflowClient

    try:
        run = MlflowClient(tracking_uri=tracking_uri).get_run(run_id)
    except Exception as error:
        told = f"{type(error).__name__}: {without_logins(error)}"
        raise StoreError(f"run {run_id!r} could not be read: {told}") from error
    record = _load(run, tracking_uri, RECORD_PATH, RunRecord)
    if record is None:
        raise StoreError(f"run {run_id} holds no {RECORD_PATH}: it ran without mlflow-pitfalls")
    return StoredReport(
        run=run_info(run),
        record=record,
        outcomes=_load(run, tracking_uri, OUTCOMES_PATH, Outcomes),
        suggestions=_load(run, tracking_uri, SUGGESTIONS_PATH, Suggestions),
    )


def _load(run: Run, tracking_uri: str, path: str, kind: type[T]) -> T | None:
    content = read_artifact(run, tracking_uri, path)
    return from_json(kind, content) if content is not None else None


def read_artifact(run: Run, tracking_uri: str, path: str) -> bytes | None:
    """A file of a run; None where it is not there.

    One request by the artifact repository's own transfer of a single file: ``download_artifacts`` lists the folder
    first, prints a progress bar and needs an executor.

    Raises:
        SchemaError: It has more than ``MAX_BYTES``.
    """
    with tempfile.TemporaryDirectory(prefix="mlflow-pitfalls-", ignore_cleanup_errors=True) as folder:
        try:
            with _downloaded(run, tracking_uri, path, Path(folder)).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except Exception:  # noqa: BLE001 - every kind of store has its own way to say "not there"
            return None
    if len(content) > MAX_BYTES:
        raise SchemaError(f"{path} of run {run.info.run_id} is larger than any of ours")
    return content


def _downloaded(run: Run, tracking_uri: str, path: str, folder: Path) -> Path:
    find = private_names.imported(private_names.ARTIFACT_REPOSITORY)
    repository = None if find is None else find(run.info.artifact_uri, tracking_uri=tracking_uri)
    download = None if repository is None else private_names.read(repository, private_names.DOWNLOAD_FILE)
    if download is not None:
        target = folder / "artifact"
        download(path, str(target))
        return target
    from mlflow import MlflowClient

    return Path(MlflowClient(tracking_uri=tracking_uri).download_artifacts(run.info.run_id, path, str(folder)))


def run_info(run: Run) -> RunInfo:
    """A run of MLflow's as the record tells of it."""
    started = datetime.fromtimestamp((run.info.start_time or 0) / _MILLISECONDS, tz=UTC)
    return RunInfo(
        run_id=run.info.run_id,
        experiment_id=run.info.experiment_id,
        run_name=run.info.run_name or "",
        managed=AUTOLOG_TAG in run.data.tags,
        started_at=started.isoformat(timespec="seconds"),
    )

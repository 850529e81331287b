"""Writes one run's items to MLflow in few requests, each part for itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from time import time
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.checks.suppression import IGNORE_TAG
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.items import Artifact, DataInput, Issue, LogItems, Metric, Tag
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.links import TABLE_PATH
from mlflow_pitfalls.sinks.data_inputs import write_inputs
from mlflow_pitfalls.sinks.experiment_page import write_page
from mlflow_pitfalls.sinks.limits import MAX_TAG_LENGTH, fit
from mlflow_pitfalls.sinks.native_issues import NoIssuesError, write_issues
from mlflow_pitfalls.sinks.note import NOTE_TAG, merge_note
from mlflow_pitfalls.sinks.outcome import GONE_CODE, NO_CALL_CODE, Outcome, WriteResult, judge
from mlflow_pitfalls.sinks.uris import store_is_gone

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

SETTLED = "settled"
TAG_PREFIX = "pitfalls."
SEVERITY_TAG = "pitfalls.severity"
TABLES_TAG = "mlflow.loggedArtifacts"  # MLflow's list of files that its table mode can pivot
MAX_ARTIFACT_FAILURES = 2  # refused files after which the rest is not tried

_FLAG_VALUES = frozenset(severity.value for severity in Severity)
_NO_STORE = "StoreNotFound"
_NO_RUN = "ForeignAnswer"


class MlflowSink:
    """Writes items to runs of one tracking store; never creates, ends or activates a run.

    A write costs two requests (read the run; write tags and metrics), one for each file, one more where this process
    has not yet written a file to the run, one for the datasets, one for the issues and one for each that is new, and
    one to five for the first run of an experiment.

    Args:
        tracking_uri: The store.
        registry_uri: Model registry of the client; MLflow's own default where None.
    """

    def __init__(self, tracking_uri: str, registry_uri: str | None = None) -> None:
        self._uri = tracking_uri
        self._registry_uri = registry_uri
        self._client: MlflowClient | None = None
        self._pages: set[str] = set()

    def write(self, items: LogItems) -> WriteResult:
        """Write what the run does not hold yet. Writing the same items again changes nothing.

        Raises:
            Nothing but what is no ``Exception``, such as KeyboardInterrupt.
        """
        if store_is_gone(self._uri):
            return WriteResult(Outcome.UNREACHABLE, (_NO_STORE,))
        try:
            client = self._connected()
            run = client.get_run(items.run_id)
        except Exception as error:  # noqa: BLE001 - stores raise what their drivers raise
            return WriteResult(judge(error), (type(error).__name__,))
        if run.info.run_id != items.run_id:  # MLflow makes an empty run of any JSON that is none, as of a login page's
            return WriteResult(Outcome.UNREACHABLE, (_NO_RUN,))
        if run.info.lifecycle_stage != "active":
            return WriteResult(Outcome.GONE)
        result = _write_parts(client, run, fit(items))
        if result.outcome is not Outcome.DELIVERED:
            return result
        self._write_page(client, run.info.experiment_id, items)
        return _write_extras(client, run, items)

    def _write_page(self, client: MlflowClient, experiment_id: str, items: LogItems) -> None:
        """Once a process and experiment. What fails here is told once; it costs the run's own report nothing."""
        if items.page is None or experiment_id in self._pages:
            return
        self._pages.add(experiment_id)
        with guard("saving the views of an experiment"):
            write_page(client, experiment_id, items.page)

    def _connected(self) -> MlflowClient:
        if self._client is None:
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=self._uri, registry_uri=self._registry_uri)
        return self._client


def _write_extras(client: MlflowClient, run: Run, items: LogItems) -> WriteResult:
    """Datasets and issues. A store that has none of them has tags and files; one that fell silent is asked again."""
    parts = _Parts()
    if items.inputs:
        parts.attempt(partial(_write_inputs, client, run, items.inputs))
    if items.issues is not None:
        parts.attempt(partial(_write_issues, client, run.info.experiment_id, items.run_id, items.issues))
    if parts.ended:
        return parts.result()
    return WriteResult(Outcome.DELIVERED)


def _write_inputs(client: MlflowClient, run: Run, inputs: tuple[DataInput, ...]) -> None:
    from mlflow.exceptions import MlflowException

    try:
        write_inputs(client, run, inputs)
    except MlflowException as error:
        if error.error_code != NO_CALL_CODE:  # an older server has no place for datasets
            raise


def _write_issues(client: MlflowClient, experiment_id: str, run_id: str, issues: tuple[Issue, ...]) -> None:
    with suppress(NoIssuesError):
        write_issues(client, experiment_id, run_id, issues)


class _Parts:
    """Runs the parts of a write one after the other until the server stops answering."""

    def __init__(self) -> None:
        self.outcome = Outcome.DELIVERED
        self.failures: list[str] = []

    @property
    def ended(self) -> bool:
        return self.outcome is Outcome.UNREACHABLE

    def attempt(self, part: Callable[[], Any]) -> bool:
        if self.ended:
            return False
        try:
            part()
        except Exception as error:  # noqa: BLE001 - one part failing must not lose the others
            # Only reading the run tells that it is gone; a part may miss something else.
            judged = judge(error)
            self.outcome = Outcome.REFUSED if judged is Outcome.GONE else judged
            self.failures.append(type(error).__name__)
            return False
        return True

    def result(self) -> WriteResult:
        return WriteResult(self.outcome, tuple(self.failures))


def _write_parts(client: MlflowClient, run: Run, items: LogItems) -> WriteResult:
    parts = _Parts()
    present = dict(run.data.tags)
    tags = [(tag.key, tag.value) for tag in _all_tags(items, present) if present.get(tag.key) != tag.value]
    metrics = [metric for metric in items.metrics if run.data.metrics.get(metric.key) != metric.value]
    _write_values(parts, client, items, tags, metrics)
    _write_files(parts, client, items)
    if items.stage == SETTLED:
        for key in _stale(present, items):
            parts.attempt(partial(_delete_tag, client, items.run_id, key))
    return parts.result()


def _write_values(
    parts: _Parts, client: MlflowClient, items: LogItems, tags: list[tuple[str, str]], metrics: list[Metric]
) -> None:
    from mlflow.entities import Metric as MlflowMetric
    from mlflow.entities import RunTag

    now = items.timestamp_ms or int(time() * 1000)
    run_tags = [RunTag(key, value) for key, value in tags]
    # A value that the run has already is not written again: a second point would turn its bar into a line chart.
    run_metrics = [MlflowMetric(metric.key, metric.value, now, 0) for metric in metrics]
    if not run_tags and not run_metrics:
        return
    if parts.attempt(partial(client.log_batch, items.run_id, metrics=run_metrics, tags=run_tags)) or parts.ended:
        return
    # Something in the batch was refused: what can be written is written, a refused tag loses only itself.
    parts.attempt(partial(client.log_batch, items.run_id, metrics=run_metrics))
    for tag in run_tags:
        parts.attempt(partial(client.log_batch, items.run_id, tags=[tag]))


def _write_files(parts: _Parts, client: MlflowClient, items: LogItems) -> None:
    """File by file: ``log_artifacts`` of MLflow's cloud stores prints a progress bar and needs an executor.

    Executors take no work any more while the interpreter exits. The number of requests is the same.
    """
    if not items.artifacts:
        return
    failures = 0
    with tempfile.TemporaryDirectory(prefix="mlflow-pitfalls-", ignore_cleanup_errors=True) as folder:
        for file in items.artifacts:
            if parts.ended or failures >= MAX_ARTIFACT_FAILURES:
                return
            failures += not parts.attempt(partial(_write_file, client, items.run_id, Path(folder), file))


def _write_file(client: MlflowClient, run_id: str, folder: Path, file: Artifact) -> None:
    path = PurePosixPath(file.path)
    local = folder / path.name
    local.write_bytes(file.content)
    client.log_artifact(run_id, str(local), None if path.parent == PurePosixPath(".") else str(path.parent))


def _delete_tag(client: MlflowClient, run_id: str, key: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.delete_tag(run_id, key)
    except MlflowException as error:
        if error.error_code != GONE_CODE:  # somebody else was faster
            raise


def _all_tags(items: LogItems, present: Mapping[str, str]) -> list[Tag]:
    tags = [tag for tag in items.tags if tag.key not in (NOTE_TAG, TABLES_TAG)]
    note = merge_note(present.get(NOTE_TAG, ""), items.note.markdown) if items.note else None
    if note is not None:
        tags.append(Tag(key=NOTE_TAG, value=note))
    tables = _merge_tables(items, present.get(TABLES_TAG, "[]"))
    if tables is not None:
        tags.append(Tag(key=TABLES_TAG, value=tables))
    return tags


def _merge_tables(items: LogItems, present: str) -> str | None:
    """The list of tables with ours added; None where it needs no change or cannot be read."""
    ours = [{"path": file.path, "type": "table"} for file in items.artifacts if file.path == TABLE_PATH]
    wanted = [entry for tag in items.tags if tag.key == TABLES_TAG for entry in _entries(tag.value)] + ours
    listed = _entries(present)
    missing = [entry for entry in wanted if entry not in listed]
    if not missing or (present and not listed and present != "[]"):
        return None
    merged = listed + [entry for at, entry in enumerate(missing) if entry not in missing[:at]]
    text = json.dumps(merged)
    return text if len(text) <= MAX_TAG_LENGTH else None


def _entries(text: str) -> list[Any]:
    with suppress(ValueError):
        entries = json.loads(text)
        if isinstance(entries, list):
            return entries
    return []


def _stale(present: Mapping[str, str], items: LogItems) -> list[str]:
    """Flag tags of an earlier write that this one does not repeat."""
    kept = {tag.key for tag in items.tags} | {SEVERITY_TAG}
    return [
        key for key, value in present.items()
        if key.startswith(TAG_PREFIX) and key not in kept and value in _FLAG_VALUES and not key.startswith(IGNORE_TAG)
    ]  # fmt: skip

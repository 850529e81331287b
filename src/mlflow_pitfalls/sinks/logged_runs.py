"""Reads an experiment's runs as MLflow knows them, in a bounded number of bounded requests."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.model.logged import LoggedRun, Series
from mlflow_pitfalls.reporting.run_tags import SCANNED, STATE_TAG
from mlflow_pitfalls.sinks.mlflow_sink import SEVERITY_TAG
from mlflow_pitfalls.sinks.reading import is_reachable
from mlflow_pitfalls.sinks.run_models import PARENT_TAG, is_baseline, kind_by_name, predictor_name
from mlflow_pitfalls.sinks.runs import StoreError, run_info
from mlflow_pitfalls.sinks.tuning_runs import STUDY_TAG

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

MAX_HISTORIES = 20  # metrics of one run whose histories are read
MAX_POINTS = 500  # of one history; MLflow samples a longer one evenly
VERSION_TAG = "pitfalls.version"
OWN_METRICS = "pitfalls/"
SYSTEM_METRICS = "system/"  # MLflow's own, of the machine
_PAGE = 100  # runs of one query
_INFINITE = 1.7e308  # SQL stores keep an infinite value as the largest finite one
_CONTEXT_TAG = "mlflow.data.context"
_TRAIN_CONTEXTS = frozenset({"train", "training"})
_HELD_OUT_CONTEXTS = frozenset({"test", "testing", "eval", "evaluation", "validation", "val"})
_MILLISECONDS = 1_000.0


def experiment_id_of(experiment: str, tracking_uri: str) -> str:
    """Id of an active experiment, by its name or its id.

    Raises:
        StoreError: The store does not answer, or holds none.
    """
    from mlflow import MlflowClient

    if not is_reachable(tracking_uri):
        raise StoreError("the tracking store does not answer; is it running?")
    client = MlflowClient(tracking_uri=tracking_uri)
    found = _asked(lambda: client.get_experiment_by_name(experiment), experiment)
    if found is None and experiment.isdigit():
        found = _asked(lambda: client.get_experiment(experiment), experiment)
    if found is None or found.lifecycle_stage != "active":
        raise StoreError(f"there is no experiment {experiment!r}")
    return str(found.experiment_id)


def read_logged_runs(
    experiment_id: str, tracking_uri: str, *, limit: int, told: Callable[[int, int], None]
) -> tuple[list[LoggedRun], bool]:
    """The experiment's latest finished runs, without child runs and tunings.

    It takes a query for each 100 runs, and for each run one request for each metric that was logged at several steps,
    at most 20 of them and 500 points each.

    Args:
        experiment_id: The experiment.
        tracking_uri: Its store.
        limit: Runs to read at most.
        told: Called with the number of runs read so far, and that of all that are to be read.

    Returns:
        The runs, latest first, and whether they are all that there are.

    Raises:
        StoreError: The store does not answer.
    """
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri)
    runs = _asked(lambda: list(_latest(client, experiment_id, limit + 1)), experiment_id)
    complete, runs = len(runs) <= limit, runs[:limit]
    found = []
    for run in runs:
        found.append(_asked(partial(_logged, client, run), run.info.run_id))
        told(len(found), len(runs))
    return found, complete


def _asked(ask: Callable[[], Any], what: str) -> Any:
    try:
        return ask()
    except Exception as error:
        raise StoreError(f"{what!r} could not be read: {type(error).__name__}") from error


def _latest(client: MlflowClient, experiment_id: str, limit: int) -> Iterator[Run]:
    token: str | None = None
    left = limit
    # Child runs are left out here, as the filter language of older servers knows no IS NULL; so are as many pages read
    # as the runs would fill if every other one were a child.
    for _ in range(2 * math.ceil(limit / _PAGE) + 1):
        page = client.search_runs(
            [experiment_id],
            filter_string="attributes.status = 'FINISHED'",
            max_results=_PAGE,
            order_by=["attributes.start_time DESC"],
            page_token=token,
        )
        own = [run for run in page if not {PARENT_TAG, STUDY_TAG} & set(run.data.tags)]
        yield from own[:left]
        left -= len(own[:left])
        token = page.token
        if not token or left <= 0:
            return


def _logged(client: MlflowClient, run: Run) -> LoggedRun:
    tags, params = run.data.tags, run.data.params
    metrics = {key: _value(value) for key, value in run.data.metrics.items() if _is_theirs(key)}
    estimator, family = predictor_name(tags, params)
    started, ended = run.info.start_time or 0, run.info.end_time
    rows = _rows(run)
    return LoggedRun(
        run=run_info(run),
        started_ms=started,
        seconds=(ended - started) / _MILLISECONDS if ended and started and ended >= started else None,
        params=tuple(sorted(params.items())),
        metrics=tuple(sorted(metrics.items())),
        histories=tuple(_histories(client, run, sorted(metrics))),
        estimator=estimator,
        family=family,
        kind=kind_by_name(estimator),
        is_baseline=is_baseline(family, params),
        train_rows=rows[0],
        held_out_rows=rows[1],
        is_reported=is_reported(tags),
    )


def is_reported(tags: Mapping[str, str]) -> bool:
    """Whether a run's tags tell of a report of this package that is more than a scan."""
    return (VERSION_TAG in tags or SEVERITY_TAG in tags) and tags.get(STATE_TAG) != SCANNED


def _is_theirs(key: str) -> bool:
    return not key.startswith((OWN_METRICS, SYSTEM_METRICS))


def _histories(client: MlflowClient, run: Run, keys: list[str]) -> Iterator[tuple[str, Series]]:
    several = {metric.key for metric in private_names.read(run.data, private_names.METRIC_OBJECTS) or () if metric.step}
    for key in [key for key in keys if key in several][:MAX_HISTORIES]:
        points = _points(client, run.info.run_id, key)
        by_step = {int(point.step): _value(point.value) for point in points}  # the last of each step
        if len(by_step) > 1:
            steps = tuple(sorted(by_step))
            yield key, Series(steps=steps, values=tuple(by_step[step] for step in steps))


def _points(client: MlflowClient, run_id: str, key: str) -> list[Any]:
    """An even sample where the store can make one; all of it otherwise, thinned out here."""
    store = getattr(private_names.read(client, private_names.TRACKING_CLIENT), "store", None)
    sampled = getattr(store, "get_metric_history_bulk_interval", None)
    if callable(sampled):
        with suppress(Exception):  # an older server has no such route
            return sorted(sampled([run_id], key, MAX_POINTS, None, None), key=_moment)
    points = sorted(client.get_metric_history(run_id, key), key=_moment)
    stride = max(1, math.ceil(len(points) / MAX_POINTS))
    return [*points[:-1:stride], points[-1]] if points else []


def _moment(point: Any) -> tuple[int, int]:
    return int(point.step), int(point.timestamp)


def _value(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) >= _INFINITE else float(value)


def _rows(run: Run) -> tuple[int | None, int | None]:
    """Rows of the only training data set and of the only evaluation data set."""
    found: dict[bool, list[int | None]] = {True: [], False: []}
    for given in getattr(run.inputs, "dataset_inputs", None) or ():
        context = next((tag.value.lower() for tag in given.tags if tag.key == _CONTEXT_TAG), "")
        if context in _TRAIN_CONTEXTS:
            found[True].append(_num_rows(given.dataset.profile))
        elif context in _HELD_OUT_CONTEXTS:
            found[False].append(_num_rows(given.dataset.profile))
    train, held_out = (rows[0] if len(rows) == 1 else None for rows in (found[True], found[False]))
    return train, held_out


def _num_rows(profile: str | None) -> int | None:
    try:
        told = json.loads(profile or "{}")
    except ValueError:
        return None
    rows = told.get("num_rows") if isinstance(told, dict) else None
    if rows is None and isinstance(told, dict):
        shape = told.get("features_shape")
        rows = shape[0] if isinstance(shape, list) and shape else None
    return rows if isinstance(rows, int) and rows > 0 else None

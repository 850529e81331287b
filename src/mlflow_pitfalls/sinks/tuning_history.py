"""What earlier runs of the experiment set, and what they scored on the same data: by bounded queries."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import EarlierConfiguration
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.reporting.run_tags import (
    COLUMNS_TAG,
    ESTIMATOR_TAG,
    HELD_OUT_TAG,
    METRIC_TAG,
    ROWS_TAG,
    TARGET_TAG,
    TASK_TAG,
    history_tags,
)
from mlflow_pitfalls.sinks.history import Question, equal, finished_runs, question_of
from mlflow_pitfalls.sinks.reading import read_within
from mlflow_pitfalls.sinks.run_models import PARENT_TAG, whole_number

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

MAX_SEARCHES = 2  # the latest, whose candidates are read
HELD_OUT, CROSS_VALIDATION = "held_out", "cross_validation"  # what a score is of
_OWN_SCORE = "pitfalls/test_score"
_FOLDS_SCORE = "mean_test_score"  # as autologging names a candidate's
_SEARCH_SCORE = "best_cv_score"
_PREDICTOR = re.compile(r"\((\w+)\)$")  # of "GridSearchCV(SVC)"
_LATEST = 2**62  # milliseconds: the asking run comes after all others
_DEFAULT_SCORING = {Task.BINARY: "accuracy", Task.MULTICLASS: "accuracy", Task.REGRESSION: "r2"}


def read_configurations(tracking_uri: str, record: RunRecord) -> tuple[EarlierConfiguration, ...] | None:
    """What was tried before with the same predictor, on the same rows, in the same metric; the run itself included.

    At most three queries of 50 runs and one for a single run, however large the experiment is: for runs with the same
    held-out rows, for the run itself where it is a search, and for the candidates of each of the two latest searches,
    which autologging writes as child runs.

    Args:
        tracking_uri: The store.
        record: The settled run that asks. Its scores, and so those of the answer, are greater where better.

    Returns:
        Latest first. None where the store does not answer in time; empty where the run has no held-out score, whose
        rows and metric are what makes runs comparable.
    """
    asked, tags = question_of(record), history_tags(record)
    if not asked.experiment_id or not asked.held_out or METRIC_TAG not in tags or ESTIMATOR_TAG not in tags:
        return ()

    def read() -> tuple[EarlierConfiguration, ...]:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=tracking_uri)
        found = finished_runs(client, asked.experiment_id, equal(HELD_OUT_TAG, asked.held_out))
        alike = [run for run in found if _is_alike(run.data.tags, tags)]
        itself = [client.get_run(asked.run_id)] if record.search is not None and asked.run_id else []
        earlier = [run for run in alike if run.info.run_id != asked.run_id]
        candidates = _of_searches(client, asked, tags, [*itself, *earlier])
        others = [_by_held_out(run, tags[METRIC_TAG]) for run in earlier]
        return tuple(each for each in (*_itself(record, tags), *others, *candidates) if each is not None)

    return read_within(tracking_uri, read)


def _is_alike(tags: Mapping[str, str], own: Mapping[str, str]) -> bool:
    """Same task, rows and predictor, inside or outside of a search, and same target where it has a name."""
    known = [TASK_TAG, HELD_OUT_TAG, ROWS_TAG, *([TARGET_TAG] if TARGET_TAG in own else [])]
    same = all(tags.get(key) == own.get(key) for key in known)
    return same and _predictor(tags.get(ESTIMATOR_TAG, "")) == _predictor(own.get(ESTIMATOR_TAG, ""))


def _predictor(name: str) -> str:
    found = _PREDICTOR.search(name)
    return found.group(1) if found else name


def _itself(record: RunRecord, tags: Mapping[str, str]) -> tuple[EarlierConfiguration, ...]:
    """The asking run: what it set is what the search space calls its current values, so nothing need be named."""
    score, fit = record.primary_score, record.fit
    if score is None or score.held_out is None or fit is None or not math.isfinite(score.held_out.value):
        return ()
    itself = EarlierConfiguration(
        run_id=record.run.run_id,
        parameters=(),
        score=score.held_out.value,
        metric=tags[METRIC_TAG],
        estimator=fit.estimator.final_class_name,
        rows=fit.rows,
        columns=fit.columns,
        started_ms=_LATEST,
    )
    return (itself,)


def _by_held_out(run: Run, metric: str) -> EarlierConfiguration | None:
    score = run.data.metrics.get(_OWN_SCORE)
    if score is None or run.data.tags.get(METRIC_TAG) != metric:
        return None
    return _configuration(run, score, metric, HELD_OUT, run.data.tags)


def _of_searches(
    client: MlflowClient, asked: Question, own: Mapping[str, str], alike: Iterable[Run]
) -> list[EarlierConfiguration | None]:
    """The candidates of the latest searches that were scored by the metric over like folds."""
    searches = [run for run in alike if _scoring(run, asked.task) == own[METRIC_TAG]]
    found: list[EarlierConfiguration | None] = []
    for search in searches[:MAX_SEARCHES]:
        if search.data.params["cv"] != searches[0].data.params["cv"]:
            continue
        children = finished_runs(client, asked.experiment_id, equal(PARENT_TAG, search.info.run_id))
        candidates = [_by_folds(child, _FOLDS_SCORE, own) for child in children]
        found += candidates or [_by_folds(search, _SEARCH_SCORE, own)]
    return found


def _scoring(run: Run, task: Task) -> str:
    """The metric by which a search chose, "" where the run is none or does not tell."""
    params = run.data.params
    if "cv" not in params or "scoring" not in params:
        return ""
    return _DEFAULT_SCORING.get(task, "") if params["scoring"] == "None" else params["scoring"]


def _by_folds(run: Run, key: str, own: Mapping[str, str]) -> EarlierConfiguration | None:
    """A candidate; its search has trained on the rows that the asking run has trained on."""
    score = run.data.metrics.get(key)
    return _configuration(run, score, own[METRIC_TAG], CROSS_VALIDATION, own) if score is not None else None


def _configuration(
    run: Run, score: float, metric: str, basis: str, tags: Mapping[str, str]
) -> EarlierConfiguration | None:
    if not math.isfinite(score):
        return None
    return EarlierConfiguration(
        run_id=run.info.run_id,
        parameters=tuple(sorted(run.data.params.items())),
        score=float(score),
        metric=metric,
        basis=basis,
        estimator=_predictor(tags.get(ESTIMATOR_TAG, "")),
        rows=whole_number(tags.get(ROWS_TAG)),
        columns=whole_number(tags.get(COLUMNS_TAG)),
        started_ms=run.info.start_time or 0,
    )

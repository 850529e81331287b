"""What the tags, parameters and metrics of a finished run tell about its model, with and without our own tags."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow_pitfalls.capture.estimators.model_families import family_by_name
from mlflow_pitfalls.checks.reference import INFLATING, INFLATING_SEVERITIES
from mlflow_pitfalls.model.history import EarlierRun
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.reporting.run_tags import (
    BY_HAND,
    BY_SEARCH,
    COLUMNS_TAG,
    ESTIMATOR_TAG,
    FAMILY_TAG,
    HELD_OUT_TAG,
    METRIC_TAG,
    ROWS_TAG,
    SETTINGS_TAG,
    TARGET_TAG,
    TASK_TAG,
    TUNED_TAG,
)

if TYPE_CHECKING:
    from mlflow.entities import Run

PARENT_TAG = "mlflow.parentRunId"

SHALLOW_DEPTH = 3  # levels of a tree that still counts as a baseline
BASELINE_FAMILIES = frozenset({"dummy", "linear", "bayes"})
_TUNED = frozenset({BY_SEARCH, BY_HAND})
_CLASSIFIERS = re.compile(r"Classifier|Logistic|SVC$|NB$|Discriminant|Perceptron")
_REGRESSORS = re.compile(r"Regressor|LinearRegression|SVR$|Ridge$|Lasso|ElasticNet")
_CLASS_NAME = re.compile(r"\b([A-Z]\w+)\(")
_SEARCH = re.compile(r"SearchCV$")
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class RunModel:
    """One finished run. ``comparable``: same task, and same target where it is known."""

    facts: EarlierRun
    comparable: bool
    baseline: bool
    tuning: bool


def is_part(tags: Mapping[str, str]) -> bool:
    """A candidate of a search, which autologging writes as a child run: no attempt of its own."""
    return PARENT_TAG in tags and TASK_TAG not in tags


def model_of(run: Run, task: Task, target: str) -> RunModel:
    """What a run tells about its model.

    Args:
        run: A finished run.
        task: What the run that asks predicts.
        target: What it predicts, as its tag names it; empty where it is not known.
    """
    tags, params, metrics = run.data.tags, run.data.params, run.data.metrics
    name = _estimator_name(tags, params)
    family = tags.get(FAMILY_TAG) or family_by_name(name)
    comparable = _same_task(tags.get(TASK_TAG), name, task) and tags.get(TARGET_TAG, target) == target
    tuning = tags.get(TUNED_TAG) in _TUNED or bool(_SEARCH.search(tags.get("estimator_name", "")))
    facts = EarlierRun(
        run_id=run.info.run_id,
        family=family,
        estimator=tags.get(ESTIMATOR_TAG, ""),
        settings=tags.get(SETTINGS_TAG, ""),
        seconds=_finite(metrics.get("pitfalls/fit_seconds")),
        cpu_seconds=_finite(metrics.get("pitfalls/fit_cpu_seconds")),
        rows=whole_number(tags.get(ROWS_TAG)),
        columns=whole_number(tags.get(COLUMNS_TAG)),
        held_out_score=_finite(metrics.get("pitfalls/test_score")),
        metric=tags.get(METRIC_TAG, ""),
        held_out=tags.get(HELD_OUT_TAG, ""),
        inflated_by=tuple(check for check in INFLATING if tags.get(f"pitfalls.{check}") in INFLATING_SEVERITIES),
    )
    return RunModel(facts, comparable, comparable and is_baseline(family, params), comparable and tuning)


def _estimator_name(tags: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The predictor's class as autologging has written it; of a pipeline or a search the last one that is known."""
    name = tags.get("estimator_name", "")
    if family_by_name(name):
        return name
    text = f"{params.get('estimator', '')} {params.get('steps', '')}"
    inner = [part for part in _CLASS_NAME.findall(text) if family_by_name(part)]
    return inner[-1] if inner else name


def predictor_name(tags: Mapping[str, str], params: Mapping[str, str]) -> tuple[str, str]:
    """The predictor's class and its family, empty where they are not known."""
    name = tags.get(ESTIMATOR_TAG) or _estimator_name(tags, params)
    return name, tags.get(FAMILY_TAG) or family_by_name(name)


def kind_by_name(class_name: str) -> str:
    """``classifier`` or ``regressor`` by a class's name, empty where it does not tell."""
    if _CLASSIFIERS.search(class_name):
        return "classifier"
    return "regressor" if _REGRESSORS.search(class_name) else ""


def _same_task(tagged: str | None, class_name: str, task: Task) -> bool:
    if tagged is not None:
        return tagged == task.value
    pattern = _CLASSIFIERS if task.is_classification else _REGRESSORS
    return bool(class_name) and bool(pattern.search(class_name))


def is_baseline(family: str, params: Mapping[str, str]) -> bool:
    """Whether a model of this family, with these parameters, is one that others are compared with."""
    if family != "tree":
        return family in BASELINE_FAMILIES
    depth = next((value for key, value in params.items() if key == "max_depth" or key.endswith("__max_depth")), "")
    return depth.isdigit() and int(depth) <= SHALLOW_DEPTH


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def whole_number(text: str | None) -> int | None:
    """A tag's number; None where somebody else has written something there."""
    if text is None or not text.isascii() or not text.isdigit() or int(text[:20]) > _LARGEST:
        return None
    return int(text)

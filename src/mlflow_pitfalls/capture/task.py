"""Which task a target poses."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import (
    as_vector,
    column_names,
    sample_positions,
    shape_of,
    take_rows,
    take_sample,
)
from mlflow_pitfalls.capture.containers.values import Vector
from mlflow_pitfalls.capture.estimators.nested import is_deep
from mlflow_pitfalls.model.values import Task

DEFAULT_TARGET_NAME = "target"
# Rows of the target that are looked at.
_TASK_ROWS = 2_000


def target_name_of(y: Any) -> str:
    """The target's own name where its container holds one, else ``target``."""
    names = column_names(y, max_columns=2)
    return names[0] if names is not None and len(names) == 1 and names[0] else DEFAULT_TARGET_NAME


def task_of(y: Any, estimator: Any = None) -> Task:
    """The task that an estimator is given, by the estimator's own word first and the target's values second.

    The target is read as ``sklearn.utils.multiclass.type_of_target`` reads it (fractional numbers are continuous, at
    most two values binary, more multiclass; a 0/1 matrix multilabel), on a bounded sample and without its warnings.

    Args:
        y: The target, or None.
        estimator: What is fitted to it, or None where that is not known.
    """
    told = _told_by(estimator)
    if told is Task.CLUSTERING or y is None:
        return told if told is Task.CLUSTERING else Task.UNKNOWN
    shape = shape_of(y)
    if shape is None:
        return told if told is Task.REGRESSION else Task.UNKNOWN
    if shape[1] > 1:
        return _task_of_matrix(y, shape, told)
    if told is Task.REGRESSION:
        return told
    return _task_of_vector(y, shape[0], told)


def _told_by(estimator: Any) -> Task | None:
    """REGRESSION, CLUSTERING, MULTICLASS for any classifier, None where the estimator does not tell."""
    if estimator is None or is_deep(estimator):  # scikit-learn's tags of such a one take for ever
        return None
    from sklearn.base import is_classifier, is_clusterer, is_regressor

    answers = ((is_classifier, Task.MULTICLASS), (is_regressor, Task.REGRESSION), (is_clusterer, Task.CLUSTERING))
    try:
        return next((task for asks, task in answers if asks(estimator)), None)
    except Exception:  # noqa: BLE001 - a foreign estimator without scikit-learn's tags
        return None


def _task_of_vector(y: Any, rows: int, told: Task | None) -> Task:
    positions = sample_positions(rows, _TASK_ROWS, 0)
    try:
        values = as_vector(take_rows(y, positions))
    except Exception:  # noqa: BLE001 - foreign containers
        values = None
    if values is None or not len(values):
        return told or Task.UNKNOWN
    if _is_continuous(values):
        # A classifier that is given fractional numbers is asked for classes all the same.
        return told or Task.REGRESSION
    distinct = _distinct(values)
    if distinct is None:
        return told or Task.UNKNOWN
    return Task.BINARY if distinct <= 2 else Task.MULTICLASS


def _is_continuous(values: Vector) -> bool:
    if values.dtype.kind in "mMc":
        return values.dtype.kind != "c"
    if values.dtype.kind != "f":
        return False
    present = values[np.isfinite(values)]
    return bool(np.any(present != np.floor(present)))


def _distinct(values: Vector) -> int | None:
    import pandas as pd

    try:
        return int(pd.Series(values).nunique())
    except Exception:  # noqa: BLE001 - values that cannot be hashed
        return None


def _task_of_matrix(y: Any, shape: tuple[int, int], told: Task | None) -> Task:
    if told is Task.REGRESSION:
        return Task.MULTIOUTPUT
    sample = take_sample(y, positions=sample_positions(shape[0], _TASK_ROWS, 0))
    if sample is None:
        return Task.MULTIOUTPUT
    try:
        values = sample.frame.to_numpy(dtype=np.float64, na_value=np.nan)
    except Exception:  # noqa: BLE001 - text or objects
        return Task.MULTIOUTPUT
    return Task.MULTILABEL if bool(np.isin(values, (0.0, 1.0)).all()) else Task.MULTIOUTPUT

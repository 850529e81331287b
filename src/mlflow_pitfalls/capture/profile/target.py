"""What a target looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import as_vector, shape_of
from mlflow_pitfalls.capture.profile.cells import cells_of
from mlflow_pitfalls.capture.profile.labels import MAX_CLASSES, STRICT, counted, labels_of_counts
from mlflow_pitfalls.capture.profile.moments import moments_of_columns
from mlflow_pitfalls.capture.profile.sampled import histogram_of, is_whole, quantiles_of, runs
from mlflow_pitfalls.capture.profile.skewness import skew_interval
from mlflow_pitfalls.model.profile import ClassCount, TargetProfile
from mlflow_pitfalls.model.values import Task

# Of a target with less skewness nobody asks for the interval.
_SKEWED = 1.0


def profile_target(
    y: Any,
    *,
    name: str,
    task: Task,
    target_sample: npt.NDArray[Any] | None = None,
    privacy: str = "default",
    labels: Mapping[Any, str] | None = None,
) -> TargetProfile:
    """Summarise one side's target.

    Args:
        y: The whole target in any container.
        name: What it is called.
        task: What it poses; several outputs are counted, not summarised.
        target_sample: The sampled rows' target, from which quantiles and histogram come; all rows where None.
        privacy: ``default`` tells a class's label where at least 20 rows share it, ``strict`` none.
        labels: Labels by class as :func:`class_labels` gives them for both sides of a split; this side's own if None.
    """
    shape = shape_of(y)
    rows = shape[0] if shape is not None else 0
    if task.is_classification:
        return _classes(y, TargetProfile(name=name, task=task, rows=rows), privacy, labels)
    numbers = _numbers(y)
    if numbers is None:
        return TargetProfile(name=name, task=task, rows=rows)
    sampled = _numbers(target_sample) if target_sample is not None else numbers
    empty = TargetProfile(name=name, task=task, rows=rows)
    return _regression(numbers, numbers if sampled is None else sampled, empty, privacy)


def _classes(y: Any, empty: TargetProfile, privacy: str, labels: Mapping[Any, str] | None) -> TargetProfile:
    found = counted(y)
    if found is None:
        return empty
    values, counts, missing = found
    commonest = np.argsort(-counts, kind="stable")[:MAX_CLASSES].tolist()
    if labels is None:
        labels = labels_of_counts({values[i]: int(counts[i]) for i in commonest}, privacy=privacy)
    classes = tuple(ClassCount(label=labels.get(values[i], "other class"), count=int(counts[i])) for i in commonest)
    return replace(
        empty,
        missing=missing,
        distinct=len(values),
        is_integer=_are_integers(values),
        classes=classes,
    )


def _are_integers(values: npt.NDArray[Any]) -> bool:
    numbers = (int, float, np.integer, np.floating)
    if not len(values) or any(not isinstance(value, numbers) or isinstance(value, bool) for value in values):
        return False
    return is_whole(values.astype(np.float64))


def _numbers(y: Any) -> npt.NDArray[np.float64] | None:
    values = as_vector(y)
    if values is None or values.dtype.kind in "mMc":
        return None
    try:
        return values.astype(np.float64)
    except Exception:  # noqa: BLE001 - text or objects
        return None


def _regression(
    numbers: npt.NDArray[np.float64], sampled: npt.NDArray[np.float64], empty: TargetProfile, privacy: str
) -> TargetProfile:
    moments = moments_of_columns([lambda start, stop: numbers[start:stop]], len(numbers))
    ordered = np.sort(sampled[np.isfinite(sampled)])
    any_finite = bool(moments.finite[0])
    told = any_finite and privacy != STRICT
    skew = finite_or_none(moments.skew()[0])
    return replace(
        empty,
        missing=int(moments.missing[0]),
        distinct=len(runs(ordered)[0]),
        is_integer=is_whole(ordered),
        mean=finite_or_none(moments.mean[0]) if any_finite else None,
        std=finite_or_none(moments.std()[0]),
        minimum=finite_or_none(moments.low[0]) if told else None,
        maximum=finite_or_none(moments.high[0]) if told else None,
        skew=skew,
        skew_interval=skew_interval(numbers, skew) if skew is not None and abs(skew) > _SKEWED else None,
        quantiles=quantiles_of(ordered) if told else (),
        histogram=histogram_of(ordered) if told else None,
        cells=cells_of(ordered) if told else None,
    )


def finite_or_none(value: Any) -> float | None:
    """A number that JSON can hold, or None."""
    return float(value) if np.isfinite(value) else None

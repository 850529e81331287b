"""Columns that an estimator was given and drops before it looks at any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import base_names, own_attributes

_DROP = "drop"
_MAX_NAMES = 300


def dropped_columns(chain: Iterable[Any]) -> tuple[str, ...]:
    """Names of the columns that a fitted ``ColumnTransformer`` in front leaves out, its remainder among them.

    Args:
        chain: The estimator, the one that it predicts by, and so on inwards.

    Returns:
        Empty where nothing is dropped, or where the columns were given by position, mask or slice.
    """
    for estimator in chain:
        first = _first_step(estimator)
        if "ColumnTransformer" in base_names(first):
            try:
                return tuple(safe_text(name) for name in _dropped_by(own_attributes(first))[:_MAX_NAMES])
            except Exception:  # noqa: BLE001 - what a foreign subclass stores
                return ()
    return ()


def _first_step(estimator: Any) -> Any:
    steps = own_attributes(estimator).get("steps")
    if "Pipeline" not in base_names(estimator) or not isinstance(steps, list | tuple) or not steps:
        return estimator
    first = steps[0]
    return first[1] if isinstance(first, tuple) and len(first) == 2 else estimator


def _dropped_by(stored: dict[str, Any]) -> list[str]:
    parts = stored.get("transformers_")
    given = stored.get("feature_names_in_")
    if not isinstance(parts, list) or given is None:
        return []
    columns = [(step, [columns] if isinstance(columns, str) else list(columns)) for _, step, columns in parts]
    if any(not isinstance(name, str) for _, names in columns for name in names):
        return []
    used = {name for step, names in columns if not _is_drop(step) for name in names}
    left_out = {name for step, names in columns if _is_drop(step) for name in names}
    return [str(name) for name in given if name in left_out - used]


def _is_drop(step: Any) -> bool:
    return isinstance(step, str) and step == _DROP

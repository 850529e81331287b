"""Parameters' values as the model of suggestions holds them."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

from mlflow_pitfalls.model.suggestions import Value

_LONGEST_TEXT = 60  # characters
_LONGEST_TUPLE = 20
_LARGEST, _SMALLEST = 1e15, 1e-100  # beyond them a number is no place in a range


class Foreign(Enum):
    """What stands for all that is no plain value: an array, a function, an object."""

    VALUE = "foreign"


def as_value(value: Any) -> Value | Foreign:
    """A parameter's value as a plain one, NumPy's scalars and whole numbers in a row included, or ``Foreign.VALUE``."""
    if type(value).__module__ == "numpy" and hasattr(type(value), "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or type(value) in (bool, int, float):
        return value  # type: ignore[no-any-return]
    if type(value) is str:
        return value if len(value) <= _LONGEST_TEXT else Foreign.VALUE
    is_run = type(value) in (tuple, list) and 0 < len(value) <= _LONGEST_TUPLE
    return tuple(value) if is_run and all(type(item) is int for item in value) else Foreign.VALUE


def as_number(value: Any) -> float | None:
    """A finite number of usable size, zero included; None for anything else. Truth values are no numbers."""
    if type(value) not in (int, float) or (type(value) is int and abs(value) > _LARGEST):
        return None
    size = abs(float(value))
    return float(value) if math.isfinite(size) and (size == 0 or _SMALLEST <= size <= _LARGEST) else None


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same one; ``True`` is not 1."""
    return type(one) is type(other) and bool(one == other)

"""A logged parameter in the terms of the search space: numbers in their range, categories among their choices."""

from __future__ import annotations

import math

from mlflow_pitfalls.model.suggestions import Kind, Parameter, Value
from mlflow_pitfalls.tuning.earlier_runs.parsing import UNKNOWN, Parsed, Unknown
from mlflow_pitfalls.tuning.space.values import same

_FRACTION_OF_ROWS = frozenset({"min_samples_leaf", "min_samples_split", "min_child_samples"})
# How far runs may widen a range: what lies beyond counts as if it stood there.
_WIDEST_RATIO = 1e3  # of a bound on a logarithmic scale
_WIDEST_RANGES = 3.0  # widths on a linear one


def in_space(parameter: Parameter, parsed: Parsed, *, rows: int | None, columns: int | None) -> Value | Unknown:
    """The value of the space that does what the logged one did.

    Args:
        parameter: Of the search space.
        parsed: What was logged.
        rows: Training rows of the run that logged it, for shares of them.
        columns: Likewise columns, for ``sqrt`` and the like.

    Returns:
        A number, which may lie outside the range, or one of the choices; ``UNKNOWN`` where there is none.
    """
    if parameter.kind is Kind.CATEGORY:
        return next((choice for choice in parameter.choices if same(choice, parsed)), UNKNOWN)
    if same(parsed, parameter.current) and _is_number(parameter.start):
        return parameter.start
    number = _number(parameter, parsed, rows, columns)
    if number is None or not math.isfinite(number):
        return UNKNOWN
    if parameter.log and number <= 0:
        return _whole(parameter, parameter.low)  # 0 of a penalty does what the least of it does
    return _whole(parameter, _reined(parameter, number))


def _reined(parameter: Parameter, number: float) -> float:
    """Not further outside of the range than one may look: a slip of the pen must not stretch the space."""
    if parameter.low is None or parameter.high is None:
        return number
    room = 0.0 if parameter.log else _WIDEST_RANGES * (parameter.high - parameter.low)
    low, high = parameter.low - room, parameter.high + room
    if parameter.log:
        low, high = parameter.low / _WIDEST_RATIO, parameter.high * _WIDEST_RATIO
    low = low if parameter.floor is None else max(low, parameter.floor)
    high = high if parameter.ceiling is None else min(high, parameter.ceiling)
    return min(high, max(low, number))


def _number(parameter: Parameter, parsed: Parsed, rows: int | None, columns: int | None) -> float | None:
    leaf = parameter.name.rpartition("__")[2]
    if leaf in {"max_depth", "max_leaf_nodes", "max_samples"} and (parsed is None or parsed == -1):
        return parameter.high  # no limit
    if leaf == "max_features" and parameter.kind is Kind.FLOAT:
        return _share_of_columns(parsed, columns)
    if leaf == "gamma" and parsed in ("scale", "auto"):
        return 1 / columns if columns else None  # of scaled columns
    if not _is_number(parsed):
        return None
    number = float(parsed)  # type: ignore[arg-type]
    if leaf in _FRACTION_OF_ROWS and isinstance(parsed, float) and 0 < number < 1:
        return math.ceil(number * rows) if rows else None
    return number


def _share_of_columns(parsed: Parsed, columns: int | None) -> float | None:
    """``max_features`` as scikit-learn reads it: a float is a share, an int a count."""
    if isinstance(parsed, float):
        return parsed
    if parsed is None:
        return 1.0
    if not columns:
        return None
    counts = {"sqrt": math.sqrt(columns), "log2": math.log2(columns) if columns > 1 else 1.0}
    count = counts.get(parsed) if isinstance(parsed, str) else parsed if _is_number(parsed) else None
    return min(1.0, max(1.0, float(count)) / columns) if count is not None else None  # type: ignore[arg-type]


def _whole(parameter: Parameter, number: float | None) -> Value | Unknown:
    if number is None:
        return UNKNOWN
    return round(number) if parameter.kind is Kind.INTEGER else float(number)


def _is_number(value: Parsed) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""From a line of the tables to a parameter: within what the data allow, around what the estimator has now."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlflow_pitfalls.hyperparameters.rows import Bound, Line
from mlflow_pitfalls.model.suggestions import Kind, Parameter, Value
from mlflow_pitfalls.tuning.space.anatomy import Part
from mlflow_pitfalls.tuning.space.sizes import Sizes
from mlflow_pitfalls.tuning.space.values import Foreign, as_number, as_value, same

_LEAF_SHARE = 0.2  # of a fold's rows, the largest leaf worth a try: five leaves
_SAFE_NEIGHBOURS = 5  # of the rarest class where its rows are unknown: the samplers' own default
_RATIO_MARGIN = 1.2  # folds differ: how far above the ratio at hand one may ask for
_EVEN_ENOUGH = 0.8  # ratio of rare to common rows from which there is nothing to rebalance
_VALIDATION_SHARE = 0.1  # of the rows, that early stopping holds back
_VALIDATION_ROWS = 10  # the least that it can judge by


def parameter_of(line: Line, part: Part, others: tuple[Line, ...], *, priority: int, source: str) -> Parameter | None:
    """The parameter that a line makes for one part of an estimator.

    Args:
        line: What is known of it.
        part: Whose parameter it is.
        others: The lines of the same estimator that are searched too; conditions may name them.
        priority: 1 is searched first.
        source: Where the range comes from.

    Returns:
        None where the parameter has no effect as the estimator is set, where a value of the user's own (a function, an
        array, weights) stands in its place, or where the data leave no range.
    """
    name = _name(line, part.parameters)
    current = as_value(part.parameters.get(name))
    if current is Foreign.VALUE or not _applies(line, part.parameters, others):
        return None
    plain = Parameter(
        name=f"{part.prefix}{name}",
        kind=line.kind,
        current=current,
        priority=priority,
        moves=line.moves,
        when=_conditions(line, part, others),
        together=_together(line, part),
        source=source,
    )
    if line.kind is Kind.CATEGORY:
        return _category(plain, line, part, is_set=name in part.parameters)
    return _number(plain, _in_unit(line, current, part.sizes), part.sizes)


def _name(line: Line, parameters: Mapping[str, Any]) -> str:
    """The name that the estimator was given it under."""
    return next((alias for alias in line.aliases if parameters.get(alias) is not None), line.name)


def _applies(line: Line, parameters: Mapping[str, Any], others: tuple[Line, ...]) -> bool:
    if any(parameters.get(name) is not None for name in line.unless):
        return False
    names = {other.name for other in others if other.name != line.name}
    fixed = [(name, values) for name, values in line.when if name not in names and name in parameters]
    return all(any(same(parameters[name], value) for value in values) for name, values in fixed)


def _conditions(line: Line, part: Part, others: tuple[Line, ...]) -> tuple[tuple[str, Value], ...]:
    names = {other.name for other in others if other.name != line.name}
    return tuple((f"{part.prefix}{name}", values[0]) for name, values in line.when if name in names)


def _together(line: Line, part: Part) -> tuple[tuple[str, Value], ...]:
    """What has to be set too; numbers that the user has set already stay."""
    return tuple(
        (f"{part.prefix}{name}", value) for name, value in line.together if not as_number(part.parameters.get(name))
    )


def _category(plain: Parameter, line: Line, part: Part, *, is_set: bool) -> Parameter | None:
    choices = line.choices
    if is_set and not any(same(plain.current, choice) for choice in choices):
        choices = (*choices, plain.current)
    if line.bound is Bound.VALIDATION and plain.current is not True and not _can_hold_back(part.sizes):
        return None
    start = plain.current if is_set else choices[0]
    return replace(plain, choices=choices, start=start)


def _can_hold_back(sizes: Sizes) -> bool:
    held_back = None if sizes.rows is None else sizes.rows * _VALIDATION_SHARE
    if held_back is not None and held_back < max(_VALIDATION_ROWS, len(sizes.counts)):
        return False
    return sizes.rarest is None or sizes.rarest * _VALIDATION_SHARE >= 1


def _in_unit(line: Line, current: Any, sizes: Sizes) -> Line:
    """The line in the unit of the value at hand: a share where a count was expected, or a count for a share."""
    if line.shares is not None and type(current) is float:
        low, high = line.shares
        return replace(line, kind=Kind.FLOAT, low=low, high=high, log=True, floor=0.0, ceiling=1.0, bound=Bound.NONE)
    if line.counted is Bound.NONE or type(current) is not int:
        return line
    most = {Bound.ROWS: sizes.rows, Bound.COLUMNS: sizes.columns, Bound.COMPONENTS: sizes.columns}[line.counted]
    top = most if most is not None else current
    low = max(1, round((line.low or 0.0) * top)) if line.counted is Bound.ROWS else 1
    bound = line.counted
    return replace(line, kind=Kind.INTEGER, low=low, high=top, log=True, floor=1, ceiling=None, bound=bound)


def _number(plain: Parameter, line: Line, sizes: Sizes) -> Parameter | None:
    assert line.low is not None and line.high is not None
    limits = _limits(line, plain.current, sizes)
    if limits is None:
        return None
    floor, ceiling = limits
    if line.kind is Kind.INTEGER:
        floor, ceiling = _inwards(floor, math.ceil), _inwards(ceiling, math.floor)
    low, high = line.low, line.high
    if line.bound is Bound.RATIO:
        high = ceiling
    now = as_number(plain.current)
    if now is not None and (now > 0 or not line.log):
        low, high = min(low, now), max(high, now)
    low, high = max(low, floor), min(high, ceiling)
    if line.kind is Kind.INTEGER:
        low, high = math.ceil(low), math.floor(high)
    if not low < high or not math.isfinite(high):
        return None
    found = replace(
        plain,
        kind=line.kind,
        low=low,
        high=high,
        log=line.log,
        floor=floor if math.isfinite(floor) else None,
        ceiling=ceiling if math.isfinite(ceiling) else None,
    )
    return replace(found, start=_start(found, line, sizes))


def _inwards(limit: float, rounded: Callable[[float], int]) -> float:
    return rounded(limit) if math.isfinite(limit) else limit


def _limits(line: Line, current: Value, sizes: Sizes) -> tuple[float, float] | None:
    """The least and the greatest value that mean anything with these data; None where there is no range."""
    floor = line.floor if line.floor is not None else -math.inf
    ceiling = line.ceiling if line.ceiling is not None else math.inf
    now = as_number(current)
    if line.counted is Bound.COLUMNS and line.kind is Kind.FLOAT and sizes.columns:
        floor = max(floor, 1.0 / sizes.columns)  # a share of less than one column is none
    if line.bound is Bound.REBALANCE:
        if sizes.ratio is None or sizes.ratio >= _EVEN_ENOUGH:
            return None
        return sizes.ratio * _RATIO_MARGIN, ceiling
    if line.bound is Bound.RATIO:
        return None if sizes.ratio is None or sizes.ratio >= _EVEN_ENOUGH else (floor, 1.0 / sizes.ratio)
    known = {
        Bound.ROWS: _less(sizes.rows),
        Bound.LEAF: None if sizes.rows is None else max(2.0, sizes.rows * _LEAF_SHARE),
        Bound.RAREST: _less(sizes.rarest),
        Bound.COLUMNS: sizes.columns,
        Bound.COMPONENTS: _lesser(sizes.columns, _less(sizes.rows)),
    }.get(line.bound)
    if known is None and line.bound is Bound.RAREST:
        known = max(float(_SAFE_NEIGHBOURS), now or 0.0)
    if known is None and line.bound in (Bound.COLUMNS, Bound.COMPONENTS):
        known = now  # it was fitted with so many: surely as many columns reach it
    return floor, ceiling if known is None else min(ceiling, float(known))


def _less(size: int | None) -> int | None:
    return None if size is None else size - 1


def _lesser(one: int | None, other: int | None) -> int | None:
    return None if one is None else one if other is None else min(one, other)


def _start(parameter: Parameter, line: Line, sizes: Sizes) -> Value:
    """Where the estimator stands in the range: its own value, or the nearest one that does the same."""
    now = as_number(parameter.current)
    if now is None:
        stands_for = next((number for value, number in line.stands_for if same(value, parameter.current)), None)
        now = stands_for if stands_for is not None else _share_of_columns(parameter.current, sizes)
    if now is None:
        return None
    assert parameter.low is not None and parameter.high is not None
    inside = min(max(now, parameter.low), parameter.high)
    return round(inside) if parameter.kind is Kind.INTEGER else float(inside)


def _share_of_columns(value: Value, sizes: Sizes) -> float | None:
    """scikit-learn's names for a share of the columns."""
    columns = sizes.columns
    if columns is None or columns < 1:
        return None
    if value == "sqrt":
        return max(1, int(math.sqrt(columns))) / columns
    return max(1, int(math.log2(columns))) / columns if value == "log2" else None

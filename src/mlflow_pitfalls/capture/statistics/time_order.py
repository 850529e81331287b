"""Whether the rows have an order in time that matters to the target, and whether the split kept it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray
from mlflow_pitfalls.capture.statistics.one_column import Target
from mlflow_pitfalls.capture.statistics.times import times_of_column, times_of_index
from mlflow_pitfalls.model.record import TimeOrderFacts
from mlflow_pitfalls.model.values import Estimate, Interval

if TYPE_CHECKING:
    import pandas as pd

_MAX_COLUMNS = 500
_MIN_ROWS = 20  # on each side
_MIN_PRESENT = 0.9
_MIN_TIMES = 20  # distinct points; fewer are labels of batches
_NORMAL_QUANTILE = 1.959963984540054
_STREAM = 7  # of the seed


@dataclass(frozen=True, slots=True, eq=False)
class _Clock:
    source: str
    column: str
    train: FloatArray
    held_out: FloatArray


def time_order_facts(
    train: pd.DataFrame,
    held_out: pd.DataFrame,
    names: Sequence[str],
    target: Target,
    *,
    train_index: Any = None,
    held_out_index: Any = None,
    seed: int = 0,
) -> TimeOrderFacts | None:
    """The time order by which neighbouring rows have the most similar targets; None where no time is known.

    Args:
        train: Sampled training rows.
        held_out: Sampled held-out rows.
        names: The columns' names by position.
        target: Of both sides.
        train_index: The training rows' own index, where their container has one.
        held_out_index: Likewise.
        seed: Seed of the order among rows of one point in time.
    """
    found = []
    for clock in _clocks(train, held_out, names, train_index, held_out_index):
        fact = _fact(clock, target, seed)
        if fact is not None and fact.dependence is not None:
            found.append((abs(fact.dependence.value), fact))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _clocks(
    train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str], train_index: Any, held_out_index: Any
) -> Iterator[_Clock]:
    before, after = times_of_index(train_index), times_of_index(held_out_index)
    if before is not None and after is not None:
        yield _Clock("index", "", before, after)
    for position in range(min(train.shape[1], held_out.shape[1], _MAX_COLUMNS)):
        before = times_of_column(train.iloc[:, position])
        after = None if before is None else times_of_column(held_out.iloc[:, position])
        if before is not None and after is not None:
            name = safe_text(names[position] if position < len(names) else position)
            yield _Clock("column", name, before, after)


def _fact(clock: _Clock, target: Target, seed: int) -> TimeOrderFacts | None:
    if len(clock.train) != len(target.train) or len(clock.held_out) != len(target.held_out):
        return None
    times = np.concatenate([clock.train, clock.held_out])
    is_held_out = np.repeat([False, True], [len(clock.train), len(clock.held_out)])
    present = np.isfinite(times)
    if present.mean() < _MIN_PRESENT or min(present[~is_held_out].sum(), present[is_held_out].sum()) < _MIN_ROWS:
        return None
    if len(np.unique(times[present])) < _MIN_TIMES:
        return None
    mixed = np.random.default_rng([seed, _STREAM]).permutation(np.flatnonzero(present))
    order = mixed[np.argsort(times[mixed], kind="stable")]
    values = np.concatenate([target.train, target.held_out])[order]
    held_out = is_held_out[order]
    last = float(np.nanmax(clock.train))
    return TimeOrderFacts(
        source=clock.source,
        column=clock.column,
        rows=len(order),
        held_out_before_last=float((times[present & is_held_out] < last).mean()),
        between=_between(held_out),
        dependence=_dependence(values, is_class=target.labels is not None),
    )


def _between(held_out: Any) -> float:
    """Share of held-out rows with a training row right before or after."""
    padded = np.concatenate([[True], held_out, [True]])
    beside = ~padded[:-2] | ~padded[2:]
    return float(beside[held_out].mean())


def _dependence(values: Array, *, is_class: bool) -> Estimate | None:
    """Correlation of neighbours, with Fisher's interval."""
    columns = _indicators(values) if is_class else _ranks(values)[:, None]
    centred = columns - columns.mean(axis=0)
    total = float((centred**2).sum())
    rows = len(values) - 1
    if total <= 0 or rows <= 3:
        return None
    together = float((centred[1:] * centred[:-1]).sum()) / total * (rows + 1) / rows
    bounded = min(1.0, max(-1.0, together))
    z, half = math.atanh(min(0.999999, max(-0.999999, bounded))), _NORMAL_QUANTILE / math.sqrt(rows - 3)
    return Estimate(value=bounded, interval=Interval(low=math.tanh(z - half), high=math.tanh(z + half)), rows=rows + 1)


def _indicators(codes: Array) -> FloatArray:
    columns: FloatArray = (codes[:, None] == np.unique(codes)).astype(np.float64)
    return columns


def _ranks(values: Array) -> FloatArray:
    from scipy.stats import rankdata

    ranks: FloatArray = rankdata(values)
    return ranks

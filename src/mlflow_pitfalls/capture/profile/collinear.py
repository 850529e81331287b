"""Which numeric columns rise and fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.association import average_ranks
from mlflow_pitfalls.capture.profile.kinds import SampledColumn
from mlflow_pitfalls.model.profile import ColumnKind, ColumnPair

Floats = npt.NDArray[np.float64]

MAX_COLUMNS = 100
MAX_PAIRS = 20
# Rows of the sample that are ranked at first; pairs that look close are measured on all of it.
_SCREENED_ROWS = 250
_SCREENED = 0.9
_LEAST = 0.95
_MINIMUM_ROWS = 20
# A column of which one value holds more is nearly constant: few rows would decide.
_MAXIMUM_TOP_SHARE = 0.95
_KINDS = (ColumnKind.FLOAT, ColumnKind.INTEGER, ColumnKind.BOOLEAN)


def collinear_pairs(
    columns: Sequence[SampledColumn], names: Sequence[str], top_counts: Sequence[int | None]
) -> tuple[ColumnPair, ...]:
    """The pairs with a Spearman correlation of at least 0.95 in size, strongest first, at most 20.

    Args:
        columns: The sample's columns; the first 100 numeric ones that vary are looked at.
        names: Their names.
        top_counts: Sampled rows that hold each column's commonest value.
    """
    chosen = [
        i
        for i, column in enumerate(columns)
        if column.numbers is not None and column.kind in _KINDS and _varies(column, top_counts[i])
    ][:MAX_COLUMNS]
    if len(chosen) < 2:
        return ()
    rows = len(columns[chosen[0]].missing)
    places = np.linspace(0, rows - 1, min(rows, _SCREENED_ROWS)).astype(np.intp)
    numbers = [_numbers(columns[i]) for i in chosen]
    rough = np.abs(_correlations(np.array([values[places] for values in numbers])))
    first, second = np.nonzero(np.triu(rough >= _SCREENED, 1))
    likeliest = np.argsort(-rough[first, second], kind="stable")[:MAX_PAIRS].tolist()
    pairs = []
    for place in likeliest:
        i, j = int(first[place]), int(second[place])
        found = _pair(numbers[i], numbers[j])
        if found is not None and abs(found[0]) >= _LEAST:
            pairs.append(
                ColumnPair(first=names[chosen[i]], second=names[chosen[j]], correlation=found[0], rows=found[1])
            )
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.correlation)))


def _varies(column: SampledColumn, top_count: int | None) -> bool:
    present = len(column.missing) - int(column.missing.sum())
    return present >= _MINIMUM_ROWS and top_count is not None and top_count <= _MAXIMUM_TOP_SHARE * present


def _numbers(column: SampledColumn) -> Floats:
    assert column.numbers is not None
    return column.numbers


def _correlations(values: Floats) -> Floats:
    """Spearman's correlation of every two rows, each over the places where both are present; shape (rows, rows)."""
    present = ~np.isnan(values)
    ranks, _ = average_ranks(values)
    with np.errstate(all="ignore"):
        ranks -= (ranks.sum(axis=1) / present.sum(axis=1))[:, None]
        ranks *= present
        squares = (ranks**2) @ present.T.astype(np.float64)
        found = ranks @ ranks.T / np.sqrt(squares * squares.T)
    return np.nan_to_num(found, copy=False)


def _pair(first: Floats, second: Floats) -> tuple[float, int] | None:
    both = ~(np.isnan(first) | np.isnan(second))
    rows = int(both.sum())
    if rows < _MINIMUM_ROWS:
        return None
    value = float(_correlations(np.array([first[both], second[both]]))[0, 1])
    return min(1.0, max(-1.0, value)), rows

"""What a sampled column's values look like: distinct values, quantiles, histogram, order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.kinds import SampledColumn
from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE, STRICT, label_text
from mlflow_pitfalls.model.profile import ColumnKind, Histogram, ValueCount

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

QUANTILES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
HISTOGRAM_BINS = 30
TOP_VALUES = 10
# Distinct texts whose words are counted.
_COUNTED_TEXTS = 500
# Only what every one of enough rows shares may leave the process; a quantile of fewer rows is nearly a row's value.
_MINIMUM_ROWS = MINIMUM_ROWS_PER_VALUE


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """Counts of a column's values in the sample."""

    distinct: int | None = None
    singletons: int | None = None
    top_count: int | None = None
    top_values: tuple[ValueCount, ...] = ()
    withheld: int = 0
    mean_words: float | None = None


def value_facts(column: SampledColumn, ordered: Floats | None, privacy: str) -> ValueFacts:
    """Distinct values and the commonest of them.

    Args:
        column: The sampled column.
        ordered: Its present numbers, ascending; None for the kinds without numbers.
        privacy: ``default`` or ``strict``.
    """
    if ordered is not None:
        starts, counts = runs(ordered)
        values: Any = ordered[starts]
        is_label = column.kind is ColumnKind.BOOLEAN
        names = column.kind.is_numeric or is_label
    elif column.codes is not None:
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values)).astype(np.int64)
        seen = np.flatnonzero(counts)
        counts, values = counts[seen], _Taken(column.values, seen)
        is_label = names = True
    else:
        return ValueFacts()
    enough = counts >= MINIMUM_ROWS_PER_VALUE
    shown = np.zeros(0, dtype=np.intp) if privacy == STRICT or not names else np.flatnonzero(enough)
    return ValueFacts(
        distinct=len(counts),
        singletons=int((counts == 1).sum()),
        top_count=int(counts.max()) if len(counts) else 0,
        top_values=_top(shown, counts, values, as_boolean=column.kind is ColumnKind.BOOLEAN),
        withheld=len(counts) - len(shown) if is_label else 0,
        mean_words=_mean_words(column.values) if column.kind is ColumnKind.CATEGORICAL else None,
    )


def _mean_words(values: Any) -> float | None:
    """Words a value, over the first distinct texts."""
    texts = [text for text in list(values[:_COUNTED_TEXTS]) if type(text) is str]
    return sum(len(text.split()) for text in texts) / len(texts) if texts else None


class _Taken:
    """Some of the distinct values, read one by one: most of them are never told."""

    def __init__(self, values: Any, places: npt.NDArray[np.intp]) -> None:
        self._values, self._places = values, places

    def __getitem__(self, place: int) -> Any:
        return self._values[self._places[place]]


def _top(shown: npt.NDArray[np.intp], counts: Counts, values: Any, *, as_boolean: bool) -> tuple[ValueCount, ...]:
    commonest = shown[np.argsort(-counts[shown], kind="stable")][:TOP_VALUES].tolist()
    told = ((bool(values[i]) if as_boolean else values[i], int(counts[i])) for i in commonest)
    return tuple(ValueCount(value=label_text(value), count=count) for value, count in told)


def runs(ordered: Floats) -> tuple[npt.NDArray[np.intp], Counts]:
    """Where each distinct value of an ascending vector starts, and how often it stands there."""
    if not len(ordered):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int64)
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)).astype(np.intp)
    return starts, np.diff(starts, append=len(ordered)).astype(np.int64)


def quantiles_of(ordered: Floats) -> tuple[tuple[float, float], ...]:
    """Quantiles of ascending, finite values, interpolated linearly; none for fewer than 20 rows."""
    if len(ordered) < _MINIMUM_ROWS:
        return ()
    place = np.array(QUANTILES) * (len(ordered) - 1)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, len(ordered) - 1)
    with np.errstate(all="ignore"):
        share = place - below
        values = ordered[below] * (1.0 - share) + ordered[above] * share
    return tuple(zip(QUANTILES, values.tolist(), strict=True))


def histogram_of(ordered: Floats) -> Histogram | None:
    """Counts in 30 bins of equal width, in bins of width 1 for few whole numbers; None for fewer than 20 rows."""
    if len(ordered) < _MINIMUM_ROWS:
        return None
    low, high = float(ordered[0]), float(ordered[-1])
    with np.errstate(all="ignore"):
        edges = _edges(ordered, low, high)
    if len(edges) < 2 or not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
        return None
    places = np.searchsorted(ordered, edges)
    places[0], places[-1] = 0, len(ordered)
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(np.diff(places).tolist()))


def _edges(ordered: Floats, low: float, high: float) -> Floats:
    if high - low < HISTOGRAM_BINS and is_whole(ordered):
        return np.arange(low, high + 2.0) - 0.5
    if low == high:
        margin = max(0.5, abs(low) * 0.01)
        return np.array([low - margin, low + margin])
    return np.linspace(low, high, HISTOGRAM_BINS + 1)


def is_whole(values: Floats) -> bool:
    """Whether all the values are whole numbers; False for none."""
    return bool(len(values)) and bool((np.floor(values) == values).all())


def is_increasing(numbers: Floats) -> bool:
    """Whether each value exceeds the one in the row before; False for fewer than two rows or a missing one."""
    return len(numbers) > 1 and bool((numbers[1:] > numbers[:-1]).all())


def numbering_density(ordered: Floats, low: float, high: float, finite: int) -> float:
    """How much of their range whole and all different values fill: 1 for a row number without gaps.

    Args:
        ordered: The sample's present values, ascending.
        low: Least value of all rows.
        high: Greatest value of all rows.
        finite: Finite values among all rows.

    Returns:
        0..1; 0 where a value repeats or is not whole, and for fewer than 20 sampled rows.
    """
    if len(ordered) < _MINIMUM_ROWS or not is_whole(ordered) or bool((ordered[1:] == ordered[:-1]).any()):
        return 0.0
    return min(1.0, finite / (high - low + 1.0))

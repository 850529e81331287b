"""Values that stand for "missing" without saying so: codes at the end of a column's range, and words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.kinds import SampledColumn
from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE, STRICT, label_text
from mlflow_pitfalls.capture.profile.sampled import runs
from mlflow_pitfalls.model.profile import ColumnKind, SentinelFacts

Floats = npt.NDArray[np.float64]

LOW_CODES = frozenset({-99999.0, -9999.0, -999.0, -99.0, -9.0, -1.0})
HIGH_CODES = frozenset(float(code) for code in (97, 98, 99, 997, 998, 999, 9997, 9998, 9999, 99999, 999999))
ZERO = 0.0
WORDS = frozenset(
    {
        "?",
        "",
        "na",
        "n/a",
        "#n/a",
        "nan",
        "null",
        "missing",
        "not available",
        "-",
        "--",
        ".",
        "unknown",
        "unk",
        "undefined",
    }
)
# Words that are a category of their own where most rows hold them, and zeros likewise.
_MAXIMUM_SHARE = 0.6
MINIMUM_COUNT = 5
# What a code is compared with: so many rows, of so many different values.
_MINIMUM_REST = 20
_MINIMUM_VALUES = 5
# Values next to the code whose rows are counted.
_NEIGHBOURS = 5
# A negative code among negative numbers must lie so many interquartile ranges below them.
_FAR = 3.0
_COUNTRY_CODE = 2  # letters of codes among which "NA" is Namibia


def sentinels_of(column: SampledColumn, ordered: Floats | None, privacy: str) -> tuple[SentinelFacts, ...]:
    """Candidates for disguised missing values, commonest first; whether they are is for a check to judge.

    Args:
        column: The sampled column.
        ordered: Its present numbers, ascending; None for the kinds without numbers.
        privacy: ``default`` tells a value where at least 20 rows share it, ``strict`` none.
    """
    if column.kind.is_numeric and ordered is not None:
        found = _codes(ordered, len(column.missing), privacy)
    elif column.kind in (ColumnKind.CATEGORICAL, ColumnKind.MIXED) and column.codes is not None:
        found = _words(column, privacy)
    else:
        return ()
    return tuple(sorted(found, key=lambda one: -one.count))


def _codes(ordered: Floats, rows: int, privacy: str) -> list[SentinelFacts]:
    ends = {float(ordered[0]), float(ordered[-1])} if len(ordered) > _MINIMUM_REST else set()
    if not ends & (LOW_CODES | HIGH_CODES | {ZERO}) or not np.isfinite(list(ends)).all():
        return []
    starts, counts = runs(ordered)
    values = ordered[starts]
    low, zero = _leading(values, LOW_CODES), 0
    if low < len(values) and values[low] == ZERO:
        zero = 1
    high = _leading(values[::-1], HIGH_CODES)
    if not high and values[-1] == ZERO:
        high = 1
    found = [_code((values, counts), place, (low, len(values) - high), rows, privacy) for place in range(low)]
    if zero:
        found.append(_code((values, counts), low, (low + 1, len(values) - high), rows, privacy))
    span = (low, len(values) - high)
    found += [_code((values, counts), place, span, rows, privacy) for place in range(len(values) - high, len(values))]
    return [one for one in found if one is not None]


def _leading(values: Floats, codes: frozenset[float]) -> int:
    """How many of the first values are codes."""
    return next((place for place, value in enumerate(values.tolist()) if value not in codes), len(values))


def _code(
    distinct: tuple[Floats, npt.NDArray[np.int64]], place: int, span: tuple[int, int], rows: int, privacy: str
) -> SentinelFacts | None:
    """One code beside the values from ``span[0]`` to before ``span[1]``; None where it cannot be told from them."""
    values, counts = distinct
    rest, weights = values[slice(*span)], counts[slice(*span)]
    value, count = float(values[place]), int(counts[place])
    if count < MINIMUM_COUNT or len(rest) < _MINIMUM_VALUES or weights.sum() < _MINIMUM_REST:
        return None
    if value == ZERO and count > _MAXIMUM_SHARE * rows:
        return None
    below = np.cumsum(weights)
    quarter, median, three_quarters = rest[np.searchsorted(below, np.array([0.25, 0.5, 0.75]) * below[-1])].tolist()
    spread = three_quarters - quarter
    if spread <= 0:
        return None
    is_low = place < span[0]
    gap = float(rest[0] - value if is_low else value - rest[-1])
    distance = gap / spread
    breaks_sign = value < 0 <= rest[0]
    if value < 0 and not breaks_sign and distance < _FAR:
        return None
    nearest = weights[:_NEIGHBOURS] if is_low else weights[-_NEIGHBOURS:]
    return SentinelFacts(
        value=_told(value, count, privacy),
        count=count,
        sampled_rows=rows,
        distance=distance,
        relative_distance=gap / abs(median) if median else None,
        neighbours=float(nearest.mean()),
        breaks_sign=bool(breaks_sign),
    )


def _words(column: SampledColumn, privacy: str) -> list[SentinelFacts]:
    assert column.codes is not None
    places = [i for i, value in enumerate(column.values) if type(value) is str and value.strip().lower() in WORDS]
    if not places or len(column.values) < 2:
        return []
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    found = []
    for place in places:
        text, count = column.values[place], int(counts[place])
        is_category = count > _MAXIMUM_SHARE * len(column.codes) or _is_name(text.strip().lower(), column.values)
        if count >= MINIMUM_COUNT and not is_category:
            told = _told(text, count, privacy)
            found.append(SentinelFacts(value=told, count=count, sampled_rows=len(column.codes)))
    return found


def _is_name(word: str, values: Any) -> bool:
    """Whether the word means something here: ``NA`` among country codes, ``-`` beside ``+``."""
    others = [value for value in list(values)[:100] if type(value) is str and value.strip().lower() != word]
    if word == "na":
        return bool(others) and all(len(other) == _COUNTRY_CODE and other.isalpha() for other in others)
    return word == "-" and any(other.strip() == "+" for other in others)


def _told(value: Any, count: int, privacy: str) -> str:
    if privacy == STRICT or count < MINIMUM_ROWS_PER_VALUE:
        return ""
    return label_text(value) or "(empty)"

"""Reading the record's numbers safely, and putting evidence together."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mlflow_pitfalls.checks.base import Limits
from mlflow_pitfalls.model.outcomes import Evidence, Subject
from mlflow_pitfalls.model.values import Estimate, Interval

MAX_SUBJECTS = 20  # columns or classes that an outcome names; the rest are counted in its message
LEVEL = 0.95
MAX_ROWS = 10**12  # beyond it, how many rows it would take is told as this


def usable(estimate: Estimate | None) -> Estimate | None:
    """The estimate if its value is a finite number, without an interval that is none."""
    if estimate is None or not math.isfinite(estimate.value):
        return None
    interval = estimate.interval
    if interval is None or math.isfinite(interval.width):
        return estimate
    return Estimate(value=estimate.value, interval=None, rows=estimate.rows)


def decided(estimate: Estimate | None) -> tuple[Estimate, Interval] | None:
    """The estimate with its interval, or None where one of them is missing."""
    found = usable(estimate)
    return (found, found.interval) if found is not None and found.interval is not None else None


def certain(estimate: Estimate | None, floor: float) -> tuple[Estimate, Interval] | None:
    """The estimate with its interval where even the lower bound exceeds the floor; None otherwise."""
    found = decided(estimate)
    return found if found and found[1].low > floor else None


def share_interval(successes: float, rows: float) -> Interval:
    """95 % interval of a share by Wilson's score method.

    Args:
        successes: How many of the rows, 0..rows.
        rows: Rows looked at, at least 1.
    """
    from scipy.stats import binomtest

    total = max(1, round(rows))
    hits = round(min(float(total), max(0.0, successes)))
    found = binomtest(hits, total).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Interval(low=float(found.low), high=float(found.high), level=LEVEL)


def beyond_chance(interval: Interval, expected: float, factor: float) -> float:
    """How far a share certainly exceeds the one expected by chance; 0 where it does not exceed it by the factor."""
    return interval.low - expected if interval.low > factor * expected else 0.0


def rows_for_width(rows: int, width: float, wanted: float) -> int:
    """Rows at which an interval would be as narrow as wanted: its width shrinks with the square root of the rows."""
    if wanted <= 0:
        return rows
    return min(MAX_ROWS, math.ceil(rows * min(width / wanted, MAX_ROWS) ** 2))


def worst_first(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Subjects by severity, then by value; bounded in number."""
    ordered = sorted(subjects, key=lambda subject: (-subject.severity.rank, -subject.value, subject.name))
    return tuple(ordered[:MAX_SUBJECTS])


def evidence(
    limits: Limits,
    threshold: str,
    *,
    statistic: str,
    value: float,
    rows: int,
    interval: Interval | None = None,
    would_clear: str = "",
    subjects: tuple[Subject, ...] = (),
) -> Evidence:
    """Evidence against one of the check's thresholds, in that threshold's unit."""
    return Evidence(
        statistic=statistic,
        value=float(value),
        threshold=limits[threshold],
        unit=limits.thresholds[threshold].unit,
        rows=rows,
        interval=interval,
        threshold_source=limits.source(threshold),
        would_clear=would_clear,
        subjects=subjects,
    )

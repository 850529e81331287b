"""How far the training rows of two runs differ, column by column, from their stored profiles alone.

*Numbers*: the two-sample Kolmogorov-Smirnov test over cells that both profiles share, which is conservative, and the
Wasserstein distance in the earlier run's standard deviations. *Categories*: the χ² test over the values that both
profiles tell, all others as one, and the Jensen-Shannon distance in base 2. *Missing values*: the χ² test of their
share, and the difference of the shares. Where a profile tells no distribution, as under strict privacy, Welch's test of
the means. Two runs mostly share rows; that makes their samples more alike than the tests take for granted, never less.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mlflow_pitfalls.capture.statistics.two_samples import (
    chi_squared,
    jensen_shannon,
    kolmogorov_p,
    pooled_levels,
    wasserstein,
)
from mlflow_pitfalls.checks.multiplicity import adjusted
from mlflow_pitfalls.comparing.distribution import Distribution, distribution_of, largest_difference, shares_over
from mlflow_pitfalls.model.comparison import ColumnDrift
from mlflow_pitfalls.model.profile import Cells, ColumnKind, ColumnProfile, DatasetProfile, TargetProfile
from mlflow_pitfalls.model.record import RunRecord

MIN_ROWS = 20  # on each side; fewer decide nothing
MAX_DRAWN = 20  # columns whose distributions are told, those that differ most
_MIN_NORMAL_ROWS = 100  # from which a mean is taken as normally distributed
_MAX_BINS = 40  # of a picture
_LEAST_SCALED = 3  # columns that are scaled by a scaler rather than by chance
_EXACT = 0.01  # of a mean and a standard deviation that were made
_TARGET = "target"
_REST = "other values"
_CATEGORIES = (ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN)

Counts = dict[str, int]


def column_drift(before: RunRecord, after: RunRecord) -> tuple[tuple[ColumnDrift, ...], tuple[str, ...]]:
    """Compare each column of the training rows, and the target, between two runs.

    Returns:
        One or two entries a column (its values, its missing values), then the target; and what was left out, and why.
    """
    if before.train is None or after.train is None:
        return (), ("One of the runs has no profile of its training rows.",)
    if _samplers(before) != _samplers(after):
        return (), ("The training rows were resampled in one of the runs only: they differ on purpose.",)
    notes: tuple[str, ...] = ()
    columns = list(_columns(before.train, after.train))
    if _are_scaled(before.train) != _are_scaled(after.train):
        columns, notes = [], ("The features were scaled in one of the runs only: they differ on purpose.",)
    p_values = adjusted([drift.p_value for drift in columns])
    ranked = sorted(zip(p_values, columns, strict=True), key=lambda pair: (pair[0], -pair[1].effect))
    drawn = {id(drift) for _, drift in ranked[:MAX_DRAWN] if drift.statistic}
    found = [
        replace(drift if id(drift) in drawn else _undrawn(drift), adjusted_p=p_value)
        for p_value, drift in zip(p_values, columns, strict=True)
    ]
    target = _target(before.train.target, after.train.target)
    return (*found, *((target,) if target is not None else ())), notes


def _samplers(record: RunRecord) -> frozenset[str]:
    """What resampled rows of the run, before its split too: which is a fault of its own, and no drift."""
    return frozenset(found.sampler for found in record.resamplings)


def _are_scaled(profile: DatasetProfile) -> bool:
    """Whether every numeric column has mean 0 and standard deviation 1, or runs from 0 to 1: a scaler has made them."""
    columns = [column for column in profile.columns if column.kind.is_numeric and column.std]
    if len(columns) < _LEAST_SCALED:
        return False
    is_standard = all(
        column.mean is not None and column.std is not None and max(abs(column.mean), abs(column.std - 1.0)) < _EXACT
        for column in columns
    )
    return is_standard or all((column.minimum, column.maximum) == (0.0, 1.0) for column in columns)


def _undrawn(drift: ColumnDrift) -> ColumnDrift:
    return replace(drift, bins=(), labels=(), before_shares=(), after_shares=())


def _columns(before: DatasetProfile, after: DatasetProfile) -> Iterator[ColumnDrift]:
    later = {column.name: column for column in after.columns}
    for first in before.columns:
        second = later.get(first.name)
        if second is None:
            continue
        for compare in (_of_values, _of_missing):
            drift = compare(first, second)
            if drift is not None:
                yield drift


def _of_values(first: ColumnProfile, second: ColumnProfile) -> ColumnDrift | None:
    if first.kind.is_numeric and second.kind.is_numeric:
        if first.cells is not None and second.cells is not None:
            return _of_cells(first.name, first.cells, second.cells, first.std)
        return _of_means(first, second)
    if first.kind is second.kind and first.kind in _CATEGORIES:
        told = [{value.value: value.count for value in each.top_values} for each in (first, second)]
        return _of_counts(first.name, told[0], told[1], _present(first), _present(second))
    return None


def _present(column: ColumnProfile) -> int:
    """Sampled rows with a value."""
    return round(column.sampled_rows * (1.0 - column.missing_share))


def _of_cells(
    name: str, before: Cells, after: Cells, std: float | None, *, is_target: bool = False
) -> ColumnDrift | None:
    first, second = distribution_of(before), distribution_of(after)
    if first is None or second is None or min(first.rows, second.rows) < MIN_ROWS:
        return None
    statistic = largest_difference(first, second)
    points = np.union1d(first.edges, second.edges)
    spread = std if std is not None and math.isfinite(std) and std > 0 else float(points[-1] - points[0])
    with np.errstate(all="ignore"):
        gaps = np.diff(points) / spread
    if not np.isfinite(gaps).all():
        return None
    effect = wasserstein(gaps, first.between(points), second.between(points), rows=(first.rows, second.rows))
    bins = _bins(first, second)
    return ColumnDrift(
        column=name,
        is_target=is_target,
        test="ks_2samp",
        statistic=statistic,
        p_value=(p_value := kolmogorov_p(statistic, first.rows, second.rows)),
        adjusted_p=p_value,
        effect=effect,
        effect_name="wasserstein",
        before_rows=first.rows,
        after_rows=second.rows,
        bins=tuple(bins.tolist()),
        before_shares=shares_over(first, bins),
        after_shares=shares_over(second, bins),
    )


def _bins(first: Distribution, second: Distribution) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Edges for a picture of both: of the wider cells, at most 40 bins."""
    low = min(float(first.edges[0]), float(second.edges[0]))
    high = max(float(first.edges[-1]), float(second.edges[-1]))
    width = max(float(first.edges[1] - first.edges[0]), float(second.edges[1] - second.edges[0]))
    while (high - low) / width > _MAX_BINS:
        width *= 2.0
    start, stop = math.floor(low / width), math.ceil(high / width)
    return np.arange(start, stop + 1.0) * width


def _of_counts(
    name: str, before: Counts, after: Counts, before_rows: int, after_rows: int, *, is_target: bool = False
) -> ColumnDrift | None:
    """Values that both tell, and all the others together: what one of them does not tell may be there nevertheless."""
    shared = sorted(before.keys() & after.keys(), key=lambda label: (-before[label], label))
    rest = [
        max(0, rows - sum(told[label] for label in shared))
        for told, rows in ((before, before_rows), (after, after_rows))
    ]
    table = np.array([[told[label] for label in shared] for told in (before, after)], dtype=np.float64)
    table = np.hstack([table.reshape(2, -1), np.array(rest, dtype=np.float64)[:, None]])
    n, m = (int(rows) for rows in table.sum(axis=1))
    if min(n, m) < MIN_ROWS:
        return None
    shares = table / table.sum(axis=1, keepdims=True)
    kept = [*shared, _REST] if sum(rest) else shared
    pooled = pooled_levels(table)
    statistic, p_value = chi_squared(pooled)
    return ColumnDrift(
        column=name,
        is_target=is_target,
        test="chi2_contingency",
        statistic=statistic,
        p_value=p_value,
        adjusted_p=p_value,
        effect=jensen_shannon(pooled, n, m) if pooled.shape[1] > 1 else 0.0,
        effect_name="jensen_shannon",
        before_rows=n,
        after_rows=m,
        labels=tuple(kept),
        before_shares=tuple(shares[0, : len(kept)].tolist()),
        after_shares=tuple(shares[1, : len(kept)].tolist()),
    )


def _of_missing(first: ColumnProfile, second: ColumnProfile) -> ColumnDrift | None:
    """The share of missing values, where one of the runs has some."""
    if not (first.missing or second.missing) or min(first.rows, second.rows) < MIN_ROWS:
        return None
    table = np.array([[each.missing, each.rows - each.missing] for each in (first, second)], dtype=np.float64)
    statistic, p_value = chi_squared(pooled) if (pooled := pooled_levels(table)).shape[1] > 1 else (0.0, 1.0)
    return ColumnDrift(
        column=first.name,
        is_target=False,
        test="chi2_contingency",
        statistic=statistic,
        p_value=p_value,
        adjusted_p=p_value,
        effect=abs(second.missing_share - first.missing_share),
        effect_name="missing share",
        before_rows=first.rows,
        after_rows=second.rows,
        labels=("missing",),
        before_shares=(first.missing_share,),
        after_shares=(second.missing_share,),
    )


def _of_means(first: ColumnProfile | TargetProfile, second: ColumnProfile | TargetProfile) -> ColumnDrift | None:
    """Means alone, where privacy keeps all else back."""
    is_target = isinstance(first, TargetProfile)
    n, m = first.rows - first.missing, second.rows - second.missing
    values = (first.mean, second.mean, first.std, second.std)
    if min(n, m) < _MIN_NORMAL_ROWS or any(value is None or not math.isfinite(value) for value in values):
        return None
    mean, other, std, other_std = (float(value) for value in values if value is not None)
    error = math.sqrt(std**2 / n + other_std**2 / m)
    if not error > 0 or not std > 0:
        return None
    statistic = (other - mean) / error
    beyond = ((other - mean) ** 2 - error**2) / std**2
    p_value = math.erfc(abs(statistic) / math.sqrt(2.0))
    return ColumnDrift(
        column=_TARGET if is_target and not first.name else first.name,
        is_target=is_target,
        test="welch",
        statistic=statistic,
        p_value=p_value,
        adjusted_p=p_value,
        effect=min(1.0, math.sqrt(max(0.0, beyond))),
        effect_name="difference of means",
        before_rows=n,
        after_rows=m,
    )


def _target(first: TargetProfile | None, second: TargetProfile | None) -> ColumnDrift | None:
    if first is None or second is None or first.task is not second.task:
        return None
    name = first.name or _TARGET
    if first.classes and second.classes:
        told = [{entry.label: entry.count for entry in each.classes} for each in (first, second)]
        labels = told[0].keys() | told[1].keys()
        whole = [{label: each.get(label, 0) for label in labels} for each in told]  # a target's classes are all told
        rows = [sum(each.values()) for each in whole]
        return _of_counts(name, whole[0], whole[1], rows[0], rows[1], is_target=True)
    if first.cells is not None and second.cells is not None:
        return _of_cells(name, first.cells, second.cells, first.std, is_target=True)
    return _of_means(first, second)

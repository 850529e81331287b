"""A rule over one column: the target's mean, or its class shares, in each group of the column's values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray
from mlflow_pitfalls.capture.statistics.sides import TwoSides

MAX_GROUPS = 64
_ROWS_PER_GROUP = 20  # fewer make a group's mean noise
_PRIOR_ROWS = 1.0  # weight of the overall mean in each group: a level seen once is believed half
_MAX_LEVELS = 2_000
_MAX_REFINED_ROWS = 5_000  # with more, quantile bins are fine enough
_ROWS_PER_LEAF = 5


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A column cut into groups, the first of which holds missing and unseen values.

    Attributes:
        train: Group of each training row.
        held_out: Group of each held-out row.
        count: Number of groups.
        distinct: Distinct values in training.
    """

    train: IntArray
    held_out: IntArray
    count: int
    distinct: int


def groups_of(sides: TwoSides) -> Groups | None:
    """Levels as they are, numbers of more than 64 values in up to 64 quantile bins; None for a constant column."""
    groups = _bins(sides.train, sides.held_out) if sides.is_numeric else _levels(sides)
    return groups if groups is not None and groups.distinct > 1 else None


def refined_groups(sides: TwoSides, target: FloatArray) -> Groups | None:
    """A column of few rows, cut where a small decision tree on it alone would: finer than quantiles at a boundary.

    Args:
        sides: The column.
        target: Numbers, or one indicator a class, shape (n, k), of the training rows.

    Returns:
        None for columns that are not numbers, and for those of many rows, whose quantile bins are fine enough.
    """
    if not sides.is_numeric or len(sides.train) > _MAX_REFINED_ROWS:
        return None
    from sklearn.tree import DecisionTreeRegressor

    present = np.isfinite(sides.train)
    tree = DecisionTreeRegressor(max_leaf_nodes=MAX_GROUPS, min_samples_leaf=_ROWS_PER_LEAF, random_state=0)
    try:
        fitted = tree.fit(sides.train[present][:, None], target[present]).tree_
    except ValueError:  # nothing present, or values beyond float32
        return None
    edges = np.unique(fitted.threshold[fitted.children_left >= 0])
    if not len(edges):
        return None
    distinct = len(np.unique(sides.train[present]))
    return Groups(_cut(sides.train, edges), _cut(sides.held_out, edges), len(edges) + 2, distinct)


def group_means(groups: Groups, target: FloatArray) -> tuple[FloatArray, float]:
    """The mean of each target column in each group, and how much of the target's variance the groups explain.

    Args:
        groups: The column, cut; n training rows.
        target: Numbers, or one indicator a class, shape (n, k).

    Returns:
        Means of shape (count, k), drawn to the overall mean where few rows stand behind them, and the adjusted
        correlation ratio η² (at most 1; about 0 or below where nothing is explained).
    """
    rows = np.bincount(groups.train, minlength=groups.count).astype(np.float64)
    sums = np.stack([np.bincount(groups.train, weights=column, minlength=groups.count) for column in target.T], axis=1)
    overall = target.mean(axis=0)
    total = float(((target - overall) ** 2).sum())
    used = int((rows > 0).sum())
    between = float((sums**2 / np.maximum(rows, 1.0)[:, None]).sum() - len(target) * (overall**2).sum())
    spare = len(target) - used
    explained = 1.0 - (1.0 - between / total) * (len(target) - 1) / spare if total > 0 and spare > 0 else 0.0
    return (sums + _PRIOR_ROWS * overall) / (rows + _PRIOR_ROWS)[:, None], explained


def _levels(sides: TwoSides) -> Groups | None:
    if sides.levels > _MAX_LEVELS:
        return None  # nearly every row its own: an identifier or free text
    seen = np.zeros(sides.levels + 1, dtype=bool)
    seen[sides.train + 1] = True
    held_out = np.where(seen[sides.held_out + 1], sides.held_out + 1, 0)
    return Groups(sides.train + 1, held_out, sides.levels + 1, int(seen[1:].sum()))


def _bins(train: Array, held_out: Array) -> Groups | None:
    present = np.sort(train[~np.isnan(train)])
    if len(present) < 2:
        return None
    starts = np.flatnonzero(np.append(True, present[1:] != present[:-1]))
    values = present[starts]
    if len(values) <= MAX_GROUPS:
        edges = values[1:]
    else:
        bins = max(2, min(MAX_GROUPS, len(present) // _ROWS_PER_GROUP))
        edges = np.unique(present[len(present) * np.arange(1, bins) // bins])
    return Groups(_cut(train, edges), _cut(held_out, edges), len(edges) + 2, len(values))


def _cut(values: Array, edges: Array) -> IntArray:
    groups = np.searchsorted(edges, values, side="right") + 1
    groups[np.isnan(values)] = 0
    return groups

"""How far the two sides of a split differ, column by column.

*Numbers*: the two-sample Kolmogorov-Smirnov test, and the Wasserstein distance in training standard deviations (as
Evidently normalises it; 0.1 is its bound too). *Categories*: the χ² test over levels with the rare ones pooled, and
the Jensen-Shannon distance in base 2.

Effects are reported beyond what chance makes of two samples of one distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, finite_numbers, label_codes
from mlflow_pitfalls.capture.statistics.sides import columns_of, row_step
from mlflow_pitfalls.capture.statistics.two_samples import (
    chi_squared,
    jensen_shannon,
    kolmogorov_p,
    pooled_levels,
    wasserstein,
)
from mlflow_pitfalls.model.profile import ColumnKind
from mlflow_pitfalls.model.record import DriftFacts
from mlflow_pitfalls.model.values import Task

if TYPE_CHECKING:
    import pandas as pd

MAX_COLUMNS = 500
_MIN_ROWS = 20  # on each side; fewer decide nothing
_WIDEST_GAP = 1e100  # standard deviations
_TARGET = "target"


def drift_facts(
    train_frame: pd.DataFrame,
    held_out_frame: pd.DataFrame,
    names: Sequence[str],
    *,
    train_target: Array | None = None,
    held_out_target: Array | None = None,
    task: Task = Task.UNKNOWN,
    target_name: str = _TARGET,
) -> tuple[DriftFacts, ...]:
    """Compare each column, and the target, between the two sides.

    Columns that hold one and the same value on both sides are left out, and so are dates: a split by time is meant.

    Args:
        train_frame: Sampled training rows.
        held_out_frame: Sampled held-out rows with the same columns.
        names: The columns' names by position.
        train_target: Targets of the sampled training rows.
        held_out_target: Targets of the sampled held-out rows.
        task: What is predicted; says whether the target is a class or a number.
        target_name: Under which the target is reported.

    Returns:
        One entry a column that could be compared, then the target. P-values are not corrected for their number.
    """
    facts: list[DriftFacts] = []
    before = train_frame.iloc[:: row_step(train_frame, MAX_COLUMNS), :MAX_COLUMNS]
    after = held_out_frame.iloc[:: row_step(held_out_frame, MAX_COLUMNS), :MAX_COLUMNS]
    with np.errstate(all="ignore"):
        for position, sides in columns_of(before, after):
            if sides.kind in (ColumnKind.DATETIME, ColumnKind.OTHER):
                continue
            name = names[position] if position < len(names) else str(position)
            if sides.is_numeric:
                fact = _of_numbers(safe_text(name), sides.train, sides.held_out)
            else:
                fact = _of_codes(safe_text(name), sides.train, sides.held_out, sides.levels)
            facts += [fact] if fact is not None else []
        target = _of_target(safe_text(target_name), train_target, held_out_target, task)
    return (*facts, target) if target is not None else tuple(facts)


def _of_target(name: str, train: Any, held_out: Any, task: Task) -> DriftFacts | None:
    if train is None or held_out is None:
        return None
    try:
        if task.is_classification:
            coded = label_codes(train, held_out)
            return None if coded is None else _of_codes(name, coded[0][0], coded[0][1], len(coded[1]), is_target=True)
        before, after = finite_numbers(train), finite_numbers(held_out)
        if task is not Task.REGRESSION or before is None or after is None:
            return None
        return _of_numbers(name, before, after, is_target=True)
    except Exception:  # noqa: BLE001 - foreign targets
        return None


def _of_numbers(name: str, train: Array, held_out: Array, *, is_target: bool = False) -> DriftFacts | None:
    before, after = train[np.isfinite(train)], held_out[np.isfinite(held_out)]
    n, m = len(before), len(after)
    if min(n, m) < _MIN_ROWS:
        return None
    pooled = np.concatenate([before, after])
    order = np.argsort(pooled, kind="stable")
    values = pooled[order]
    if values[0] == values[-1]:
        return None
    steps = np.where(order < n, 1.0 / n, 0.0)
    of_train = np.cumsum(steps)
    of_held_out = np.cumsum(np.where(order < n, 0.0, 1.0 / m))
    is_end = np.append(values[1:] != values[:-1], True)  # the functions step once for equal values
    statistic = float(np.abs(of_train - of_held_out)[is_end].max())
    spread = float(np.std(before)) or float(np.std(values))
    if not math.isfinite(spread):
        return None
    return DriftFacts(
        column=name,
        is_target=is_target,
        test="ks_2samp",
        statistic=min(1.0, statistic),
        p_value=kolmogorov_p(statistic, n, m),
        effect=wasserstein(_gaps(values, spread), of_train, of_held_out, rows=(n, m)),
        effect_name="wasserstein",
        train_rows=n,
        held_out_rows=m,
    )


def _gaps(values: FloatArray, spread: float) -> FloatArray:
    """From each ascending value to the next, in units of the spread; those too wide to be squared are narrowed."""
    with np.errstate(over="ignore"):
        gaps: FloatArray = np.minimum(np.diff(values) / spread, _WIDEST_GAP)
    return gaps


def _of_codes(name: str, train: Array, held_out: Array, levels: int, *, is_target: bool = False) -> DriftFacts | None:
    table = np.stack([np.bincount(side[side >= 0], minlength=levels) for side in (train, held_out)]).astype(np.float64)
    n, m = (int(rows) for rows in table.sum(axis=1))
    if min(n, m) < _MIN_ROWS or int((table.sum(axis=0) > 0).sum()) < 2:
        return None
    table = pooled_levels(table)
    statistic, p_value = chi_squared(table)
    return DriftFacts(
        column=name,
        is_target=is_target,
        test="chi2_contingency",
        statistic=statistic,
        p_value=p_value,
        effect=jensen_shannon(table, n, m),
        effect_name="jensen_shannon",
        train_rows=n,
        held_out_rows=m,
    )

"""Changes of recall and of balanced accuracy between two answers for the same rows, with intervals."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.checks.reading import Z95
from mlflow_pitfalls.model.values import Estimate, Interval

Codes = npt.NDArray[np.intp]


def recall_change(true: Codes, after: Codes, before: Codes, code: int) -> Estimate:
    """How much more of one class's rows are found.

    The interval is Bonett and Price's adjusted one for paired shares (Journal of Educational and Behavioral Statistics
    37, 2012), which holds for few rows too.
    """
    own = true == code
    rows = int(own.sum())
    gained = int(np.sum(own & (after == code) & (before != code)))
    lost = int(np.sum(own & (after != code) & (before == code)))
    total, more, less = rows + 2, gained + 1, lost + 1
    centre = (more - less) / total
    half = Z95 * math.sqrt(max(0.0, more + less - (more - less) ** 2 / total)) / total
    return Estimate(
        value=(gained - lost) / rows if rows else 0.0,
        interval=Interval(low=max(-1.0, centre - half), high=min(1.0, centre + half)),
        rows=rows,
    )


def balanced_accuracy_change(true: Codes, after: Codes, before: Codes, classes: int) -> Estimate:
    """How much higher the mean recall is. The classes' rows are disjoint, so squares of their errors add up."""
    changes = [recall_change(true, after, before, code) for code in range(classes)]
    value = sum(change.value for change in changes) / classes
    below = math.hypot(*(change.value - change.interval.low for change in changes if change.interval)) / classes
    above = math.hypot(*(change.interval.high - change.value for change in changes if change.interval)) / classes
    return Estimate(value=value, interval=Interval(low=value - below, high=value + above), rows=len(true))

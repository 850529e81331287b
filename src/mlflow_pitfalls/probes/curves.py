"""Growth laws of a learning curve: how scores and times go on with the number of rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.values import Estimate, Interval

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
MIN_POINTS = 4  # three parameters, and something to tell them from chance
# Exponents of the error's decay: from a curve that hardly bends to one that is flat at once. 0.5 and 1 are the usual.
_DECAYS = np.geomspace(0.1, 2.0, 25)
_MIN_DEFINED_SHARE = 0.9
_MIN_TIME_POINTS = 3
_LEAST_SECONDS = 0.02  # shorter fits are all start-up, and tell of no growth


def gain_at_double(rows: Floats, scores: Floats) -> tuple[float, Interval] | None:
    """What twice the last number of rows would gain, by an inverse power law: score = a − b · rows^(−c), b ≥ 0.

    Args:
        rows: Numbers of training rows, ascending, shape (k,).
        scores: The score at each, shape (1 + resamples, k): as measured first, then of each resample.

    Returns:
        The gain and its 95 % interval over the resamples; None with fewer than four points.
    """
    if len(rows) < MIN_POINTS:
        return None
    gains = _gains(rows / rows[-1], scores)
    finite = gains[1:][np.isfinite(gains[1:])]
    if not math.isfinite(gains[0]) or len(finite) < _MIN_DEFINED_SHARE * max(1, len(gains) - 1):
        return None
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(gains[0]), Interval(low=float(low), high=float(high))


def _gains(share: Floats, scores: Floats) -> Floats:
    """By least squares at each decay of a grid, of which the best fitting one is taken, for each row of scores."""
    best = np.full(len(scores), np.inf)
    gains = np.full(len(scores), np.nan)
    for decay in _DECAYS:
        shrunk = share**-decay
        centred = shrunk - shrunk.mean()
        slopes = np.minimum(0.0, scores @ centred / (centred @ centred))  # −b: a score that falls is a flat one
        fitted = scores.mean(axis=1, keepdims=True) + slopes[:, None] * centred
        misfit = ((scores - fitted) ** 2).sum(axis=1)
        gain = slopes * (2.0**-decay - 1.0)
        better = misfit < best
        best, gains = np.where(better, misfit, best), np.where(better, gain, gains)
    return gains


def time_exponent(rows: Floats, seconds: Floats) -> Estimate | None:
    """The exponent of seconds = a · rows^exponent, with the interval of the straight line through the logarithms."""
    from scipy import stats

    usable = seconds > _LEAST_SECONDS
    if usable.sum() < _MIN_TIME_POINTS:
        return None
    line: Any = stats.linregress(np.log(rows[usable]), np.log(seconds[usable]))
    half = float(stats.t.ppf((1 + LEVEL) / 2, usable.sum() - 2) * line.stderr)
    if not math.isfinite(half):
        return None
    value = float(line.slope)
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=int(rows[-1]))

"""How far predicted probabilities stand from what happens.

The plain expected calibration error sums absolute differences over bins, so that sampling alone makes it positive. Here
the *sign* of each bin's difference comes from other rows than the difference itself (cross-fitting over folds): the
error is then a mean over rows of sign × (what happened − what was predicted), which is 0 on average for calibrated
probabilities, never above the true error on average, and has the interval of a mean.
"""

from __future__ import annotations

import math

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray
from mlflow_pitfalls.model.scoring import CalibrationFacts
from mlflow_pitfalls.model.values import Estimate, Interval

BINS = 10
FOLDS = 10
MIN_ROWS = 100  # fewer say little about probabilities
_MIN_ROWS_PER_BIN = 20  # also what must share a number before it is told
_Z95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution
_SUM_TOLERANCE = 1e-3  # float32 probabilities do not quite add up to one
_TWO = 2


def calibration_facts(y_true: Array, probabilities: Array, classes: Array, *, seed: int = 0) -> CalibrationFacts | None:
    """Compare probabilities with outcomes.

    Args:
        y_true: Targets, shape (n,).
        probabilities: What ``predict_proba`` returned, shape (n, classes).
        classes: The estimator's ``classes_``; the last one is the positive class of two.
        seed: Seed of the folds.

    Returns:
        None where these are no probabilities, or of too few rows.
    """
    if probabilities.ndim != _TWO or probabilities.shape != (len(y_true), len(classes)) or len(classes) < _TWO:
        return None
    if len(y_true) < MIN_ROWS or not _are_probabilities(probabilities):
        return None
    try:
        if len(classes) == _TWO:
            predicted, happened, of = probabilities[:, 1], y_true == classes[1], "positive class"
        else:
            answer = probabilities.argmax(axis=1)
            predicted, happened, of = probabilities.max(axis=1), y_true == classes[answer], "predicted class"
        outcome = np.asarray(happened, dtype=np.float64)
    except Exception:  # noqa: BLE001 - foreign labels
        return None
    if outcome.shape != predicted.shape:
        return None
    bins = _bins(predicted)
    return CalibrationFacts(
        error=_error(predicted, outcome, bins, seed), bins=_told(predicted, outcome, bins), rows=len(predicted), of=of
    )


def _are_probabilities(values: FloatArray) -> bool:
    inside = bool(np.isfinite(values).all()) and bool((values >= 0).all()) and bool((values <= 1).all())
    return inside and bool(np.abs(values.sum(axis=1) - 1.0).max() < _SUM_TOLERANCE)


def _bins(predicted: FloatArray) -> IntArray:
    """Bins of about as many rows each; equal probabilities share one."""
    number = max(1, min(BINS, len(predicted) // _MIN_ROWS_PER_BIN))
    edges = np.unique(np.quantile(predicted, np.arange(1, number) / number))
    return np.searchsorted(edges, predicted, side="left").astype(np.intp)


def _error(predicted: FloatArray, outcome: FloatArray, bins: IntArray, seed: int) -> Estimate:
    rows, count = len(predicted), int(bins.max()) + 1
    excess = outcome - predicted
    folds = np.random.default_rng([seed, rows]).permutation(rows) % FOLDS
    inside = np.zeros((FOLDS, count))
    np.add.at(inside, (folds, bins), excess)
    signs = np.sign(inside.sum(axis=0) - inside)  # of the bin's other folds
    signed = signs[folds, bins] * excess
    value, half = float(signed.mean()), _Z95 * float(signed.std(ddof=1)) / math.sqrt(rows)
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=rows)


def _told(predicted: FloatArray, outcome: FloatArray, bins: IntArray) -> tuple[tuple[float, float, int], ...]:
    """Mean probability, observed share and rows of each bin that enough rows share."""
    return tuple(
        (float(predicted[inside].mean()), float(outcome[inside].mean()), int(inside.sum()))
        for code in np.unique(bins)
        if (inside := bins == code).sum() >= _MIN_ROWS_PER_BIN
    )

"""What each row adds to a score: its pseudo-value, of which the score is the mean.

For a mean of losses that is the row's loss, with the metric's sign. For any other smooth metric T of n weighted rows it
is T + n · ∂T/∂wᵢ at unit weights: the infinitesimal jackknife (Jaeckel, Bell Laboratories memorandum 72-1215-11, 1972;
Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982). For the area under the ROC curve these are
the placement values of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988). Their variance over n is the squared
standard error of T, and pseudo-values of two models for the same rows can be subtracted.
"""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.formulas import weighted_score
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray, MetricColumns, metric_columns
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions

MAX_COSTLY_ROWS = 2_000  # of a ranking whose derivatives are taken one by one: their cost grows with the rows' square
_STEP = 0.02  # of a row's weight, either way
_CHUNK_ELEMENTS = 1_000_000  # 8 MB of weights at once
# Means of a loss: the score of one row alone is what it adds.
_MEANS = frozenset(
    {
        "accuracy",
        "log_loss",
        "brier",
        "top_k_accuracy",
        "squared_error",
        "absolute_error",
        "absolute_percentage_error",
        "squared_log_error",
        "poisson_deviance",
        "gamma_deviance",
    }
)
_NOT_SMOOTH = frozenset({"median_absolute_error"})


def max_rows(metric: MetricSpec, limit: int) -> int:
    """Rows for which contributions to this metric are affordable, at most ``limit``."""
    is_ranking = metric.needs == "scores" and metric.formula not in _MEANS
    is_quick = not is_ranking or (metric.formula == "roc_auc" and metric.average != "weighted")
    return limit if is_quick else min(limit, MAX_COSTLY_ROWS)


def contributions(metric: MetricSpec, predictions: Predictions) -> FloatArray | None:
    """Pseudo-values of the score (higher is better) by row, shape (n,).

    Returns:
        None where the metric is undefined on these rows, or does not change smoothly with their weights.
    """
    columns = metric_columns(metric, predictions)
    if columns is None or metric.formula in _NOT_SMOOTH or not len(columns.true):
        return None
    with np.errstate(all="ignore"):
        found = _contributions(metric, columns)
    return found if found is not None and np.isfinite(found).all() else None


def _contributions(metric: MetricSpec, columns: MetricColumns) -> FloatArray | None:
    if not len(columns.true):
        return None
    if metric.formula in _MEANS:
        return _of_single_rows(metric, columns)
    if metric.formula == "roc_auc" and metric.average != "weighted":
        return _of_areas(columns)
    kinds, first, counts = _kinds(columns)
    derived = _derived(metric, columns.take(first), counts)
    return derived[kinds] if derived is not None else None


def _of_single_rows(metric: MetricSpec, columns: MetricColumns) -> FloatArray | None:
    one = np.ones((1, 1))
    values = np.empty(len(columns.true))
    for i in range(len(values)):
        score = weighted_score(metric, columns.take(np.array([i])))
        if score is None:
            return None
        values[i] = score(one)[0]
    return values


def _of_areas(columns: MetricColumns) -> FloatArray:
    """The mean over classes of one-against-the-rest placement values; of two classes, of the positive one alone."""
    assert columns.score is not None
    if columns.score.ndim == 1:
        return _of_area(columns.true == columns.positive, columns.score)
    present = [code for code in range(columns.class_count) if (columns.true == code).any()]
    areas = [_of_area(columns.true == code, columns.score[:, code]) for code in present]
    values: FloatArray = np.mean(areas, axis=0)
    return values


def _of_area(is_positive: Array, score: Array) -> FloatArray:
    positive, negative = np.sort(score[is_positive]), np.sort(score[~is_positive])
    n, p, m = len(score), len(positive), len(negative)
    if not p or not m:
        return np.full(n, np.nan)  # there is no area
    won = _placed(score[is_positive], negative) / m
    lost = 1.0 - _placed(score[~is_positive], positive) / p
    area = float(np.mean(won))
    values = np.empty(n)
    values[is_positive] = area + n * (won - area) / p
    values[~is_positive] = area + n * (lost - area) / m
    return values


def _placed(values: Array, among: Array) -> FloatArray:
    """How many of the ascending others each value exceeds; ties count half."""
    below = np.searchsorted(among, values, side="left") + np.searchsorted(among, values, side="right")
    halves: FloatArray = below / 2.0
    return halves


def _kinds(columns: MetricColumns) -> tuple[IntArray, IntArray, FloatArray]:
    """For each row its kind, for each kind a row of it, and how many rows are: those that labels tell apart."""
    rows = len(columns.true)
    if columns.class_count == 0 or columns.predicted is None:
        return np.arange(rows), np.arange(rows), np.ones(rows)
    key = columns.true.astype(np.int64) * columns.class_count + columns.predicted
    _, first, kinds, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return kinds, first, counts.astype(np.float64)


def _derived(metric: MetricSpec, columns: MetricColumns, counts: FloatArray) -> FloatArray | None:
    score = weighted_score(metric, columns)
    if score is None:
        return None
    size, rows = len(counts), float(counts.sum())
    slopes = np.empty(size)
    at_once = max(1, _CHUNK_ELEMENTS // size)
    for start in range(0, size, at_once):
        places = np.arange(start, min(size, start + at_once))
        weights = np.tile(counts, (len(places), 1))
        weights[np.arange(len(places)), places] += _STEP
        above = score(weights)
        weights[np.arange(len(places)), places] -= 2.0 * _STEP
        slopes[places] = (above - score(weights)) / (2.0 * _STEP)
    values: FloatArray = float(score(counts[None, :])[0]) + rows * slopes
    return values

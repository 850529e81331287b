"""Resampled scores of one set of rows, and intervals made of them.

All resamples of a metric are drawn and scored at once: a resample is a vector of row counts, drawn from the
multinomial distribution, and a metric is a function of such vectors. Rows that are alike to the metric (a cell of the
confusion matrix, say) share one count, which makes accuracy and its kin almost free. Several predictions for the same
rows are scored on the same resamples, so that a paired comparison is arithmetic on arrays.

Intervals are 95 %: Wilson's for plain shares of rows, the bootstrap's percentiles otherwise. The bootstrap cannot see
errors that did not happen; where a score is within five rows' worth of a bound of its range, it is widened to Wilson's
interval at the number of rows that carry the score. Differences between two sides combine the two intervals by the
square-and-add rule (Zou and Donner, Statistics in Medicine 27, 2008; Newcombe 1998 for shares).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mlflow_pitfalls.capture.statistics.formulas import weighted_score
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray, IntArray, MetricColumns, metric_columns
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.values import Estimate, Interval

LEVEL = 0.95
MAX_ROWS = 5_000
DEFAULT_RESAMPLES = 500
_MIN_RESAMPLES = 100  # also where a metric is costly
_MIN_ROWS = 10  # fewer say nothing about their own spread
_NORMAL_QUANTILE = 1.959963984540054  # of (1 + LEVEL) / 2
_CHUNK_ELEMENTS = 1_000_000  # 8 MB a float64 array; a formula holds three or four such
_MAX_WORK = 20_000_000  # rows × resamples × score columns
_ALIKE_SHARE = 0.25  # merging rows pays below this share of distinct ones
_FEW_ROWS = 5.0  # the usual bound of the normal approximation to a binomial
_MIN_DEFINED_SHARE = 0.9  # of resamples on which the metric has a value


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Scores of m predictions on the same rows and on the same resamples of them.

    Attributes:
        points: Scores on the rows themselves, shape (m,); NaN where undefined.
        scores: Scores on the resamples, shape (m, resamples); NaN where undefined.
        rows: Rows that were scored.
        effective_rows: Rows that carry the score: those of the rare class, for a metric that looks at it alone.
    """

    points: FloatArray
    scores: FloatArray
    rows: int
    effective_rows: float


def resample(
    metric: MetricSpec, predictions: Sequence[Predictions], *, resamples: int = DEFAULT_RESAMPLES, seed: Sequence[int]
) -> Resampled | None:
    """Score predictions on rows and on bootstrap resamples of these.

    Args:
        metric: The score.
        predictions: One or more for the same rows in the same order; of more than 5 000 rows a random sample is used.
        resamples: Number of resamples, 0 for none; fewer are drawn for a metric that is costly at this size.
        seed: Seed of the own generator, e.g. ``(settings.seed, side)``.

    Returns:
        None where the metric is undefined for one of the predictions.
    """
    rng = np.random.default_rng(list(seed))
    sides = [metric_columns(metric, each) for each in _bounded(predictions, rng)]
    columns = [side for side in sides if side is not None]
    if not columns or len(columns) < len(sides) or len({len(side.true) for side in columns}) > 1:
        return None
    rows, effective = len(columns[0].true), _effective_rows(metric, columns[0])
    kept, counts = _merged(columns)
    scorers = [weighted_score(metric, side.take(kept)) for side in columns]
    defined = [scorer for scorer in scorers if scorer is not None]
    if len(defined) < len(scorers):
        return None
    points = np.array([float(scorer(counts[None, :])[0]) for scorer in defined])
    number = _affordable(resamples, rows, columns)
    chunks = [
        np.stack([scorer(weights) for scorer in defined]) for weights in _weights(counts, rows, number, columns, rng)
    ]
    scores = np.concatenate(chunks, axis=1) if chunks else np.empty((len(defined), 0))
    return Resampled(points, scores, rows, effective)


def score_interval(metric: MetricSpec, resampled: Resampled, position: int = 0) -> Interval | None:
    """The 95 % interval of one of the scores; None where too few rows or resamples stand behind it."""
    point = float(resampled.points[position])
    if not math.isfinite(point):
        return None
    if metric.is_share_of_rows:
        return wilson_interval(point, resampled.rows)
    interval = percentile_interval(resampled.scores[position]) if resampled.rows >= _MIN_ROWS else None
    if interval is None or not needs_widening(metric, resampled, position):
        return interval
    assert metric.worst is not None
    scale = metric.perfect - metric.worst
    share = wilson_interval((point - metric.worst) / scale, resampled.effective_rows)
    return Interval(
        low=min(interval.low, metric.worst + scale * share.low),
        high=max(interval.high, metric.worst + scale * share.high),
    )


def needs_widening(metric: MetricSpec, resampled: Resampled, position: int = 0) -> bool:
    """Whether a score is so near a bound of its range that the bootstrap understates its error."""
    if metric.worst is None or metric.needs == "probabilities":
        return False
    if metric.needs == "scores":  # rankings have many pairs: only a spread of zero is wrong
        return _at_bound(metric, resampled, position) and bool(
            (resampled.scores[position] == resampled.points[position]).all()
        )
    share = (float(resampled.points[position]) - metric.worst) / (metric.perfect - metric.worst)
    return resampled.effective_rows * min(share, 1.0 - share) < _FEW_ROWS


def score_estimate(metric: MetricSpec, resampled: Resampled, position: int = 0) -> Estimate | None:
    """One of the scores with its interval; None where it is undefined."""
    point = float(resampled.points[position])
    if not math.isfinite(point):
        return None
    return Estimate(value=point, interval=score_interval(metric, resampled, position), rows=resampled.rows)


def percentile_interval(values: FloatArray) -> Interval | None:
    """The central 95 % of resampled values, None where more than a tenth of them is undefined."""
    finite = values[np.isfinite(values)]
    if not len(finite) or len(finite) < _MIN_DEFINED_SHARE * len(values):
        return None
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(low=float(low), high=float(high))


def wilson_interval(share: float, rows: float) -> Interval:
    """Wilson's score interval of a share of ``rows`` (which need not be whole).

    E. B. Wilson, Journal of the American Statistical Association 22, 1927.
    """
    if not rows > 0:
        return Interval(low=0.0, high=1.0)
    share = min(1.0, max(0.0, share))
    squared = _NORMAL_QUANTILE**2
    centre = (share + squared / (2 * rows)) / (1 + squared / rows)
    half = _NORMAL_QUANTILE / (1 + squared / rows) * math.sqrt(share * (1 - share) / rows + squared / (4 * rows**2))
    # At the ends the formula is exact up to rounding.
    return Interval(
        low=0.0 if share == 0.0 else max(0.0, centre - half), high=1.0 if share == 1.0 else min(1.0, centre + half)
    )


def difference(first: Estimate, second: Estimate) -> Estimate:
    """``first`` minus ``second`` for independent rows, with the interval that their two intervals make."""
    value = first.value - second.value
    rows = min(first.rows, second.rows)
    if first.interval is None or second.interval is None:
        return Estimate(value=value, rows=rows)
    below = math.hypot(first.value - first.interval.low, second.interval.high - second.value)
    above = math.hypot(first.interval.high - first.value, second.value - second.interval.low)
    return Estimate(value=value, interval=Interval(low=value - below, high=value + above), rows=rows)


def _bounded(predictions: Sequence[Predictions], rng: np.random.Generator) -> list[Predictions]:
    rows = min((each.rows for each in predictions), default=0)
    if rows <= MAX_ROWS:
        return list(predictions)
    positions = np.sort(rng.choice(rows, MAX_ROWS, replace=False))
    return [each.take(positions) for each in predictions]


def _merged(columns: Sequence[MetricColumns]) -> tuple[IntArray, FloatArray]:
    """One row of each kind that the metric can tell apart, and how many rows there are of it."""
    rows = len(columns[0].true)
    unmerged = np.arange(rows), np.ones(rows)
    key = np.zeros(rows, dtype=np.int64)
    for part in _distinguishing(columns):
        if part.ndim != 1:
            return unmerged
        distinct, codes = np.unique(part, return_inverse=True)
        key = key * len(distinct) + codes
        _, first, key, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        if len(first) > _ALIKE_SHARE * rows:
            return unmerged
    return first, counts.astype(np.float64)


def _distinguishing(columns: Sequence[MetricColumns]) -> Iterator[FloatArray]:
    yield columns[0].true
    for side in columns:
        for part in (side.predicted, side.score):
            if part is not None:
                yield part


def _weights(
    counts: FloatArray, rows: int, resamples: int, columns: Sequence[MetricColumns], rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Row counts of the resamples, shape (b, len(counts)), in chunks of bounded memory."""
    kinds = len(counts)
    at_once = max(1, _CHUNK_ELEMENTS // max(kinds, 2 * columns[0].class_count))
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        if kinds < rows:
            yield rng.multinomial(rows, counts / rows, size=size).astype(np.float64)
            continue
        drawn = rng.integers(0, rows, size=(size, rows), dtype=np.uint16)
        weights = np.empty((size, rows))
        for i in range(size):  # each bincount stays in the cache: faster than one over all
            weights[i] = np.bincount(drawn[i], minlength=rows)
        yield weights


def _affordable(resamples: int, rows: int, columns: Sequence[MetricColumns]) -> int:
    if resamples <= 0:
        return 0
    scores = max(1 if side.score is None or side.score.ndim == 1 else side.score.shape[1] for side in columns)
    return max(_MIN_RESAMPLES, min(resamples, _MAX_WORK // (rows * scores)))


def _effective_rows(metric: MetricSpec, columns: MetricColumns) -> float:
    """Rows behind a score that looks at classes rather than at rows.

    The positive rows for a metric of one class; for rankings the rarer of the two classes (Birnbaum's bound on the
    variance of the AUC); for averages over k classes k² / Σ 1/n_c, the rows that give a mean of k shares its variance.
    """
    rows = len(columns.true)
    if columns.class_count == 0 or metric.average in ("micro", "weighted") or metric.is_share_of_rows:
        return float(rows)
    counts = np.bincount(columns.true, minlength=columns.class_count).astype(np.float64)
    if metric.needs == "scores":
        return float(counts[counts > 0].min())
    if metric.average == "binary":
        return float(max(1.0, counts[columns.positive]))
    present = counts[counts > 0]
    return float(len(present) ** 2 / np.sum(1.0 / present))


def _at_bound(metric: MetricSpec, resampled: Resampled, position: int) -> bool:
    return float(resampled.points[position]) in (metric.worst, metric.perfect)

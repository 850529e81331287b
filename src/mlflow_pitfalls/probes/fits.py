"""One extra fit, its score on the run's held-out rows, and paired comparisons of such scores."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.statistics.bootstrap import Resampled, resample, score_estimate
from mlflow_pitfalls.capture.statistics.metric_columns import label_codes
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.checks.reading import Z95
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Task
from mlflow_pitfalls.probes.base import ProbeContext

LEVEL = 0.95
_STREAM = 7  # of the seed: resamples of our own comparisons
_MIN_ROOM = 1e-9
_MIN_ROWS = 10  # fewer held-out rows say nothing about their own spread
_MIN_DEFINED_SHARE = 0.9
_OWN = "own refit"


class FitFailedError(Exception):
    """An extra fit cannot be had; the message says why, in plain words."""


class OutOfBudgetError(Exception):
    """What comes next would take more than what is left."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3g}")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A fitted model of ours and what it says about the run's held-out rows. ``seconds`` are of its fit."""

    model: Any
    predictions: Predictions
    seconds: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One model's score beside another's on the same rows: estimates with intervals."""

    score: Estimate
    gain: Estimate
    gain_skill: Estimate | None


def fit_and_predict(
    context: ProbeContext, estimator: Any, x: Any, y: Any, *, estimate: float, x_held_out: Any = None
) -> Scored:
    """Fit an estimator, within the budget, and ask it about the held-out rows.

    Args:
        context: The run's samples.
        estimator: Is fitted itself: clone it first.
        x: Training rows.
        y: Their targets.
        estimate: About what the fit takes.
        x_held_out: The held-out rows where they are not the context's own, as for a plain table.

    Raises:
        OutOfBudgetError: The estimate exceeds what is left.
        FitFailedError: The fit or the prediction raised.
    """
    if not context.budget.allows(estimate):
        raise OutOfBudgetError(estimate)
    started = time.perf_counter()
    try:
        estimator.fit(x, y)
        seconds = time.perf_counter() - started
        rows = context.x_held_out if x_held_out is None else x_held_out
        predictions = predictions_of(estimator, rows, context.y_held_out, context.metric)
    except Exception as error:
        raise FitFailedError(f"an extra fit ended with {safe_text(type(error).__name__)}") from error
    return Scored(model=estimator, predictions=predictions, seconds=seconds, rows=len(y))


def own_refit(context: ProbeContext) -> Scored:
    """The run's own estimator fitted on the sample; once for all probes. Raises as :func:`fit_and_predict`."""
    from sklearn.base import clone

    if _OWN not in context.memo:
        context.memo[_OWN] = fit_and_predict(
            context,
            clone(context.estimator),
            context.x_train,
            context.y_train,
            estimate=context.estimated_seconds(context.rows),
        )
    found: Scored = context.memo[_OWN]
    return found


def own_predictions(context: ProbeContext) -> Predictions:
    """What to compare other fits on the sample with: the user's model where it saw the same rows, else its refit."""
    if context.is_whole and context.held_out is not None:
        return context.held_out
    return own_refit(context).predictions


def predictions_of(model: Any, x: Any, y_true: Any, metric: MetricSpec) -> Predictions:
    """A fitted model's answers, of the kind that the metric needs.

    Raises:
        AttributeError: It gives none of that kind.
    """
    classes = getattr(model, "classes_", None)
    if metric.needs == "labels":
        said = np.asarray(model.predict(x))
        return Predictions(y_true=y_true, y_pred=said.reshape(len(y_true)), classes=classes)
    method = "predict_proba"
    if metric.needs == "scores" and not hasattr(model, method):
        method = "decision_function"
    scores = np.asarray(getattr(model, method)(x), dtype=np.float64)
    if scores.ndim == 2 and scores.shape[1] == 2:
        scores = np.ascontiguousarray(scores[:, 1])
    return Predictions(y_true=y_true, y_score=scores, classes=classes)


def resampled(context: ProbeContext, predictions: Sequence[Predictions]) -> Resampled:
    """Scores of several models on the same resamples of the held-out rows.

    Raises:
        FitFailedError: The metric is undefined for one of them.
    """
    found = resample(context.metric, predictions, resamples=context.resamples, seed=(context.seed, _STREAM))
    if found is None or not np.isfinite(found.points).all():
        raise FitFailedError("the metric is undefined for an extra fit")
    return found


def compare(
    context: ProbeContext, record: RunRecord, other: Predictions, base: Predictions, *, tests: int = 1
) -> Comparison:
    """Another model's held-out score and what it gains on the base, paired over the rows.

    Args:
        context: The run's samples.
        record: Whose primary score holds the dummy's, for gains in skill.
        other: The other model's answers.
        base: What it is compared with.
        tests: How many such comparisons are made to find one that gains: their intervals hold together (Bonferroni).
    """
    found = resampled(context, [other, base])
    score = score_estimate(context.metric, found)
    assert score is not None
    gain = paired_gain(context.metric, context.task, found, other, base, tests=tests)
    return Comparison(score=score, gain=gain, gain_skill=in_skill(gain, record))


def paired_gain(
    metric: MetricSpec, task: Task, found: Resampled, other: Predictions, base: Predictions, *, tests: int = 1
) -> Estimate:
    """What one model's answers gain on another's, paired over the rows.

    Args:
        metric: The score.
        task: What is predicted.
        found: Scores of the two on the same resamples, the other first.
        other: The other model's answers.
        base: What it is compared with.
        tests: See :func:`compare`.
    """
    value = float(found.points[0] - found.points[1])
    interval = interval_of(found.scores[0] - found.scores[1], tests) if found.rows >= _MIN_ROWS else None
    if interval is not None and task is not Task.REGRESSION and metric.needs == "labels":
        interval = _widened(metric, found, interval, _disagreements(other, base))
    return Estimate(value=value, interval=interval, rows=found.rows)


def in_skill(gain: Estimate, record: RunRecord) -> Estimate | None:
    """A difference in the primary metric in units of the room between the dummy and perfection."""
    score = record.primary_score
    if score is None or score.dummy is None or score.perfect - score.dummy.value <= _MIN_ROOM:
        return None
    room = score.perfect - score.dummy.value
    interval = gain.interval
    if interval is not None:
        interval = Interval(low=interval.low / room, high=interval.high / room, level=interval.level)
    return Estimate(value=gain.value / room, interval=interval, rows=gain.rows)


def interval_of(differences: Any, tests: int = 1) -> Interval | None:
    """The central 95 % of resampled values; None where more than a tenth of them is undefined."""
    finite = differences[np.isfinite(differences)]
    if not len(finite) or len(finite) < _MIN_DEFINED_SHARE * len(differences):
        return None
    tail = (1.0 - LEVEL) / 2 / tests
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    return Interval(low=float(low), high=float(high), level=LEVEL)


def _widened(metric: MetricSpec, found: Resampled, interval: Interval, differing: tuple[int, int]) -> Interval:
    """Models that hardly ever differ leave the bootstrap no spread: it cannot see differences that did not happen.

    The interval is then no narrower than the adjusted one for paired shares (Bonett and Price, Journal of Educational
    and Behavioral Statistics 37, 2012), which adds one row to either side.
    """
    if metric.worst is None:
        return interval
    scale = found.effective_rows / found.rows
    better, worse = (rows * scale + 1 for rows in differing)
    total = found.effective_rows + 2
    half = Z95 * math.sqrt(max(0.0, better + worse - (better - worse) ** 2 / total)) / total
    half *= metric.perfect - metric.worst
    value = float(found.points[0] - found.points[1])
    return Interval(low=min(interval.low, value - half), high=max(interval.high, value + half), level=interval.level)


def _disagreements(other: Predictions, base: Predictions) -> tuple[int, int]:
    """Rows that only the one gets right, and rows that only the other does."""
    coded = label_codes(other.y_true, other.y_pred, base.y_pred)
    if coded is None:
        return 0, 0
    true, ours, theirs = coded[0]
    return int(np.sum((ours == true) & (theirs != true))), int(np.sum((theirs == true) & (ours != true)))

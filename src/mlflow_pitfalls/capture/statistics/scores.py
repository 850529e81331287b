"""One metric on both sides of the split, next to what a dummy reaches, with intervals."""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import (
    DEFAULT_RESAMPLES,
    Resampled,
    difference,
    needs_widening,
    percentile_interval,
    resample,
    score_estimate,
)
from mlflow_pitfalls.capture.statistics.dummy import Dummy, best_dummy
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.record import ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval

# The sides resample independently: each has its own stream of the seed.
_TRAIN_STREAM = 1
_HELD_OUT_STREAM = 2
_MIN_ROOM = 1e-9  # between the dummy and perfection; less is a metric that a dummy wins


def score_facts(
    metric: MetricSpec,
    *,
    train: Predictions | None,
    held_out: Predictions | None,
    train_target: Array | None = None,
    primary: bool = False,
    computed_by: str = "us",
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> ScoreFacts:
    """Score both sides and relate them to each other and to the best dummy.

    The gap's interval combines those of the two sides, which are independent samples of rows. Skill resamples model
    and dummy on the same held-out rows. ``gap_skill`` is the gap in units of the room between dummy and perfection,
    which is taken as it was measured.

    Args:
        metric: The score; higher is better.
        train: Predictions for (a sample of) the training rows.
        held_out: Predictions for (a sample of) the held-out rows.
        train_target: What the dummy learns from; the target in ``train`` by default, else the held-out target.
        primary: Whether this metric speaks for the run.
        computed_by: ``script`` where the user's code evaluated the metric, ``us`` otherwise.
        resamples: Bootstrap resamples.
        seed: Seed of the resamples.

    Returns:
        Facts with None for whatever cannot be measured; no field is NaN or infinite.
    """
    dummy = _dummy(metric, train, held_out, train_target, seed)
    held = _side(metric, held_out, None if dummy is None else dummy.predictions, resamples, (seed, _HELD_OUT_STREAM))
    trained = _side(metric, train, None if dummy is None else dummy.train, resamples, (seed, _TRAIN_STREAM))
    train_score = None if trained is None else score_estimate(metric, trained)
    held_score = None if held is None else score_estimate(metric, held)
    gap = None if train_score is None or held_score is None else difference(train_score, held_score)
    dummy_score = score_estimate(metric, held, 1) if held is not None and len(held.points) > 1 else None
    return ScoreFacts(
        metric=metric.name,
        primary=primary,
        perfect=metric.perfect,
        worst=metric.worst,
        train=train_score,
        held_out=held_score,
        gap=gap,
        dummy=dummy_score,
        dummy_strategy=dummy.strategy if dummy is not None and dummy_score is not None else "",
        skill=None if held is None else skill_estimate(metric, held),
        train_skill=None if trained is None else skill_estimate(metric, trained),
        gap_skill=_in_room(metric, gap, dummy_score),
        computed_by=computed_by,
    )


def skill_estimate(metric: MetricSpec, resampled: Resampled, position: int = 0, dummy: int = -1) -> Estimate | None:
    """(score − dummy) / (perfect − dummy), both on the same resamples.

    Args:
        metric: The score.
        resampled: Scores of the model and, at another position, of the dummy.
        position: The model's.
        dummy: The dummy's.

    Returns:
        None without a dummy, or where the dummy leaves no room.
    """
    if len(resampled.points) < 2:
        return None
    value = float(_skill(metric, resampled.points[position], resampled.points[dummy]))
    if not np.isfinite(value):
        return None
    interval = percentile_interval(_skill(metric, resampled.scores[position], resampled.scores[dummy]))
    if interval is not None:
        interval = _widened(metric, resampled, position, dummy, interval)
    estimate = score_estimate(metric, resampled, position)
    has_interval = estimate is not None and estimate.interval is not None
    return Estimate(value=value, interval=interval if has_interval else None, rows=resampled.rows)


def _skill(metric: MetricSpec, score: FloatArray | float, dummy: FloatArray | float) -> FloatArray:
    room = metric.perfect - np.asarray(dummy, dtype=np.float64)
    with np.errstate(all="ignore"):
        skill: FloatArray = (np.asarray(score) - dummy) / np.where(room > _MIN_ROOM, room, np.nan)
    return skill


def _widened(metric: MetricSpec, resampled: Resampled, position: int, dummy: int, interval: Interval) -> Interval:
    """The interval, no narrower than the score's own at the measured dummy: near a bound, resamples vary too little."""
    estimate = score_estimate(metric, resampled, position)
    if not needs_widening(metric, resampled, position) or estimate is None or estimate.interval is None:
        return interval
    low, high = _skill(metric, np.array([estimate.interval.low, estimate.interval.high]), resampled.points[dummy])
    return Interval(low=min(interval.low, float(low)), high=max(interval.high, float(high)))


def _dummy(
    metric: MetricSpec,
    train: Predictions | None,
    held_out: Predictions | None,
    train_target: Array | None,
    seed: int,
) -> Dummy | None:
    if held_out is None:
        return None
    of_train = held_out.y_true if train is None else train.y_true
    return best_dummy(metric, of_train, held_out.y_true, fit_target=train_target, seed=seed)


def _side(
    metric: MetricSpec,
    predictions: Predictions | None,
    dummy: Predictions | None,
    resamples: int,
    seed: tuple[int, int],
) -> Resampled | None:
    """Model and dummy on one side; the model alone where the dummy has no score there."""
    if predictions is None:
        return None
    together = None
    if dummy is not None and dummy.rows == predictions.rows:
        together = resample(metric, [predictions, dummy], resamples=resamples, seed=seed)
    return together or resample(metric, [predictions], resamples=resamples, seed=seed)


def _in_room(metric: MetricSpec, gap: Estimate | None, dummy: Estimate | None) -> Estimate | None:
    if gap is None or dummy is None or metric.perfect - dummy.value <= _MIN_ROOM:
        return None
    room = metric.perfect - dummy.value
    interval = None if gap.interval is None else Interval(low=gap.interval.low / room, high=gap.interval.high / room)
    return Estimate(value=gap.value / room, interval=interval, rows=gap.rows)

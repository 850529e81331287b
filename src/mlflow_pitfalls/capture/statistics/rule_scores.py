"""A rule against the model on the model's own held-out rows, paired."""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import (
    DEFAULT_RESAMPLES,
    Resampled,
    needs_widening,
    percentile_interval,
    resample,
    score_estimate,
    score_interval,
    wilson_interval,
)
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.capture.statistics.rule import Rule
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.model.record import RuleFacts
from mlflow_pitfalls.model.values import Estimate, Interval

_MODEL, _RULE, _DUMMY = 0, 1, 2
_STREAM = 6  # of the seed
_FEW_ROWS = 5  # that the two answer differently: fewer, and resamples vary too little
_MIN_SKILL = 1e-6  # of the model; a ratio to less says nothing


def rule_facts(
    metric: MetricSpec,
    rule: Rule,
    *,
    model: Predictions,
    answers: Predictions,
    dummy: Predictions,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> RuleFacts | None:
    """Skills of rule and model on the same resamples of the same rows, and how they relate.

    Args:
        metric: The score.
        rule: The rule.
        model: The model's answers for the held-out rows.
        answers: The rule's, for the same rows in the same order.
        dummy: The best dummy's, likewise.
        resamples: Bootstrap resamples.
        seed: Seed of the resamples.

    Returns:
        The facts without their texts; None where the metric has no value.
    """
    together = resample(metric, [model, answers, dummy], resamples=resamples, seed=(seed, _STREAM))
    if together is None:
        return None
    score, skill = score_estimate(metric, together, _RULE), skill_estimate(metric, together, _RULE, _DUMMY)
    of_model = skill_estimate(metric, together, _MODEL, _DUMMY)
    if score is None or skill is None or of_model is None:
        return None
    slack = _slack(metric, together, model, answers)
    return RuleFacts(
        column=rule.column,
        kind=rule.kind,
        metric=metric.name,
        score=score,
        skill=skill,
        difference=_difference(metric, together, of_model.value - skill.value, slack),
        ratio=_ratio(metric, together, slack) if of_model.value > _MIN_SKILL else None,
        leaves=len(rule.rows) - 1,
    )


def _skills(metric: MetricSpec, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Skills of model and rule for scores of shape (3, …)."""
    with np.errstate(all="ignore"):
        room = metric.perfect - scores[_DUMMY]
        room = np.where(room > 0, room, np.nan)
        return (scores[_MODEL] - scores[_DUMMY]) / room, (scores[_RULE] - scores[_DUMMY]) / room


def _difference(metric: MetricSpec, together: Resampled, value: float, slack: float) -> Estimate:
    model, rule = _skills(metric, together.scores)
    interval = percentile_interval(model - rule)
    if interval is not None and slack:
        interval = Interval(low=min(interval.low, value - slack), high=max(interval.high, value + slack))
    return Estimate(value=value, interval=interval, rows=together.rows)


def _ratio(metric: MetricSpec, together: Resampled, slack: float) -> Estimate:
    model, rule = _skills(metric, together.points)
    value = float(rule / model)
    some, others = _skills(metric, together.scores)
    with np.errstate(all="ignore"):
        interval = percentile_interval(np.where(some > _MIN_SKILL, others / some, np.nan))
    if interval is not None and slack:
        widest = slack / float(model)
        interval = Interval(low=min(interval.low, value - widest), high=max(interval.high, value + widest))
    return Estimate(value=value, interval=interval, rows=together.rows)


def _slack(metric: MetricSpec, together: Resampled, model: Predictions, answers: Predictions) -> float:
    """By how much the rule may fall behind without one of these rows showing it, in skill.

    The bootstrap cannot see what did not happen. Where the labels of model and rule hardly differ, Wilson's bound says
    on how many other rows they may; of scores, the interval of a rule next to perfect says it.
    """
    room = metric.perfect - float(together.points[_DUMMY])
    if not room > 0:
        return 0.0
    if metric.needs == "labels" and metric.worst is not None:
        return _unseen_difference(model, answers, together.effective_rows) * (metric.perfect - metric.worst) / room
    interval = score_interval(metric, together, _RULE) if needs_widening(metric, together, _RULE) else None
    return 0.0 if interval is None else (float(together.points[_RULE]) - interval.low) / room


def _unseen_difference(model: Predictions, answers: Predictions, rows: float) -> float:
    """The largest share of rows on which the two may answer differently; 0 where enough do, so that resamples tell."""
    if model.y_pred is None or answers.y_pred is None:
        return 0.0
    differing = int((np.asarray(model.y_pred) != np.asarray(answers.y_pred)).sum())
    return wilson_interval(differing / max(1, model.rows), rows).high if differing < _FEW_ROWS else 0.0

"""Whether the run's own estimator finds anything, by cross-validation of its training rows."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.containers import take_rows
from mlflow_pitfalls.capture.statistics.bootstrap import resample
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, default_metric, metric_by_scorer
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.checks.evidence import decided
from mlflow_pitfalls.model.record import LiftFacts, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.folds import (
    FOLDS,
    Answer,
    Target,
    as_predictions,
    ask,
    fold_positions,
    out_of_fold,
    readable_target,
    sampled_target,
)

MAX_ROWS = 2_000
MIN_ROWS = 20
_LEAST_SECONDS = 0.01  # of one fit


def _not_needed(record: RunRecord) -> str:
    score = record.primary_score
    if score is None or record.fit is None or record.fit.error:
        return "no score of this run is known"
    skill = decided(score.skill)
    if skill is not None and skill[1].low > 0:
        return "the held-out rows show a lift already"
    return ""


def _seconds(context: ProbeContext) -> float:
    return FOLDS * max(_LEAST_SECONDS, context.estimated_seconds(min(MAX_ROWS, context.rows)))


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    from sklearn.base import clone

    target = readable_target(context.y_train, context.task)
    if target is None or target.rows < MIN_ROWS:
        raise FitFailedError("there are too few training rows of each class to cross-validate")
    target = sampled_target(target, MAX_ROWS, context.seed)
    splits = fold_positions(target, FOLDS, context.seed)

    def answer(number: int) -> Answer:
        training, validation = splits[number]
        model = clone(context.estimator)
        model.fit(take_rows(context.x_train, target.positions[training]), target.own_values[training])
        rows = take_rows(context.x_train, target.positions[validation])
        return target.coded(ask(model, rows, target.class_count, own_labels=True))

    expected = _seconds(context) / FOLDS
    try:
        found, _ = out_of_fold(answer, splits, budget=context.budget, expected=expected)
    except OutOfBudgetError:
        raise
    except Exception as error:
        raise FitFailedError(f"a fit on part of the rows ended with {type(error).__name__}") from error
    facts = _facts(context, target, found)
    if facts is None:
        raise FitFailedError("the skill is undefined on these rows")
    return {"lift": facts}


def _facts(context: ProbeContext, target: Target, answer: Answer) -> LiftFacts | None:
    metric = _metric(context.task, answer)
    own = target.own_values
    dummy = best_dummy(metric, own, own, seed=context.seed)
    if dummy is None:
        return None
    both = [as_predictions(answer, target), dummy.predictions]
    resampled = resample(metric, both, resamples=context.resamples, seed=(context.seed,))
    skill = None if resampled is None else skill_estimate(metric, resampled)
    return None if skill is None else LiftFacts(metric=metric.name, skill=skill, rows=target.rows, folds=FOLDS)


def _metric(task: Task, answer: Answer) -> MetricSpec:
    """Ranking tells most; without scores the classes' recalls do."""
    metric = default_metric(task)
    if metric.needs == "labels" or answer.scores is not None:
        return metric
    return metric_by_scorer("balanced_accuracy") or metric


lift = Probe(
    name="lift",
    question="Does the model find anything in the training rows that it has not seen?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
)

"""Which metrics a run is judged by, and the aligned arrays that they are computed from."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mlflow_pitfalls.capture.recording.drafts import Array, Evaluation, FitState, HeldOut, Output, RunDraft
from mlflow_pitfalls.capture.statistics.metrics import (
    MetricSpec,
    Predictions,
    metric_by_scorer,
    metric_for,
    primary_metric,
)
from mlflow_pitfalls.capture.statistics.scores import score_facts
from mlflow_pitfalls.model.metric_names import scorer_name
from mlflow_pitfalls.model.record import ScoreFacts
from mlflow_pitfalls.model.values import Role, Task
from mlflow_pitfalls.settings import Settings

MAX_METRICS = 8


def metrics_of(
    draft: RunDraft, fit: FitState, task: Task, wanted: Collection[str] = ()
) -> list[tuple[MetricSpec, str]]:
    """The metrics to report, the primary one first, each with who computed it (``script`` or ``us``).

    Args:
        draft: The run.
        fit: The fit that is scored.
        task: What it predicts.
        wanted: Names of further metrics, as of a benchmark; those that do not fit the task are left out.
    """
    evaluated = [
        spec
        for evaluation in draft.evaluations
        if evaluation.facts.role is Role.HELD_OUT and evaluation.held_out in fit.held_out.values()
        for spec in [_spec(evaluation, fit, task)]
        if spec is not None
    ]
    primary = primary_metric(task, evaluated, fit.scorer)
    names = [spec.name for spec in evaluated]
    asked = [
        spec for spec in map(metric_by_scorer, map(scorer_name, wanted)) if spec is not None and task in spec.tasks
    ]
    ordered = [primary, *asked, *(spec for spec in reversed(evaluated) if spec.name != primary.name)]
    unique: dict[str, MetricSpec] = {}
    for spec in ordered:
        unique.setdefault(spec.name, spec)
    return [(spec, "script" if spec.name in names else "us") for spec in list(unique.values())[:MAX_METRICS]]


def _spec(evaluation: Evaluation, fit: FitState, task: Task) -> MetricSpec | None:
    if evaluation.facts.metric != "score":
        return metric_for(evaluation.facts.metric, evaluation.options)
    if fit.scorer is not None:
        return metric_by_scorer(fit.scorer)
    return metric_by_scorer("r2" if task is Task.REGRESSION else "accuracy")


def scores_of(
    fit: FitState, held_out: HeldOut | None, metrics: list[tuple[MetricSpec, str]], settings: Settings
) -> tuple[ScoreFacts, ...]:
    """Both sides' scores with intervals, the primary metric first; metrics that cannot be computed are left out."""
    found: list[ScoreFacts] = []
    for position, (metric, computed_by) in enumerate(metrics):
        facts = score_facts(
            metric,
            train=train_predictions(fit, metric.needs) if not _own_threshold(held_out, metric) else None,
            held_out=held_out_predictions(fit, held_out, metric.needs),
            train_target=fit.training.y if fit.training is not None else None,
            primary=position == 0,
            computed_by=computed_by,
            resamples=settings.confidence_resamples,
            seed=settings.seed,
        )
        if facts.train is not None or facts.held_out is not None:
            found.append(facts)
    return tuple(found)


def _own_threshold(held_out: HeldOut | None, metric: MetricSpec) -> bool:
    """The script turned scores into labels by itself: the training side has no such labels to compare with."""
    return held_out is not None and held_out.own_labels and metric.needs == "labels"


def train_predictions(fit: FitState, needs: str) -> Predictions | None:
    """The estimator's own answers on the sampled training rows; None where they are not known."""
    training = fit.training
    output = fit.train_labels if needs == "labels" else fit.train_scores
    if training is None or training.y is None or output is None:
        return None
    return _predictions(training.y, output, needs, fit.classes)


def held_out_predictions(fit: FitState, held_out: HeldOut | None, needs: str) -> Predictions | None:
    """The estimator's answers on the sampled held-out rows; None where they are not known."""
    if held_out is None or held_out.y is None:
        return None
    output = held_out.labels if needs == "labels" else held_out.scores
    return _predictions(held_out.y, output, needs, fit.classes) if output is not None else None


def _predictions(truth: Array, output: Output, needs: str, classes: Array | None) -> Predictions | None:
    truth = truth if output.index is None else truth[output.index]
    if len(truth) != len(output.values):
        return None
    if needs == "labels":
        return Predictions(y_true=truth, y_pred=output.values, classes=classes)
    return Predictions(y_true=truth, y_score=_positive(output.values), classes=classes)


def predictions_of(truth: Array, answer: Array, index: Array, needs: str, classes: Array | None) -> Predictions | None:
    """What another state of the model answered on some of the held-out rows, as the metric needs it."""
    return _predictions(truth, Output(answer, index), needs, classes)


def _positive(scores: Array) -> Array:
    """Of two classes' probabilities the second one's: scikit-learn's positive class."""
    return np.ascontiguousarray(scores[:, 1]) if scores.ndim == 2 and scores.shape[1] == 2 else scores

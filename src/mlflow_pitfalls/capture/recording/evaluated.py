"""A record of rows that a finished model is evaluated on, where the fit itself was not seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import take_sample
from mlflow_pitfalls.capture.hardware import usable_cores
from mlflow_pitfalls.capture.profile import class_labels, profile_dataset
from mlflow_pitfalls.capture.statistics.calibration import calibration_facts
from mlflow_pitfalls.capture.statistics.class_scores import class_score_facts
from mlflow_pitfalls.capture.statistics.metrics import (
    MetricSpec,
    Predictions,
    default_metric,
    metric_by_scorer,
)
from mlflow_pitfalls.capture.statistics.scores import score_facts
from mlflow_pitfalls.capture.statistics.segments import losses_of, segment_facts
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.metric_names import merged_benchmark, scorer_name
from mlflow_pitfalls.model.record import EvaluationFacts, RunInfo, RunRecord, ScoreFacts, TimeFacts
from mlflow_pitfalls.model.values import Role, Task
from mlflow_pitfalls.settings import Settings

Array = np.ndarray[Any, Any]
NOTE = (
    "Only the rows that the model was evaluated on are known, and they are taken for rows that its fit did not see: "
    "nothing is said about the training rows, the fit or its time."
)
_CLASS_METRICS = ("balanced_accuracy", "accuracy")
_NUMBER_METRICS = ("neg_root_mean_squared_error", "neg_mean_absolute_error")
_SCORES = frozenset({"scores", "probabilities"})
_MATRIX = 2  # dimensions of one column a class


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedRows:
    """A bounded sample of the rows, and what the model said about them.

    Attributes:
        x: Features, shape (n, columns), a table in any container.
        y: Targets, shape (n,).
        labels: What ``predict`` returned, shape (n,); None where it is not known.
        scores: Probabilities by class, shape (n, k); None where they are not known.
        classes: The classes of ``scores``, in their order.
        rows: Rows that were evaluated altogether.
        task: What is predicted.
        target_name: What the target is called.
        predict_seconds: Wall-clock of our own prediction of the sample.
        predict_calls: Calls behind it.
    """

    x: Any
    y: Array
    labels: Array | None
    scores: Array | None
    classes: Array | None
    rows: int
    task: Task
    target_name: str
    predict_seconds: float = 0.0
    predict_calls: int = 0


def evaluated_record(run: RunInfo, evaluated: EvaluatedRows, settings: Settings, version: str) -> RunRecord:
    """What can be said about a model by its answers alone: scores, classes, segments, calibration, the rows' profile.

    Args:
        run: The run that the evaluation belongs to.
        evaluated: The rows and the model's answers.
        settings: The options in force.
        version: Of this package.

    Returns:
        A record without a fit; a part that fails is left out and reported once.
    """
    started = time.perf_counter()
    found: dict[str, Any] = {}
    for what, find in _PARTS:
        with guard(what):
            found.update(find(evaluated, settings))
    times = TimeFacts(
        predict_seconds=evaluated.predict_seconds,
        predict_calls=evaluated.predict_calls,
        overhead_seconds=time.perf_counter() - started + evaluated.predict_seconds,
        cores=usable_cores(),
    )
    return RunRecord(
        run=run,
        task=evaluated.task,
        package_version=version,
        times=times,
        benchmark=merged_benchmark(settings.benchmark, {})[0],
        notes=(NOTE,),
        **found,
    )


def _scores(evaluated: EvaluatedRows, settings: Settings) -> Mapping[str, Any]:
    found: list[ScoreFacts] = []
    for metric in _metrics(evaluated, settings):
        predictions = _predictions(evaluated, metric)
        if predictions is None:
            continue
        facts = score_facts(
            metric,
            train=None,
            held_out=predictions,
            primary=not found,
            resamples=settings.confidence_resamples,
            seed=settings.seed,
        )
        if facts.held_out is not None:
            found.append(facts)
    evaluations = tuple(
        EvaluationFacts(
            metric=f"{score.metric}_score", role=Role.HELD_OUT, rows=evaluated.rows, value=score.held_out.value
        )
        for score in found
        if score.held_out is not None
    )
    return {"scores": tuple(found), "evaluations": evaluations}


def _metrics(evaluated: EvaluatedRows, settings: Settings) -> list[MetricSpec]:
    """The task's own metric first, where the model's answers allow it."""
    task = evaluated.task
    names = _CLASS_METRICS if task.is_classification else _NUMBER_METRICS
    asked = (scorer_name(name) for name in settings.benchmark)
    specs = [default_metric(task), *(spec for spec in map(metric_by_scorer, (*asked, *names)) if spec is not None)]
    return list({spec.name: spec for spec in specs if task in spec.tasks}.values())


def _predictions(evaluated: EvaluatedRows, metric: MetricSpec) -> Predictions | None:
    if metric.needs not in _SCORES:
        labels = evaluated.labels
        return Predictions(y_true=evaluated.y, y_pred=labels, classes=evaluated.classes) if labels is not None else None
    scores = evaluated.scores
    if scores is None or evaluated.classes is None:
        return None
    if scores.ndim == _MATRIX and scores.shape[1] == 2:
        scores = np.ascontiguousarray(scores[:, 1])
    return Predictions(y_true=evaluated.y, y_score=scores, classes=evaluated.classes)


def _profile(evaluated: EvaluatedRows, settings: Settings) -> Mapping[str, Any]:
    sample = take_sample(evaluated.x, positions=np.arange(len(evaluated.y)))
    if sample is None:
        return {}
    profile = profile_dataset(
        evaluated.x,
        evaluated.y,
        role=Role.HELD_OUT,
        task=evaluated.task,
        sample=sample,
        target_sample=evaluated.y,
        target_name=evaluated.target_name,
        privacy=settings.privacy,
        seed=settings.seed,
        class_labels=class_labels(evaluated.y, privacy=settings.privacy) if evaluated.task.is_classification else None,
    )
    return {"held_out": profile}


def _classes(evaluated: EvaluatedRows, settings: Settings) -> Mapping[str, Any]:
    if not evaluated.task.is_classification or evaluated.labels is None:
        return {}
    held_out = Predictions(y_true=evaluated.y, y_pred=evaluated.labels, classes=evaluated.classes)
    facts = class_score_facts(train=None, held_out=held_out, privacy=settings.privacy)
    is_known = evaluated.classes is not None and bool(np.isin(evaluated.y, evaluated.classes, kind="sort").all())
    return {"classes": tuple(replace(entry, is_known=is_known) for entry in facts)}


def _segments(evaluated: EvaluatedRows, settings: Settings) -> Mapping[str, Any]:
    sample = take_sample(evaluated.x, positions=np.arange(len(evaluated.y)))
    losses = losses_of(evaluated.task, evaluated.y, evaluated.labels) if evaluated.labels is not None else None
    if sample is None or losses is None:
        return {}
    return {"segments": segment_facts(sample.frame, losses, sample.names, privacy=settings.privacy)}


def _calibration(evaluated: EvaluatedRows, settings: Settings) -> Mapping[str, Any]:
    if not evaluated.task.is_classification or evaluated.scores is None or evaluated.classes is None:
        return {}
    facts = calibration_facts(evaluated.y, evaluated.scores, evaluated.classes, seed=settings.seed)
    return {"calibration": facts}


_PARTS: tuple[tuple[str, Callable[[EvaluatedRows, Settings], Mapping[str, Any]]], ...] = (
    ("scoring an evaluation", _scores),
    ("profiling evaluated rows", _profile),
    ("scoring classes", _classes),
    ("scoring segments", _segments),
    ("judging probabilities", _calibration),
)

"""From MLflow's evaluation dataset and model to a bounded sample of rows with the model's answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls import hooks
from mlflow_pitfalls.capture.containers import as_vector, sample_positions, shape_of, take_rows
from mlflow_pitfalls.capture.estimators.estimator import estimator_facts
from mlflow_pitfalls.capture.recording.evaluated import EvaluatedRows
from mlflow_pitfalls.capture.task import DEFAULT_TARGET_NAME, task_of
from mlflow_pitfalls.errors import PitfallsError, guard
from mlflow_pitfalls.model.record import EstimatorFacts
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.settings import Settings

CLASSIFIER, REGRESSOR = "classifier", "regressor"  # MLflow's model types
LEAST_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What MLflow hands to an evaluator.

    Attributes:
        dataset: MLflow's ``EvaluationDataset``.
        model: A pyfunc model; None where predictions are given with the data.
        model_type: ``classifier`` or ``regressor``.
        predictions: Which column of the model's output to judge; None for the only one.
    """

    dataset: Any
    model: Any
    model_type: str
    predictions: str | None = None


@dataclass(frozen=True, slots=True)
class _Answers:
    labels: Any = None
    scores: Any = None
    classes: Any = None
    seconds: float = 0.0
    calls: int = 0


def estimator_of(evaluation: Evaluation) -> EstimatorFacts:
    """What is known of the model: all of a scikit-learn estimator's own facts, of another one nothing."""
    model = _estimator(evaluation.model)
    if model is not None:
        with guard("describing an evaluated model"):
            return estimator_facts(model)
    return EstimatorFacts(class_name="model", final_class_name="model", module="", family="other")


def evaluated_rows(evaluation: Evaluation, settings: Settings) -> EvaluatedRows:
    """A bounded sample of the rows and what the model says about them.

    Args:
        evaluation: What MLflow hands over; nothing of it is changed.
        settings: How many rows to look at, and the sample's seed.

    Raises:
        PitfallsError: There are no targets, too few rows, or they are of a kind that is not followed.
    """
    dataset = evaluation.dataset
    if not dataset.has_targets:
        raise PitfallsError("the dataset has no targets: nothing can be judged")
    shape = shape_of(dataset.features_data)
    if shape is None or shape[0] < LEAST_ROWS:
        raise PitfallsError("the dataset has too few rows, or is of a kind that is not followed")
    positions = sample_positions(shape[0], settings.sample_rows, settings.seed)
    x = take_rows(dataset.features_data, positions)
    y = as_vector(take_rows(dataset.labels_data, positions))
    if y is None or len(y) != len(positions):
        raise PitfallsError("the dataset's targets are not one value a row")
    model = _estimator(evaluation.model)
    task = _task(dataset.labels_data, evaluation.model_type, model)
    answers = _answers(evaluation, model, x, positions, task)
    return EvaluatedRows(
        x=x,
        y=y,
        labels=answers.labels,
        scores=answers.scores,
        classes=answers.classes,
        rows=shape[0],
        task=task,
        target_name=str(dataset.targets_name or DEFAULT_TARGET_NAME),
        predict_seconds=answers.seconds,
        predict_calls=answers.calls,
    )


def _estimator(model: Any) -> Any:
    """The scikit-learn estimator inside a pyfunc model; None where there is none."""
    from sklearn.base import BaseEstimator

    try:
        found = model.get_raw_model()
    except Exception:  # noqa: BLE001 - each flavor has its own way to say that it has none
        return None
    return found if isinstance(found, BaseEstimator) else None


def _task(y: Any, model_type: str, model: Any) -> Task:
    if model_type == REGRESSOR:
        return Task.REGRESSION
    told = task_of(y, model)
    return told if told.is_classification else Task.MULTICLASS


def _answers(evaluation: Evaluation, model: Any, x: Any, positions: Any, task: Task) -> _Answers:
    dataset = evaluation.dataset
    if dataset.has_predictions or evaluation.model is None:
        given = take_rows(dataset.predictions_data, positions) if dataset.has_predictions else None
        return _Answers(labels=_labels(given, len(positions), task))
    with hooks.unlogged():
        started = time.perf_counter()
        said = evaluation.model.predict(x)
        scores = _scores(model, x, task)
        seconds = time.perf_counter() - started
    if evaluation.predictions is not None and shape_of(said) is not None:
        said = said[evaluation.predictions]
    return _Answers(
        labels=_labels(said, len(positions), task),
        scores=scores,
        classes=_classes(model),
        seconds=seconds,
        calls=1 if scores is None else 2,
    )


def _labels(said: Any, rows: int, task: Task) -> Any:
    """One label or number a row; None for anything else, such as a classifier's probabilities."""
    vector = as_vector(said) if said is not None else None
    if vector is None or len(vector) != rows:
        return None
    is_probability = task.is_classification and vector.dtype.kind == "f" and np.any(np.mod(vector, 1) != 0)
    return None if is_probability else vector


def _classes(model: Any) -> Any:
    """The classes that the model answers, where it is one of scikit-learn's."""
    found = getattr(model, "classes_", None)
    return found if isinstance(found, np.ndarray) and found.ndim == 1 else None


def _scores(model: Any, x: Any, task: Task) -> Any:
    """Probabilities by class, shape (n, k); None where the model tells none."""
    if model is None or not task.is_classification or not hasattr(model, "classes_"):
        return None
    try:
        scores = np.asarray(model.predict_proba(x), dtype=float)
    except Exception:  # noqa: BLE001 - not every classifier tells probabilities
        return None
    return scores if scores.ndim == 2 and scores.shape[1] == len(model.classes_) else None

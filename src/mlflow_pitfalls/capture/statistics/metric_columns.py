"""True values, predictions and scores as plain aligned columns, the form in which formulas take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.values import Task

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

MAX_CLASSES = 200  # more are hardly classes, and the margins of a resample grow with their number
_DEFAULT_POSITIVE = 1  # scikit-learn's pos_label
_PROBABILITY_SLACK = 1e-6  # float32 probabilities may leave 0..1 by rounding
_NUMBER_KINDS = "biuf"


@dataclass(frozen=True, slots=True, eq=False)
class MetricColumns:
    """One metric's input.

    Attributes:
        true: Class codes, or numbers in regression, shape (n,).
        predicted: Likewise; None where the metric needs scores.
        score: Scores of the positive class, shape (n,), or of each class by its code, shape (n, class_count).
        class_count: Number of classes; 0 in regression.
        positive: Code of the positive class of a binary metric.
    """

    true: Array
    predicted: Array | None = None
    score: Array | None = None
    class_count: int = 0
    positive: int = 0

    def take(self, rows: IntArray) -> MetricColumns:
        """The same for some rows."""
        return MetricColumns(
            true=self.true[rows],
            predicted=None if self.predicted is None else self.predicted[rows],
            score=None if self.score is None else self.score[rows],
            class_count=self.class_count,
            positive=self.positive,
        )


def metric_columns(metric: MetricSpec, predictions: Predictions) -> MetricColumns | None:
    """What ``metric`` needs of ``predictions``; None where it is not there or is not finite."""
    try:
        with np.errstate(all="ignore"):
            if Task.REGRESSION in metric.tasks:
                return _numbers(predictions)
            return _classes(metric, predictions)
    except Exception:  # noqa: BLE001 - foreign values that cannot be compared, hashed or converted
        return None


def finite_numbers(values: Any) -> FloatArray | None:
    """Values as finite float64 numbers, None where one of them is not."""
    array = np.asarray(values)
    if array.dtype.kind not in _NUMBER_KINDS + "O":
        return None
    try:
        numbers = array.astype(np.float64)
    except Exception:  # noqa: BLE001 - objects that are no numbers raise what they like
        return None
    return numbers if bool(np.isfinite(numbers).all()) else None


def label_codes(*parts: Any) -> tuple[tuple[IntArray, ...], list[Any]] | None:
    """Labels of several arrays as codes of one common list of classes.

    Args:
        parts: One-dimensional arrays of labels.

    Returns:
        The codes of each part, and the classes in ascending order (in order of appearance where they cannot be
        ordered); None where labels are missing, of different kinds, or too many.
    """
    import pandas as pd

    arrays = [np.asarray(part) for part in parts]
    numeric = {array.dtype.kind in _NUMBER_KINDS for array in arrays if len(array)}
    if not any(numeric):
        arrays = [array.astype(object) for array in arrays]
    elif not all(numeric):
        return None
    try:
        codes, uniques = pd.factorize(np.concatenate(arrays))
    except Exception:  # noqa: BLE001 - labels that cannot be hashed or compared
        return None
    if len(uniques) > MAX_CLASSES or bool((codes < 0).any()):
        return None
    classes = list(uniques.tolist())
    try:
        order = sorted(range(len(classes)), key=classes.__getitem__)
    except Exception:  # noqa: BLE001 - labels of several kinds, or whose own comparison fails
        order = list(range(len(classes)))
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    ends = np.cumsum([len(array) for array in arrays])[:-1]
    return tuple(np.split(rank[codes], ends)), [classes[i] for i in order]


def _numbers(predictions: Predictions) -> MetricColumns | None:
    true = finite_numbers(predictions.y_true)
    predicted = None if predictions.y_pred is None else finite_numbers(predictions.y_pred)
    if true is None or predicted is None or true.shape != predicted.shape or true.ndim != 1 or not len(true):
        return None
    return MetricColumns(true, predicted)


def _classes(metric: MetricSpec, predictions: Predictions) -> MetricColumns | None:
    predicted = _labels(predictions) if metric.needs == "labels" else None
    known: Any = [] if predictions.classes is None else predictions.classes
    if not predictions.rows or (metric.needs == "labels" and predicted is None):
        return None
    coded = label_codes(known, predictions.y_true, [] if predicted is None else predicted)
    if coded is None:
        return None
    (of_known, true, of_predicted), classes = coded
    if metric.needs == "labels":
        if len(of_predicted) != len(true) or not np.isin(of_predicted, np.r_[true, of_known]).any():
            return None  # other labels altogether: encoded on one side only
        return MetricColumns(true, of_predicted, None, len(classes), _positive_label(metric, classes))
    return _with_scores(metric, predictions, true, of_known, classes)


def _with_scores(
    metric: MetricSpec, predictions: Predictions, true: IntArray, of_known: IntArray, classes: list[Any]
) -> MetricColumns | None:
    score = None if predictions.y_score is None else finite_numbers(predictions.y_score)
    if score is None or len(score) != len(true):
        return None
    if metric.needs == "probabilities" and not _are_shares(score):
        return None
    count = len(classes)
    columns = of_known if len(of_known) else np.arange(count)
    if score.ndim == 1:
        return _with_positive(metric, true, score, classes) if count <= 2 else None
    if score.shape[1] != len(columns):
        return None
    if count <= 2:
        return _with_positive(metric, true, score[:, -1], classes)
    aligned = np.zeros((len(true), count))
    aligned[:, columns] = score
    return MetricColumns(true, None, aligned, count)


def _with_positive(metric: MetricSpec, true: IntArray, score: FloatArray, classes: list[Any]) -> MetricColumns:
    """Two classes: ``score`` speaks for the last one, and is turned where the caller named the other."""
    positive = _index(classes, metric.pos_label)
    if positive is None or positive == len(classes) - 1:
        return MetricColumns(true, None, score, len(classes), len(classes) - 1)
    return MetricColumns(true, None, 1.0 - score, len(classes), positive)


def _are_shares(score: FloatArray) -> bool:
    return float(score.min()) >= -_PROBABILITY_SLACK and float(score.max()) <= 1.0 + _PROBABILITY_SLACK


def _labels(predictions: Predictions) -> Array | None:
    if predictions.y_pred is not None:
        return np.asarray(predictions.y_pred)
    score, classes = predictions.y_score, predictions.classes
    if score is None or classes is None or np.ndim(score) != 2 or np.shape(score)[1] != len(classes):
        return None
    best: Array = np.asarray(classes)[np.argmax(score, axis=1)]
    return best


def _positive_label(metric: MetricSpec, classes: list[Any]) -> int:
    named = _index(classes, metric.pos_label)
    default = _index(classes, _DEFAULT_POSITIVE)
    if named is not None:
        return named
    return len(classes) - 1 if default is None else default


def _index(classes: list[Any], label: Any) -> int | None:
    if label is None:
        return None
    return next((i for i, known in enumerate(classes) if bool(known == label)), None)

"""Reading the arguments of scikit-learn's calls."""

from __future__ import annotations

from typing import Any

from mlflow_pitfalls.capture.containers import as_vector, take_rows
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.model.events import CallEvent

_X_NAMES = ("X", "x", "X_train", "data")
_Y_NAMES = ("y", "Y", "y_train", "label", "labels")
_TRUE_NAMES = ("y_true", "labels_true")
_PREDICTED_NAMES = ("y_pred", "y_score", "y_proba", "y_prob", "labels_pred", "pred_decision", "probas_pred")
_TALKATIVE = ("verbose", "verbose_eval", "logging_level", "silent", "plot")
_LARGEST_SAMPLE = 64 * 2**20  # bytes that one bounded copy of rows may take
_BYTES_PER_CELL = 8


def features_of(event: CallEvent) -> Any:
    """The ``X`` of a call, or None."""
    return _argument(event, 0, _X_NAMES)


def target_of(event: CallEvent) -> Any:
    """The ``y`` of a call, or None."""
    return _argument(event, 1, _Y_NAMES)


def truth_of(event: CallEvent) -> Any:
    """The ``y_true`` of a metric, or None."""
    return _argument(event, 0, _TRUE_NAMES)


def prediction_of(event: CallEvent) -> Any:
    """The ``y_pred`` or ``y_score`` of a metric, or None."""
    return _argument(event, 1, _PREDICTED_NAMES)


def further_arguments(event: CallEvent) -> tuple[str, ...]:
    """Names of what a fit was given besides X and y, as far as it changes the model."""
    named = (
        name
        for name, value in event.kwargs.items()
        if value is not None and name not in (*_X_NAMES, *_Y_NAMES, *_TALKATIVE)
    )
    positional = ("further arguments",) if any(value is not None for value in event.args[2:]) else ()
    return tuple(safe_text(name) for name in (*positional, *named))


def _argument(event: CallEvent, position: int, names: tuple[str, ...]) -> Any:
    if len(event.args) > position:
        return event.args[position]
    return next((event.kwargs[name] for name in names if name in event.kwargs), None)


def bounded_rows(data: Any, positions: Any, columns: int) -> Any:
    """A copy of these rows in the user's container; None where it would be too large or cannot be had."""
    if data is None or len(positions) * max(1, columns) * _BYTES_PER_CELL > _LARGEST_SAMPLE:
        return None
    try:
        return take_rows(data, positions)
    except (TypeError, ValueError, IndexError, KeyError):
        return None


def bounded_vector(data: Any, positions: Any) -> Any:
    """These entries of a label or score vector as an own array; None where it is none of one value a row."""
    rows = bounded_rows(data, positions, 1)
    return as_vector(rows) if rows is not None else None


def bounded_scores(data: Any, positions: Any) -> Any:
    """These rows of probabilities or decision values, (n,) or (n, classes); None where there are none."""
    import numpy as np

    rows = bounded_rows(data, positions, 1)
    if rows is None:
        return None
    try:
        scores = np.array(rows, dtype=float)
    except (TypeError, ValueError):
        return None
    return scores if scores.ndim in (1, 2) and len(scores) == len(positions) else None

"""How each class fares: recall on both sides of the split, with Wilson intervals."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlflow_pitfalls.capture.profile import class_labels, label_text
from mlflow_pitfalls.capture.statistics.bootstrap import wilson_interval
from mlflow_pitfalls.capture.statistics.metric_columns import Array, IntArray, label_codes
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.model.record import ClassScoreFacts
from mlflow_pitfalls.model.values import Estimate

MAX_REPORTED = 50
_STAND_IN = "class"


def class_score_facts(
    *,
    train: Predictions | None,
    held_out: Predictions | None,
    train_target: Array | None = None,
    privacy: str = "default",
    max_classes: int = MAX_REPORTED,
) -> tuple[ClassScoreFacts, ...]:
    """Rows and recall of each class.

    Args:
        train: Predictions for (a sample of) the training rows.
        held_out: Predictions for (a sample of) the held-out rows.
        train_target: Target of all training rows, for their count; that of ``train`` by default.
        privacy: ``default`` writes a label that at least 20 rows share; ``strict`` none.
        max_classes: Classes reported, the commonest in training first; the rarest of many are left out.

    Returns:
        One entry a class, commonest first; empty without held-out predictions or where labels cannot be compared.
    """
    if held_out is None or held_out.y_pred is None:
        return ()
    try:
        return _facts(train, held_out, train_target, privacy, max_classes)
    except Exception:  # noqa: BLE001 - foreign labels
        return ()


def _facts(
    train: Predictions | None, held_out: Predictions, train_target: Array | None, privacy: str, max_classes: int
) -> tuple[ClassScoreFacts, ...]:
    has_train = train is not None and train.y_pred is not None
    target: Any = train_target
    if target is None:
        target = [] if train is None else train.y_true
    coded = label_codes(
        target,
        held_out.y_true,
        held_out.y_pred,
        train.y_true if train is not None and has_train else [],
        train.y_pred if train is not None and has_train else [],
    )
    if coded is None:
        return ()
    (of_target, true, predicted, train_true, train_predicted), classes = coded
    count = len(classes)
    if not np.isin(predicted, np.r_[of_target, true]).any():
        return ()  # encoded on one side only
    in_train = np.bincount(of_target, minlength=count)
    in_held_out = np.bincount(true, minlength=count)
    as_predicted = np.bincount(predicted, minlength=count)
    recall = _recalls(true, predicted, count)
    train_recall = _recalls(train_true, train_predicted, count)
    labels = _labels(target, held_out, privacy)
    names = [labels.get(label_text(value)) or f"{_STAND_IN} {i + 1}" for i, value in enumerate(classes)]
    return tuple(
        ClassScoreFacts(
            label=names[i],
            train_rows=int(in_train[i]),
            held_out_rows=int(in_held_out[i]),
            predicted_rows=int(as_predicted[i]),
            recall=recall[i],
            train_recall=train_recall[i],
        )
        for i in np.lexsort((-in_held_out, -in_train))[:max_classes]
    )


def _recalls(true: IntArray, predicted: IntArray, count: int) -> list[Estimate | None]:
    rows = np.bincount(true, minlength=count)
    right = np.bincount(true[true == predicted], minlength=count)
    return [
        Estimate(value=hit / all_, interval=wilson_interval(hit / all_, all_), rows=all_) if all_ else None
        for hit, all_ in zip(right.tolist(), rows.tolist(), strict=True)
    ]


def _labels(target: Any, held_out: Predictions, privacy: str) -> dict[str, str]:
    """The labels under which the profile reports the classes; one that was only predicted has none."""
    sides = [np.asarray(side) for side in (target, held_out.y_true) if len(side)]
    return {label_text(value): label for value, label in class_labels(*sides, privacy=privacy).items()}

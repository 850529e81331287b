"""Columns one at a time against the target: which explain most of it, and what a rule over one of them answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.statistics.group_rule import Groups, group_means, groups_of
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, finite_numbers, label_codes
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.capture.statistics.sides import TwoSides, columns_of
from mlflow_pitfalls.model.values import Task

if TYPE_CHECKING:
    import pandas as pd

_CLASS_AVERAGED = frozenset({"balanced_accuracy", "recall_macro"})  # won by the class most above its own share


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The target on both sides: codes or numbers, its columns for means, and labels by code."""

    train: Array
    held_out: Array
    columns: FloatArray
    labels: Array | None

    def labelled(self, values: Array) -> Array:
        """Codes as the classes that they stand for; numbers as they are."""
        return values if self.labels is None else self.labels[values]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A column cut into groups, the target's means in them, and the share of its variance that they explain."""

    position: int
    name: str
    sides: TwoSides
    groups: Groups
    means: FloatArray
    explained: float


def target_of_sides(train: Any, held_out: Any, task: Task) -> Target | None:
    """The target in codes or numbers; None where a value is missing, or cannot be compared."""
    if task is Task.REGRESSION:
        before, after = finite_numbers(train), finite_numbers(held_out)
        if before is None or after is None:
            return None
        return Target(before, after, before[:, None], None)
    coded = label_codes(train, held_out)
    if coded is None:
        return None
    (before_codes, after_codes), classes = coded
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes
    indicators = (before_codes[:, None] == np.arange(len(classes))).astype(np.float64)
    return Target(before_codes, after_codes, indicators, labels)


def ranked_columns(
    train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str], target: Target
) -> list[Candidate]:
    """Columns with their rules, those that explain most of the training target first."""
    found: list[Candidate] = []
    for position, sides in columns_of(train, held_out):
        groups = groups_of(sides)
        if groups is None or len(groups.train) != len(target.train) or len(groups.held_out) != len(target.held_out):
            continue
        means, explained = group_means(groups, target.columns)
        name = safe_text(names[position] if position < len(names) else position)
        found.append(Candidate(position, name, sides, groups, means, explained))
    return sorted(found, key=lambda candidate: -candidate.explained)


def answers(metric: MetricSpec, means: FloatArray, truth: Array, target: Target) -> Predictions:
    """What a rule says of rows.

    Args:
        metric: The score that the answers shall win.
        means: The rule's mean of each target column for each row, shape (n, k).
        truth: The rows' own targets, in codes or numbers, shape (n,).
        target: The target that the rule was fitted to.
    """
    if target.labels is None:
        return Predictions(y_true=truth, y_pred=means[:, 0])
    best = means.argmax(axis=1) if metric.name not in _CLASS_AVERAGED else _lift(means, target).argmax(axis=1)
    return Predictions(y_true=target.labels[truth], y_pred=target.labels[best], y_score=means, classes=target.labels)


def _lift(means: FloatArray, target: Target) -> FloatArray:
    shares: FloatArray = means / np.maximum(target.columns.mean(axis=0), np.finfo(float).tiny)
    return shares

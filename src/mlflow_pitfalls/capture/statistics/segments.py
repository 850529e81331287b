"""How the rows of one segment fare against all others.

Scores of segments differ for reasons that are no fault of the model: rarer classes are easier to be right about, wider
targets make larger errors. So each segment is measured twice. *Score* is what a user sees: accuracy, or absolute error.
*Skill* sets the model's loss against that of a rule which answers each segment's own commonest class (or median): a
segment of an uneven mixture or of a wide target has such a rule of its own, and the others have theirs. A segment is
weak where both are lower. The losses of a segment's rows and of the others' are independent; ratios of mean losses
have the interval of the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray, finite_numbers, label_codes
from mlflow_pitfalls.capture.statistics.segmentation import Segmentation, segmentation
from mlflow_pitfalls.model.scoring import SegmentFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Task

if TYPE_CHECKING:
    import pandas as pd

MIN_SHARE = 0.05  # of the held-out rows
MIN_ROWS = 20  # of a segment; as many as must share a value before it is told
MAX_COLUMNS = 100
MIXED_CLASSES = 2  # with more, segments are compared at equal mixtures of classes
MAX_KEPT = 20
_Z95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What each held-out row cost.

    Attributes:
        model: The model's loss by row: 1 for a wrong class, the absolute error of a number.
        target: Codes of classes, or numbers.
        scale: What turns a mean loss into one minus a score.
        metric: What the score is called.
    """

    model: FloatArray
    target: Array
    scale: float
    metric: str

    @property
    def is_classes(self) -> bool:
        """Whether the target is codes of classes."""
        return self.target.dtype.kind in "iu"


def losses_of(task: Task, y_true: Array, y_pred: Array) -> Losses | None:
    """Losses of the model by row; None where target and prediction cannot be compared.

    Args:
        task: Classification or regression; others have none.
        y_true: Targets, shape (n,).
        y_pred: What the model answered, shape (n,).
    """
    if task.is_classification:
        return _of_classes(y_true, y_pred)
    if task is not Task.REGRESSION:
        return None
    true, predicted = finite_numbers(y_true), finite_numbers(y_pred)
    if true is None or predicted is None or len(true) != len(predicted) or not len(true):
        return None
    scale = float(np.abs(true - np.median(true)).mean())
    if not scale > 0:
        return None
    return Losses(np.abs(true - predicted), true, scale, "absolute error")


def _of_classes(y_true: Array, y_pred: Array) -> Losses | None:
    coded = label_codes(y_true, y_pred)
    if coded is None or len(y_true) != len(y_pred) or not len(y_true):
        return None
    (true, predicted), _ = coded
    return Losses((true != predicted).astype(np.float64), true, 1.0, "accuracy")


def segment_facts(
    frame: pd.DataFrame, losses: Losses, names: Sequence[str], *, privacy: str = "default"
) -> tuple[SegmentFacts, ...]:
    """The segments that differ most from the other rows, by p-value.

    Args:
        frame: The held-out features, one row for each loss.
        losses: What each row cost.
        names: The columns' names.
        privacy: ``strict`` tells no value.
    """
    found: list[SegmentFacts] = []
    for position in range(min(frame.shape[1], len(names), MAX_COLUMNS)):
        segments = segmentation(frame.iloc[:, position], names[position], privacy=privacy)
        if segments is not None:
            found += _of_column(segments, losses, names[position])
    kept = sorted(found, key=lambda facts: (1.0 if facts.p_value is None else facts.p_value, facts.segment))[:MAX_KEPT]
    return tuple(replace(facts, tested=len(found)) for facts in kept)


def _of_column(segments: Segmentation, losses: Losses, name: str) -> list[SegmentFacts]:
    rows = len(losses.model)
    counts = np.bincount(segments.codes, minlength=len(segments.labels))
    least = max(MIN_ROWS, math.ceil(MIN_SHARE * rows))
    wanted = [code for code in range(len(counts)) if least <= counts[code] <= rows - least]
    if not wanted:
        return []
    rule = _rule_losses(segments.codes, counts, losses)
    return [
        facts
        for code in wanted
        if (facts := _facts(segments.codes == code, losses, rule, name, segments.labels[code])) is not None
    ]


def _rule_losses(codes: IntArray, counts: IntArray, losses: Losses) -> FloatArray:
    """The loss of each row under its own segment's best constant; rows of tiny segments share one."""
    merged = np.where(counts[codes] >= MIN_ROWS, codes, len(counts))
    rule = np.empty(len(codes))
    for code in np.unique(merged):
        inside = merged == code
        target = losses.target[inside]
        if losses.is_classes:
            rule[inside] = target != np.bincount(target).argmax()
        else:
            rule[inside] = np.abs(target - np.median(target))
    return rule


def _facts(inside: Array, losses: Losses, rule: FloatArray, name: str, label: str) -> SegmentFacts | None:
    score, other = _score(losses, inside), _score_of_others(losses, inside)
    skill, other_skill = (_skill(losses, rule, part) for part in (inside, ~inside))
    if score is None or other is None or skill is None or other_skill is None:
        return None
    difference, p_score = _difference(score, other)
    skill_difference, p_skill = _difference(skill, other_skill)
    return SegmentFacts(
        column=name,
        segment=label,
        rows=score[2],
        other_rows=other[2],
        metric=losses.metric,
        score=_estimate(score),
        other_score=_estimate(other),
        difference=difference,
        p_value=max(p_score, p_skill),
        skill=_estimate(skill),
        other_skill=_estimate(other_skill),
        skill_difference=skill_difference,
    )


Measured = tuple[float, float, int]  # value, standard error, rows


def _score(losses: Losses, part: Array) -> Measured | None:
    """One minus the mean loss in units of the scale."""
    model = losses.model[part]
    if not len(model):
        return None
    error = float(model.std()) / math.sqrt(len(model))
    return 1.0 - float(model.mean()) / losses.scale, error / losses.scale, len(model)


def _score_of_others(losses: Losses, inside: Array) -> Measured | None:
    """The score of the other rows; of many classes, at the segment's own mixture of them.

    A range of one column is often the home of one class. That the model knows this class badly is no fault of the
    segment, as it would know it badly elsewhere.
    """
    others = ~inside
    if not losses.is_classes or len(np.unique(losses.target)) <= MIXED_CLASSES:
        return _score(losses, others)
    counts = [np.bincount(losses.target[part], minlength=int(losses.target.max()) + 1) for part in (inside, others)]
    known = counts[1] > 0
    if counts[0][known].sum() < (1.0 - MIN_SHARE) * counts[0].sum():
        return None
    ratio = np.where(known, counts[0] / np.maximum(counts[1], 1), 0.0)
    weights, model = ratio[losses.target[others]], losses.model[others]
    mean = float(np.average(model, weights=weights))
    error = math.sqrt(float((weights**2 * (model - mean) ** 2).sum())) / float(weights.sum())
    return 1.0 - mean / losses.scale, error / losses.scale, len(model)


def _skill(losses: Losses, rule: FloatArray, part: Array) -> Measured | None:
    """One minus the model's loss divided by the rule's."""
    model, dummy = losses.model[part], rule[part]
    total = float(dummy.sum())
    if not total > 0:
        return None
    ratio = float(model.sum()) / total
    error = math.sqrt(float(((model - ratio * dummy) ** 2).sum())) / total
    return 1.0 - ratio, error, len(model)


def _difference(first: Measured, second: Measured) -> tuple[Estimate, float]:
    from scipy.stats import norm

    value, error = first[0] - second[0], math.hypot(first[1], second[1])
    p_value = 2.0 * float(norm.sf(abs(value) / error)) if error > 0 else 1.0
    return _estimate((value, error, min(first[2], second[2]))), p_value


def _estimate(measured: Measured) -> Estimate:
    value, error, rows = measured
    return Estimate(value=value, interval=Interval(low=value - _Z95 * error, high=value + _Z95 * error), rows=rows)

"""How well each column alone predicts the target: a rule fitted on training rows, scored on held-out rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.statistics.bootstrap import DEFAULT_RESAMPLES, Resampled, resample, score_estimate
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.group_rule import MAX_GROUPS, Groups, group_means, groups_of, refined_groups
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, finite_numbers, label_codes
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions, default_metric
from mlflow_pitfalls.capture.statistics.relation import has_suspicious_name, relation_to_target
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.capture.statistics.sides import TwoSides, columns_of, row_step
from mlflow_pitfalls.model.profile import ColumnKind
from mlflow_pitfalls.model.record import SingleFeatureFacts
from mlflow_pitfalls.model.values import Estimate, Task

if TYPE_CHECKING:
    import pandas as pd

MAX_REPORTED = 10
MAX_COLUMNS = 500
_WITH_INTERVAL = 5
_MIN_ROWS = 20  # on each side
_COPY_EXPLAINS = 0.3  # of the target's variance, in quantile bins too: below, values need not be compared
_NEARLY_ALL = 0.9  # of the variance: a tree's search alone never gets there on noise
_STREAM = 3  # of the seed
_CLASS_AVERAGED = frozenset({"balanced_accuracy", "recall_macro"})  # won by the class most above its own share


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """The target on both sides: codes or numbers, its columns for means, and labels by code."""

    train: Array
    held_out: Array
    columns: FloatArray
    labels: Array | None


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    name: str
    sides: TwoSides
    groups: Groups
    means: FloatArray
    explained: float


def single_feature_facts(
    train_frame: pd.DataFrame,
    train_target: Array,
    held_out_frame: pd.DataFrame,
    held_out_target: Array,
    names: Sequence[str],
    *,
    task: Task,
    target_name: str = "target",
    metric: MetricSpec | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
    max_reported: int = MAX_REPORTED,
) -> tuple[SingleFeatureFacts, ...]:
    """Fit and score a group-mean rule on each column, and tell columns that are the target itself.

    Columns are first ranked by the share of the training target's variance that their groups explain; only the best
    are scored, and the first five of them get intervals.

    Args:
        train_frame: Sampled training rows.
        train_target: Their targets.
        held_out_frame: Sampled held-out rows with the same columns.
        held_out_target: Their targets.
        names: The columns' names by position.
        task: Binary, multiclass or regression; nothing is measured for others.
        target_name: The target's name, which a derived column's may hold.
        metric: The score; the task's default where it is not given or does not suit the task.
        resamples: Bootstrap resamples.
        seed: Seed of the resamples.
        max_reported: How many columns are reported.

    Returns:
        The best columns by skill, best first.
    """
    if not (task.is_classification or task is Task.REGRESSION):
        return ()
    score = metric if metric is not None and task in metric.tasks else default_metric(task)
    try:
        with np.errstate(all="ignore"):
            step, other = row_step(train_frame, MAX_COLUMNS), row_step(held_out_frame, MAX_COLUMNS)
            train, held_out = train_frame.iloc[::step, :MAX_COLUMNS], held_out_frame.iloc[::other, :MAX_COLUMNS]
            target = _target(np.asarray(train_target)[::step], np.asarray(held_out_target)[::other], task)
            if target is None or min(len(target.train), len(target.held_out)) < _MIN_ROWS:
                return ()
            ranked = _candidates(train, held_out, names, target)[:max_reported]
            candidates = [_refined(candidate, target) for candidate in ranked]
            return _facts(score, candidates, target, target_name, resamples=resamples, seed=seed)
    except Exception:  # noqa: BLE001 - foreign values
        return ()


def _target(train: Any, held_out: Any, task: Task) -> _Target | None:
    if task is Task.REGRESSION:
        before, after = finite_numbers(train), finite_numbers(held_out)
        if before is None or after is None:
            return None
        return _Target(before, after, before[:, None], None)
    coded = label_codes(train, held_out)
    if coded is None:
        return None
    (before_codes, after_codes), classes = coded
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes
    indicators = (before_codes[:, None] == np.arange(len(classes))).astype(np.float64)
    return _Target(before_codes, after_codes, indicators, labels)


def _candidates(train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str], target: _Target) -> list[_Candidate]:
    """Columns with their rules, those that explain most of the training target first."""
    found: list[_Candidate] = []
    for position, sides in columns_of(train, held_out):
        groups = groups_of(sides)
        if groups is None or len(groups.train) != len(target.train) or len(groups.held_out) != len(target.held_out):
            continue
        means, explained = group_means(groups, target.columns)
        name = safe_text(names[position] if position < len(names) else position)
        found.append(_Candidate(name, sides, groups, means, explained))
    return sorted(found, key=lambda candidate: -candidate.explained)


def _refined(candidate: _Candidate, target: _Target) -> _Candidate:
    """With the cuts of a tree where these explain nearly all: quantile bins mix two classes at a sharp boundary."""
    groups = refined_groups(candidate.sides, target.columns)
    if groups is None:
        return candidate
    means, explained = group_means(groups, target.columns)
    if explained < max(_NEARLY_ALL, candidate.explained):
        return candidate
    return replace(candidate, groups=groups, means=means, explained=explained)


def _facts(
    metric: MetricSpec,
    candidates: list[_Candidate],
    target: _Target,
    target_name: str,
    *,
    resamples: int,
    seed: int,
) -> tuple[SingleFeatureFacts, ...]:
    dummy = best_dummy(metric, _labelled(target, target.train), _labelled(target, target.held_out), seed=seed)
    if dummy is None:
        return ()
    rules = [_predictions(metric, candidate, target) for candidate in candidates]
    facts: list[SingleFeatureFacts] = []
    for candidate, scored in zip(candidates, _scored(metric, rules, dummy.predictions, resamples, seed), strict=True):
        fact = None if scored is None else _fact(metric, candidate, target, target_name, scored)
        facts += [fact] if fact is not None else []
    return tuple(sorted(facts, key=lambda fact: -fact.skill.value))


def _scored(
    metric: MetricSpec, rules: list[Predictions], dummy: Predictions, resamples: int, seed: int
) -> Iterator[Resampled | None]:
    """Each rule with the dummy; the first few on resamples too.

    The rules of a classification have few distinct answers, which makes each cheap by itself; those of a regression
    share their resamples.
    """
    stream = (seed, _STREAM)
    best, others = rules[:_WITH_INTERVAL], rules[_WITH_INTERVAL:]
    together = None
    if Task.REGRESSION in metric.tasks and best:
        together = resample(metric, [*best, dummy], resamples=resamples, seed=stream)
    for position, rule in enumerate(best):
        if together is not None:
            pair = [position, -1]
            yield replace(together, points=together.points[pair], scores=together.scores[pair])
        else:
            yield resample(metric, [rule, dummy], resamples=resamples, seed=stream)
    for rule in others:
        yield resample(metric, [rule, dummy], resamples=0, seed=stream)


def _fact(
    metric: MetricSpec, candidate: _Candidate, target: _Target, target_name: str, scored: Resampled
) -> SingleFeatureFacts | None:
    score, skill = score_estimate(metric, scored), skill_estimate(metric, scored)
    if score is None or skill is None:
        return None
    sides = candidate.sides
    is_number = sides.is_numeric and sides.kind in (ColumnKind.FLOAT, ColumnKind.INTEGER)
    return SingleFeatureFacts(
        column=candidate.name,
        metric=metric.name,
        score=score,
        skill=skill,
        levels=len(np.unique(candidate.groups.train)),
        is_continuous=is_number and candidate.groups.distinct > MAX_GROUPS,
        relation=_relation(candidate, target),
        suspicious_name=has_suspicious_name(candidate.name, target_name) and _predicts(skill),
    )


def _relation(candidate: _Candidate, target: _Target) -> str:
    if candidate.explained < _COPY_EXPLAINS:
        return ""
    sides = candidate.sides
    return relation_to_target(
        np.concatenate([sides.train, sides.held_out]),
        np.concatenate([target.train, target.held_out]),
        is_ordered=sides.is_numeric,
        is_classification=target.labels is not None,
    )


def _predicts(skill: Estimate) -> bool:
    return skill.value > 0 if skill.interval is None else skill.interval.low > 0


def _predictions(metric: MetricSpec, candidate: _Candidate, target: _Target) -> Predictions:
    means = candidate.means[candidate.groups.held_out]
    if target.labels is None:
        return Predictions(y_true=target.held_out, y_pred=means[:, 0])
    worth = means / np.maximum(target.columns.mean(axis=0), np.finfo(float).tiny)
    best = np.argmax(worth if metric.name in _CLASS_AVERAGED else means, axis=1)
    return Predictions(
        y_true=target.labels[target.held_out], y_pred=target.labels[best], y_score=means, classes=target.labels
    )


def _labelled(target: _Target, values: Array) -> Array:
    return values if target.labels is None else target.labels[values]

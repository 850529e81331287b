"""How well each column alone predicts the target: a rule fitted on training rows, scored on held-out rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import DEFAULT_RESAMPLES, Resampled, resample, score_estimate
from mlflow_pitfalls.capture.statistics.boundary import edge_density
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.group_rule import MAX_GROUPS, group_means, refined_groups
from mlflow_pitfalls.capture.statistics.metric_columns import Array
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions, default_metric
from mlflow_pitfalls.capture.statistics.one_column import (
    Candidate,
    Target,
    answers,
    ranked_columns,
    target_of_sides,
)
from mlflow_pitfalls.capture.statistics.pooled_rule import pooled_rules
from mlflow_pitfalls.capture.statistics.relation import has_suspicious_name, relation_to_target
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.capture.statistics.sides import row_step
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
_DECIDES = 0.5  # of the variance: below, nobody asks how the classes meet
_ASKED_ABOUT = 0.5  # a column's skill on held-out rows: the least of the best that is scored on all rows
_STREAM = 3  # of the seed


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
            target = target_of_sides(np.asarray(train_target)[::step], np.asarray(held_out_target)[::other], task)
            if target is None or min(len(target.train), len(target.held_out)) < _MIN_ROWS:
                return ()
            ranked = ranked_columns(train, held_out, names, target)[:max_reported]
            candidates = [_refined(candidate, target) for candidate in ranked]
            return _facts(score, candidates, target, target_name, resamples=resamples, seed=seed)
    except Exception:  # noqa: BLE001 - foreign values
        return ()


def _refined(candidate: Candidate, target: Target) -> Candidate:
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
    candidates: list[Candidate],
    target: Target,
    target_name: str,
    *,
    resamples: int,
    seed: int,
) -> tuple[SingleFeatureFacts, ...]:
    dummy = best_dummy(metric, target.labelled(target.train), target.labelled(target.held_out), seed=seed)
    if dummy is None:
        return ()
    rules = [answers(metric, each.means[each.groups.held_out], target.held_out, target) for each in candidates]
    facts: list[SingleFeatureFacts] = []
    for candidate, scored in zip(candidates, _scored(metric, rules, dummy.predictions, resamples, seed), strict=True):
        fact = None if scored is None else _fact(metric, candidate, target, target_name, scored)
        facts += [fact] if fact is not None else []
    facts = _with_pooled(metric, facts, candidates, target, resamples=resamples, seed=seed)
    return tuple(sorted(facts, key=lambda fact: -fact.skill.value))


def _with_pooled(
    metric: MetricSpec,
    facts: list[SingleFeatureFacts],
    candidates: list[Candidate],
    target: Target,
    *,
    resamples: int,
    seed: int,
) -> list[SingleFeatureFacts]:
    """What all rows say of the columns, where one of them predicts so well that somebody will ask."""
    if not any(fact.skill.value > _ASKED_ABOUT for fact in facts):
        return facts
    leaks = frozenset(fact.column for fact in facts if fact.relation or fact.suspicious_name)
    pooled = pooled_rules(metric, candidates, leaks, target, resamples=resamples, seed=seed)
    return [
        fact
        if (found := pooled.get(fact.column)) is None
        else replace(fact, pooled_skill=found.skill, class_gap=found.gap, rival_skill=found.rival_skill)
        for fact in facts
    ]


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
    metric: MetricSpec, candidate: Candidate, target: Target, target_name: str, scored: Resampled
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
        edge_density=_edge_density(candidate, target) if is_number else None,
    )


def _relation(candidate: Candidate, target: Target) -> str:
    if candidate.explained < _COPY_EXPLAINS:
        return ""
    sides = candidate.sides
    return relation_to_target(
        np.concatenate([sides.train, sides.held_out]),
        np.concatenate([target.train, target.held_out]),
        is_ordered=sides.is_numeric,
        is_classification=target.labels is not None,
    )


def _edge_density(candidate: Candidate, target: Target) -> float | None:
    if target.labels is None or candidate.explained < _DECIDES:
        return None
    return edge_density(candidate.sides.train, target.columns)


def _predicts(skill: Estimate) -> bool:
    return skill.value > 0 if skill.interval is None else skill.interval.low > 0

"""One-column rules over the rows of both sides, and the best other column that says something of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import resample
from mlflow_pitfalls.capture.statistics.boundary import class_gap
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.group_rule import group_means, groups_of, refined_groups
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.capture.statistics.one_column import Candidate, Target, answers
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.model.values import Estimate

MAX_COLUMNS = 6
_FOLDS = 4
_MAX_ROWS = 10_000
_COLLINEAR = 0.9  # correlation of ranks, the target held fixed
_MIN_ROWS = 20
_STREAM = 5  # of the seed


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A column over all rows.

    Attributes:
        skill: Cross-fitted: each fold's rule is fitted to the others.
        gap: Between its classes, see :func:`class_gap`.
        rival_skill: Of the best other column that is not collinear with it, given the target; None without one.
    """

    skill: Estimate
    gap: float | None
    rival_skill: float | None


def pooled_rules(
    metric: MetricSpec,
    candidates: Sequence[Candidate],
    leaks: frozenset[str],
    target: Target,
    *,
    resamples: int,
    seed: int,
) -> Mapping[str, Pooled]:
    """Judge columns on training and held-out rows together.

    A rule of one column has hardly any freedom, so that its training rows tell nearly as much as unseen ones; cross-
    fitted, they tell as much, and a rare class is counted on both sides.

    Args:
        metric: The score.
        candidates: The columns that explain most, of which the first six are looked at.
        leaks: Names of columns that are known to be the target itself; they are nobody's rivals.
        target: On both sides.
        resamples: Bootstrap resamples.
        seed: Seed of folds and resamples.

    Returns:
        What was found, by column; columns without a score are left out.
    """
    truth = np.concatenate([target.train, target.held_out])
    step = -(-len(truth) // _MAX_ROWS)
    truth = truth[::step]
    pool = _pool(truth, target)
    folds = _folds(truth, seed)
    dummy = best_dummy(metric, pool.labelled(truth), pool.labelled(truth), seed=seed)
    if dummy is None:
        return {}
    found: dict[str, tuple[Candidate, Array, Estimate]] = {}
    for candidate in candidates[:MAX_COLUMNS]:
        values = np.concatenate([candidate.sides.train, candidate.sides.held_out])[::step]
        rule = answers(metric, _cross_fitted(candidate, values, pool, folds), truth, pool)
        skill = _skill(metric, rule, dummy.predictions, resamples, seed)
        if skill is not None:
            found[candidate.name] = candidate, values, skill
    return {
        name: Pooled(
            skill,
            class_gap(values, truth) if candidate.sides.is_numeric and target.labels is not None else None,
            _best_rival(name, found, leaks, truth, is_classes=target.labels is not None),
        )
        for name, (candidate, values, skill) in found.items()
    }


def _pool(truth: Array, target: Target) -> Target:
    if target.labels is None:
        return Target(truth, truth, truth[:, None], None)
    indicators = (truth[:, None] == np.arange(len(target.labels))).astype(np.float64)
    return Target(truth, truth, indicators, target.labels)


def _folds(truth: Array, seed: int) -> IntArray:
    """Each row's fold, every fold with its part of each class, or of each range of the target."""
    rng = np.random.default_rng([seed, _STREAM])
    shuffled = rng.permutation(len(truth))
    folds = np.empty(len(truth), dtype=np.intp)
    folds[shuffled[np.argsort(truth[shuffled], kind="stable")]] = np.arange(len(truth)) % _FOLDS
    return folds


def _cross_fitted(candidate: Candidate, values: Array, pool: Target, folds: IntArray) -> FloatArray:
    """The target's mean in each row's group, as the other folds tell it."""
    means = np.empty_like(pool.columns)
    for fold in range(_FOLDS):
        inside = folds == fold
        sides = replace(candidate.sides, train=values[~inside], held_out=values[inside])
        columns = pool.columns[~inside]
        best: tuple[float, FloatArray] = -np.inf, np.broadcast_to(columns.mean(axis=0), pool.columns[inside].shape)
        for groups in (groups_of(sides), refined_groups(sides, columns)):
            if groups is not None:
                of_group, explained = group_means(groups, columns)
                best = max(best, (explained, of_group[groups.held_out]), key=lambda found: found[0])
        means[inside] = best[1]
    return means


def _skill(metric: MetricSpec, rule: Predictions, dummy: Predictions, resamples: int, seed: int) -> Estimate | None:
    scored = resample(metric, [rule, dummy], resamples=resamples, seed=(seed, _STREAM))
    return None if scored is None else skill_estimate(metric, scored)


def _best_rival(
    name: str,
    found: Mapping[str, tuple[Candidate, Array, Estimate]],
    leaks: frozenset[str],
    truth: Array,
    *,
    is_classes: bool,
) -> float | None:
    candidate, values, _ = found[name]
    skills = [
        skill.value
        for other, (rival, others, skill) in found.items()
        if other != name
        and other not in leaks
        and not (
            candidate.sides.is_numeric
            and rival.sides.is_numeric
            and _is_collinear(values, others, truth, is_classes=is_classes)
        )
    ]
    return max(skills, default=None)


def _is_collinear(first: Array, second: Array, truth: Array, *, is_classes: bool) -> bool:
    """Whether two columns go together beyond what the target makes of both."""
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < _MIN_ROWS:
        return False
    rest = [_given_target(_ranks(values[known]), truth[known], is_classes=is_classes) for values in (first, second)]
    spread = float(np.sqrt((rest[0] @ rest[0]) * (rest[1] @ rest[1])))
    return spread > 0 and abs(float(rest[0] @ rest[1])) >= _COLLINEAR * spread


def _ranks(values: Array) -> FloatArray:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values), dtype=np.float64)


def _given_target(ranks: FloatArray, truth: Array, *, is_classes: bool) -> FloatArray:
    if is_classes:
        counts = np.maximum(np.bincount(truth), 1)
        within: FloatArray = ranks - (np.bincount(truth, weights=ranks) / counts)[truth]
        return within
    other, own = _ranks(truth), ranks - ranks.mean()
    other -= other.mean()
    rest: FloatArray = own - other * float(own @ other) / max(float(other @ other), np.finfo(float).tiny)
    return rest

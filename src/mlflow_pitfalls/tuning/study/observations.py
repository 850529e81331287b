"""What a study's trials tell: each one's score on one level, and those of them that a process learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.trial import TrialState

from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.earlier_runs.gaussian_process import winsorised
from mlflow_pitfalls.tuning.study.earlier_trials import SCORE_ATTRIBUTE, is_earlier
from mlflow_pitfalls.tuning.study.hints import levelled

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

MAX_OBSERVATIONS = 100  # that the process learns from: it costs the cube of their number


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What a process is fitted on.

    Attributes:
        points: Shape (scores, parameters).
        scores: Winsorised, greater is better, shape (scores,).
        hearsay: Which of them come from other rows, shape (scores,).
    """

    points: Points
    scores: Points
    hearsay: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Observations:
    """A study at one moment.

    Attributes:
        points: Of every trial, by its number, each of shape (parameters,).
        own: Scores of the study's own trials that have ended, by number.
        hints: Scores of earlier runs, on the level of the own ones, by number.
        tried: Points of the own scores, shape (trials, parameters).
        running: Points of trials under way, shape (trials, parameters).
    """

    points: Mapping[int, Points]
    own: Mapping[int, float]
    hints: Mapping[int, float]
    tried: Points
    running: Points

    @property
    def scores(self) -> dict[int, float]:
        """All scores by number."""
        return {**self.own, **self.hints}

    def learnt(self) -> Learnt:
        """What a process is fitted on; there must be a score."""
        chosen = informative(self.scores)
        return Learnt(
            np.vstack([self.points[number] for number in chosen]),
            winsorised(np.array(list(chosen.values()))),
            np.array([number in self.hints for number in chosen]),
        )


def observed(trials: Sequence[FrozenTrial], places: Sequence[Points], coordinates: Coordinates) -> Observations:
    """What there is to learn from.

    Args:
        trials: Complete, pruned and running ones, earlier runs among them.
        places: The point of each.
        coordinates: Of the parameters that are searched.
    """
    points = {each.number: place for each, place in zip(trials, places, strict=True)}
    own = comparable_scores(trials)
    under_way = [each.number for each in trials if each.state is TrialState.RUNNING and each.params]

    def table(numbers: Sequence[int]) -> Points:
        return np.array([points[number] for number in numbers]).reshape(-1, len(coordinates.parameters))

    earlier = [each for each in trials if is_earlier(each)]
    hints: dict[int, float] = {}
    if earlier:
        logged = np.array([float(each.user_attrs[SCORE_ATTRIBUTE]) for each in earlier])
        numbers = [each.number for each in earlier]
        found, own_places = coordinates.features(table(numbers)), coordinates.features(table(list(own)))
        levels = levelled(logged, found, np.array(list(own.values())), own_places)
        hints = dict(zip(numbers, map(float, levels), strict=True))
    return Observations(points=points, own=own, hints=hints, tried=table(list(own)), running=table(under_way))


def informative(scores: Mapping[int, float]) -> dict[int, float]:
    """At most so many of the scores, by number: half of them the best, the others the latest."""
    if len(scores) <= MAX_OBSERVATIONS:
        return dict(sorted(scores.items()))
    best = sorted(scores, key=lambda number: -scores[number])[: MAX_OBSERVATIONS // 2]
    others = sorted(set(scores) - set(best))[-(MAX_OBSERVATIONS - len(best)) :]
    return {number: scores[number] for number in sorted([*best, *others])}


def comparable_scores(trials: Sequence[FrozenTrial]) -> dict[int, float]:
    """Each finished trial's score by its number; that of a pruned one as if all its folds had been scored.

    A pruned trial has seen some folds only, which may be easy or hard ones: it gets the best trial's mean and its own
    mean difference to the best on the folds that it has seen.
    """
    done = [each for each in trials if each.state is TrialState.COMPLETE and each.value is not None]
    complete = {each.number: float(each.value) for each in done}
    if not complete:
        return {}
    best = max(done, key=lambda each: complete[each.number])
    scores = dict(complete)
    for each in trials:
        shared = [step for step in each.intermediate_values if step in best.intermediate_values]
        if each.state is not TrialState.PRUNED or not shared:
            continue
        behind = np.mean([each.intermediate_values[step] - best.intermediate_values[step] for step in shared])
        scores[each.number] = complete[best.number] + float(behind)
    return dict(sorted(scores.items()))

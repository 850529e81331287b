"""What trials will take, from what others took: one that the time does not allow teaches nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlflow_pitfalls.model.suggestions import Aim, Direction, Parameter
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.study.objective import SECONDS

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

_GROWTH = 0.8  # power of a number that makes fits slower with which they do, until trials tell
_DOUBT = 1.0  # standard deviation of a slope, in logarithms of seconds over the whole range
_NOISE = 0.3  # likewise of one trial's seconds
_LEAST_SECONDS = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """A line through logarithms of seconds: slopes of :meth:`Coordinates.features` around a centre."""

    coordinates: Coordinates
    slopes: Points
    centre: Points
    level: float

    def seconds(self, points: Points) -> Points:
        """Of a whole trial at each point, shape (points,)."""
        away = self.coordinates.features(points) - self.centre
        return np.asarray(np.exp(self.level + away @ self.slopes))


def pace_of(coordinates: Coordinates, points: Points, seconds: Points) -> Pace:
    """The most probable line: what is known to make fits slower counts until trials say otherwise.

    Args:
        coordinates: Of the parameters that are searched.
        points: Of the trials, shape (trials, parameters); one at least.
        seconds: What each took, or would have taken with all folds, shape (trials,).
    """
    features = coordinates.features(points)
    logarithms = np.log(np.maximum(seconds, _LEAST_SECONDS))
    expected = np.array([_slope(coordinates.parameters[owner]) for owner in coordinates.owners()])
    centre, level = features.mean(axis=0), float(logarithms.mean())
    away = features - centre
    rest = logarithms - level - away @ expected
    scale = away.T @ away + (_NOISE / _DOUBT) ** 2 * np.eye(away.shape[1])
    return Pace(coordinates, expected + np.linalg.solve(scale, away.T @ rest), centre, level)


def _slope(parameter: Parameter) -> float:
    slower = any(each.aim is Aim.SLOW and each.direction is Direction.LOWER for each in parameter.moves)
    if not slower or not parameter.low or not parameter.high or parameter.low <= 0:
        return 0.0
    return _GROWTH * math.log(parameter.high / parameter.low)


def seconds_of(trials: Sequence[FrozenTrial]) -> dict[int, float]:
    """What trials took by number; one that was given up counts as if all its folds had been scored."""
    folds = max((len(each.intermediate_values) for each in trials), default=0)
    timed = [each for each in trials if SECONDS in each.user_attrs and each.intermediate_values]
    return {each.number: float(each.user_attrs[SECONDS]) * folds / len(each.intermediate_values) for each in timed}

"""Random steps from settings that did well, and which settings are new."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates, Points

STEP = 0.1  # standard deviation of a number's step, of its range
STARTS = 3  # settings that steps start from

_MOVED = 0.6  # share of the coordinates that a step changes
_CLOSE = 0.02  # of a range: settings that are no further apart are one


def steps_from(
    starts: Points, count: int, coordinates: Coordinates, random: np.random.Generator, *, step: float = STEP
) -> Points:
    """Random steps, of which each moves at least one coordinate.

    Args:
        starts: Settings that steps start from, shape (starts, parameters).
        count: How many steps.
        coordinates: Of the parameters that are searched.
        random: Every draw is made from it.
        step: Standard deviation of a number's step, of its range.

    Returns:
        Shape (count, parameters).
    """
    chosen = starts[random.integers(len(starts), size=count)]
    width = chosen.shape[1]
    moved = random.random((count, width)) < _MOVED
    moved[np.arange(count), random.integers(width, size=count)] = True
    filled = np.where(np.isnan(chosen), coordinates.uniform(count, random), chosen)
    points = filled + random.normal(scale=step, size=filled.shape) * moved
    for column in np.flatnonzero(~coordinates.numeric):
        other = random.integers(coordinates.choices(int(column)), size=count)
        points[:, column] = np.where(moved[:, column], other, filled[:, column])
    points[:, coordinates.numeric] = np.clip(points[:, coordinates.numeric], 0.0, 1.0)
    return coordinates.conditioned(np.nan_to_num(points, nan=0.0))


def first_new(points: Iterable[Points], taken: Points, coordinates: Coordinates) -> Points | None:
    """The first of some points whose setting is apart from all that are taken, as the point of that setting.

    Args:
        points: Each of shape (parameters,), best first.
        taken: Shape (settings, parameters).
        coordinates: Of the parameters that are searched.
    """
    settled = (coordinates.snapped(point) for point in points)
    return next((point for point in settled if _is_new(point, taken)), None)


def _is_new(point: Points, taken: Points) -> bool:
    one_absent = np.isnan(point)[None, :] != np.isnan(taken)
    apart = np.where(one_absent, 1.0, np.nan_to_num(np.abs(taken - point), nan=0.0))
    return bool((apart.max(axis=1) > _CLOSE).all())

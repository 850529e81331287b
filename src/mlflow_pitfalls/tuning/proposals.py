"""Which settings to try next: some where a Gaussian process expects gains, some close to the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mlflow_pitfalls.tuning.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.gaussian_process import Surrogate, fit_surrogate


class Way(StrEnum):
    """How a proposal is found."""

    ANYWHERE = "anywhere"  # greatest expected improvement in the whole space
    NEAR = "near"  # likewise around the best so far
    STEP = "step"  # a random step from the best so far, whatever the model expects


MIX = (Way.ANYWHERE, Way.STEP, Way.ANYWHERE, Way.NEAR, Way.STEP)

_ANYWHERE = 1_500  # random points looked at for each proposal
_NEAR = 500  # steps looked at
_STARTS = 3  # settings that steps start from: by their expected, not by their lucky score
_STEP = 0.1  # standard deviation of a number's step, of its range
_MOVED = 0.6  # share of the coordinates that a step changes
_HEARSAY = 0.1  # variance of a score from other rows beyond the noise of all, of the scores' own variance
_CLOSE = 0.02  # of a range: settings that are no further apart are one


@dataclass(frozen=True, slots=True)
class Proposal:
    """A point, and how it was found."""

    point: Points
    way: Way


class Proposer:
    """Proposes points one after the other, each in the belief that those before turned out as expected."""

    def __init__(
        self,
        coordinates: Coordinates,
        tried: Points,
        scores: Points,
        random: np.random.Generator,
        *,
        hearsay: NDArray[np.bool_] | None = None,
    ) -> None:
        """Fit the process.

        Args:
            coordinates: Of the parameters that are searched.
            tried: Points of the earlier runs, shape (runs, parameters).
            scores: Winsorised, greater is better, shape (runs,).
            random: Every draw is made from it.
            hearsay: Which of the scores come from other rows, shape (runs,): they are believed less, need not be
                beaten, and their points may be proposed. None for none.
        """
        self._coordinates = coordinates
        own = np.ones(len(tried), dtype=bool) if hearsay is None or hearsay.all() else ~hearsay
        self._taken = tried[own]
        self._random = random
        features = coordinates.features(tried)
        self._surrogate: Surrogate = fit_surrogate(features, scores, np.where(own, 0.0, _HEARSAY))
        expected, _ = self._surrogate.predict(features)
        self._incumbent = float(expected[own].max())
        self._starts = tried[np.argsort(-expected, kind="stable")[:_STARTS]]

    def expecting(self, points: Points) -> None:
        """Believe that points which are being tried turn out as expected, shape (points, parameters)."""
        for point in points:
            self._take(point)

    def propose(self, ways: Sequence[Way] = MIX) -> list[Proposal]:
        """One new point a way, all distinct from each other and from what was tried; fewer where there are no more."""
        found = []
        for way in ways:
            point = self._best_new(way)
            if point is not None:
                found.append(Proposal(point, way))
                self._take(point)
        return found

    def _best_new(self, way: Way) -> Points | None:
        points = self._candidates(way)
        order = np.arange(len(points)) if way is Way.STEP else np.argsort(-self._improvement(points), kind="stable")
        settled = (self._coordinates.snapped(points[place]) for place in order)
        return next((point for point in settled if self._is_new(point)), None)

    def _candidates(self, way: Way) -> Points:
        if way is not Way.ANYWHERE:
            return self._steps(_NEAR)
        return np.vstack([self._coordinates.uniform(_ANYWHERE, self._random), self._steps(_NEAR), self._starts])

    def _steps(self, count: int) -> Points:
        """Random steps from the best settings, of which each moves at least one coordinate."""
        starts = self._starts[self._random.integers(len(self._starts), size=count)]
        width = starts.shape[1]
        moved = self._random.random((count, width)) < _MOVED
        moved[np.arange(count), self._random.integers(width, size=count)] = True
        filled = np.where(np.isnan(starts), self._coordinates.uniform(count, self._random), starts)
        points = filled + self._random.normal(scale=_STEP, size=filled.shape) * moved
        for column in np.flatnonzero(~self._coordinates.numeric):
            other = self._random.integers(self._coordinates.choices(int(column)), size=count)
            points[:, column] = np.where(moved[:, column], other, filled[:, column])
        numeric = self._coordinates.numeric
        points[:, numeric] = np.clip(points[:, numeric], 0.0, 1.0)
        return self._coordinates.conditioned(np.nan_to_num(points, nan=0.0))

    def _is_new(self, point: Points) -> bool:
        """Whether a point is apart from all that was tried or proposed."""
        one_absent = np.isnan(point)[None, :] != np.isnan(self._taken)
        apart = np.where(one_absent, 1.0, np.nan_to_num(np.abs(self._taken - point), nan=0.0))
        return bool((apart.max(axis=1) > _CLOSE).all())

    def _improvement(self, points: Points) -> Points:
        from scipy.stats import norm

        mean, deviation = self._surrogate.predict(self._coordinates.features(points))
        deviation = np.maximum(deviation, 1e-9)
        gain = mean - self._incumbent
        return np.asarray(gain * norm.cdf(gain / deviation) + deviation * norm.pdf(gain / deviation))

    def _take(self, point: Points) -> None:
        self._taken = np.vstack([self._taken, point])
        features = self._coordinates.features(point[None, :])
        expected, _ = self._surrogate.predict(features)
        self._surrogate = self._surrogate.believing(features, expected)

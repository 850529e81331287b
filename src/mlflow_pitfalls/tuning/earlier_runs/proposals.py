"""Which settings to try next: some where a Gaussian process expects gains, some close to the best so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates, Points
from mlflow_pitfalls.tuning.earlier_runs.gaussian_process import Surrogate, fit_surrogate, surrogate_with
from mlflow_pitfalls.tuning.study.stepping import STARTS, first_new, steps_from


class Way(StrEnum):
    """How a proposal is found."""

    ANYWHERE = "anywhere"  # greatest expected improvement in the whole space
    NEAR = "near"  # likewise around the best so far
    STEP = "step"  # a random step from the best so far, whatever the model expects


MIX = (Way.ANYWHERE, Way.STEP, Way.ANYWHERE, Way.NEAR, Way.STEP)

_ANYWHERE = 1_500  # random points looked at for each proposal
_NEAR = 500  # steps looked at
HEARSAY = 0.1  # variance of a score from other rows beyond the noise of all, of the scores' own variance


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
        theta: Points | None = None,
        taken: Points | None = None,
        effort: Callable[[Points], Points] | None = None,
    ) -> None:
        """Fit the process.

        Args:
            coordinates: Of the parameters that are searched.
            tried: Points of the earlier runs, shape (runs, parameters).
            scores: Winsorised, greater is better, shape (runs,).
            random: Every draw is made from it.
            hearsay: Which of the scores come from other rows, shape (runs,): they are believed less, need not be
                beaten, and their points may be proposed. None for none.
            theta: The process's hyperparameters; None to seek them.
            taken: Points that are not proposed again, shape (points, parameters); None for those that were tried.
            effort: What trying points costs, shape (points,): expected gains are divided by it. None for no difference.
        """
        self._coordinates = coordinates
        own = np.ones(len(tried), dtype=bool) if hearsay is None or hearsay.all() else ~hearsay
        self._taken = tried[own] if taken is None else taken
        self._random = random
        self._effort = effort
        features = coordinates.features(tried)
        doubts = np.where(own, 0.0, HEARSAY)
        self._surrogate: Surrogate = (
            fit_surrogate(features, scores, doubts)
            if theta is None
            else surrogate_with(theta, features, scores, doubts)
        )
        expected, _ = self._surrogate.predict(features)
        self._incumbent = float(expected[own].max())
        # By their expected, not by their lucky score.
        self._starts = tried[np.argsort(-expected, kind="stable")[:STARTS]]
        self._untold: Points | None = None  # proposed, and not believed yet: that takes time

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
                self._untold = point
        return found

    def _best_new(self, way: Way) -> Points | None:
        if self._untold is not None:
            self._take(self._untold)
            self._untold = None
        points = self._candidates(way)
        order = np.arange(len(points)) if way is Way.STEP else np.argsort(-self._improvement(points), kind="stable")
        return first_new((points[place] for place in order), self._taken, self._coordinates)

    def _candidates(self, way: Way) -> Points:
        anywhere = self._coordinates.uniform(_ANYWHERE, self._random) if way is Way.ANYWHERE else None
        steps = steps_from(self._starts, _NEAR, self._coordinates, self._random)
        return steps if anywhere is None else np.vstack([anywhere, steps, self._starts])

    def _improvement(self, points: Points) -> Points:
        from scipy.stats import norm

        mean, deviation = self._surrogate.predict(self._coordinates.features(points))
        deviation = np.maximum(deviation, 1e-9)
        gain = mean - self._incumbent
        expected = np.asarray(gain * norm.cdf(gain / deviation) + deviation * norm.pdf(gain / deviation))
        return expected if self._effort is None else expected / self._effort(points)

    def _take(self, point: Points) -> None:
        self._taken = np.vstack([self._taken, point])
        features = self._coordinates.features(point[None, :])
        expected, _ = self._surrogate.predict(features)
        self._surrogate = self._surrogate.believing(features, expected)

"""Which part of a model's errors gets no rarer however sure the model is.

A sound model errs less where it is surer. Wrong labels do not care how sure it is: they put a floor under the error.
The two are told apart by a logistic curve over the model's log odds, with a floor: P(error) = f + (1 − f) · σ(−z),
where z rises linearly with the log odds of the most likely class. It is item response theory's four-parameter model
with one asymptote (Barton and Lord 1981); the floor is the noise rate at "anchor points" (Liu and Tao, Classification
with noisy labels by importance reweighting, IEEE TPAMI 2016). Calibration alone cannot do it: a model that learned
from noisy labels knows how often it will be wrong, and its probabilities explain all of the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.values import Estimate, Interval

Floats = npt.NDArray[np.float64]

SURE = 0.05  # a row whose own error, by the curve, is less likely than that is one that the model is sure of
_FLOORS = np.concatenate([np.arange(0.0, 0.12, 0.01), np.arange(0.12, 0.5, 0.03)])
_SUREST = 0.9  # quantile of the log odds at which ...
_OWN_ERROR = 0.01  # ... the model's own errors are rarer than that: flat errors are a floor, not a slope of zero
_ODDS_LIMIT = 1e-3  # probabilities nearer to 0 or 1 are taken as this near
_HALF_CHI_SQUARE = 1.9207  # half of the 95 % quantile of chi-square with one degree of freedom
_MAX_Z = 30.0
_COARSE = 4  # every so many of the floors tell whether a curve without that bound fits better
_HEIGHTS = (-1.0, 0.0, 1.0, 2.0, 3.0, 4.6, 5.5, 7.0, 10.0)
_SLOPES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ErrorFloor:
    """A fitted floor.

    Attributes:
        floor: Share of the rows, with its profile-likelihood interval.
        own_errors: What the curve above the floor explains of each row's error, shape (n,).
        is_falling: Whether the errors certainly still fall where the model is surest, so that no floor is reached.
    """

    floor: Estimate
    own_errors: Floats
    is_falling: bool


def log_odds(probabilities: Floats) -> Floats:
    """Log odds of the most likely class, bounded; shape (n,)."""
    top = probabilities.max(axis=1)
    found: Floats = np.log((top + _ODDS_LIMIT) / (1.0 - top + _ODDS_LIMIT))
    return found


def error_floor(odds: Floats, errors: npt.NDArray[np.bool_]) -> ErrorFloor:
    """Fit the curve with a floor by maximum likelihood.

    Args:
        odds: Log odds of the most likely class, of rows that the model was not fitted on, shape (n,).
        errors: Whether the row's label is another class, shape (n,).
    """
    curves = _Curves(odds - np.quantile(odds, _SUREST), errors.astype(np.float64))
    least = float(np.log((1.0 - _OWN_ERROR) / _OWN_ERROR))
    fits = [curves.fit(float(floor), least) for floor in _FLOORS]
    losses = np.array([loss for loss, _ in fits])
    best = int(losses.argmin())
    bound = losses[best] + _HALF_CHI_SQUARE
    free = min(curves.fit(float(floor), -_MAX_Z)[0] for floor in _FLOORS[::_COARSE])
    estimate = Estimate(
        value=float(_FLOORS[best]),
        interval=Interval(low=_crossing(losses, best, bound, -1), high=_crossing(losses, best, bound, 1)),
        rows=len(errors),
    )
    return ErrorFloor(estimate, curves.own_errors(fits[best][1]), bool(free + _HALF_CHI_SQUARE < losses[best]))


def _crossing(losses: Floats, best: int, bound: float, step: int) -> float:
    """Where the profile of the losses rises through the bound, going from the best floor up or down."""
    place = best
    while 0 <= place + step < len(losses) and losses[place + step] <= bound:
        place += step
    beyond = place + step
    if not 0 <= beyond < len(losses):
        return float(_FLOORS[place])
    share = (bound - losses[place]) / (losses[beyond] - losses[place])
    return float(_FLOORS[place] + share * (_FLOORS[beyond] - _FLOORS[place]))


class _Curves:
    """Curves of the own error over the distance to the surest rows: its log odds there, and their slope.

    The likelihood is flat far from its optimum, so that each fit starts from the best of a grid.
    """

    def __init__(self, distance: Floats, wrong: Floats) -> None:
        self._distance = distance
        self._wrong = wrong
        self._starts = np.array([(height, slope) for height in _HEIGHTS for slope in _SLOPES])
        self._own = np.stack([self.own_errors(start) for start in self._starts])

    def own_errors(self, parameters: Floats) -> Floats:
        """What the curve says of each row, shape (n,)."""
        z = np.clip(parameters[0] + parameters[1] * self._distance, -_MAX_Z, _MAX_Z)
        found: Floats = 1.0 / (1.0 + np.exp(z))
        return found

    def fit(self, floor: float, least: float) -> tuple[float, Floats]:
        """Negative log likelihood and parameters of the best curve above a floor, at least so high."""
        from scipy.optimize import minimize

        allowed = np.flatnonzero(self._starts[:, 0] >= least)
        start = self._starts[allowed[np.argmin(self._losses(floor, self._own[allowed]))]]
        bounds = [(least, _MAX_Z), (0.0, _MAX_Z)]
        found = minimize(self._mean_loss, start, args=(floor,), jac=True, bounds=bounds, method="L-BFGS-B")
        return float(found.fun) * len(self._wrong), np.asarray(found.x)

    def _losses(self, floor: float, own: Floats) -> Floats:
        error = np.clip(floor + (1.0 - floor) * own, _TINY, 1.0 - _TINY)
        found: Floats = -(np.log(error) @ self._wrong + np.log1p(-error) @ (1.0 - self._wrong))
        return found

    def _mean_loss(self, parameters: Floats, floor: float) -> tuple[float, Floats]:
        own, wrong = self.own_errors(parameters), self._wrong
        error = np.clip(floor + (1.0 - floor) * own, _TINY, 1.0 - _TINY)
        slope = (wrong / error - (1.0 - wrong) / (1.0 - error)) * (1.0 - floor) * own * (1.0 - own)
        loss = float(self._losses(floor, own[None])[0])
        return loss / len(wrong), np.array([slope.mean(), (slope * self._distance).mean()])

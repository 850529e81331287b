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
_FLOORS = np.concatenate([np.arange(0.0, 0.12, 0.005), np.arange(0.12, 0.5, 0.02)])
_SUREST = 0.9  # quantile of the log odds at which ...
_OWN_ERROR = 0.01  # ... the model's own errors are rarer than that: flat errors are a floor, not a slope of zero
_ODDS_LIMIT = 1e-3  # probabilities nearer to 0 or 1 are taken as this near
_HALF_CHI_SQUARE = 1.9207  # half of the 95 % quantile of chi-square with one degree of freedom
_MAX_Z = 30.0
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
    distance = odds - np.quantile(odds, _SUREST)
    wrong = errors.astype(np.float64)
    least = float(np.log((1.0 - _OWN_ERROR) / _OWN_ERROR))
    fits = [_fit(distance, wrong, float(floor), least) for floor in _FLOORS]
    losses = np.array([loss for loss, _ in fits])
    best = int(losses.argmin())
    within = _FLOORS[losses <= losses[best] + _HALF_CHI_SQUARE]
    free = min(_fit(distance, wrong, float(floor), -_MAX_Z)[0] for floor in _FLOORS[:: max(1, len(_FLOORS) // 8)])
    estimate = Estimate(
        value=float(_FLOORS[best]),
        interval=Interval(low=float(within.min()), high=float(within.max())),
        rows=len(wrong),
    )
    return ErrorFloor(estimate, _logistic(-_z(fits[best][1], distance)), bool(losses[best] > free + _HALF_CHI_SQUARE))


def _fit(distance: Floats, wrong: Floats, floor: float, least: float) -> tuple[float, Floats]:
    """Negative log likelihood, and the curve's height at the surest rows and its slope."""
    from scipy.optimize import minimize

    def loss(parameters: Floats) -> tuple[float, Floats]:
        own = _logistic(-_z(parameters, distance))
        error = np.clip(floor + (1.0 - floor) * own, _TINY, 1.0 - _TINY)
        value = -float(np.sum(wrong * np.log(error) + (1.0 - wrong) * np.log(1.0 - error)))
        slope = (wrong / error - (1.0 - wrong) / (1.0 - error)) * (1.0 - floor) * own * (1.0 - own)
        return value, np.array([slope.sum(), (slope * distance).sum()])

    bounds = [(least, _MAX_Z), (0.0, _MAX_Z)]
    starts = [np.array([max(3.0, least), 1.0]), np.array([max(5.0, least), 3.0])]
    found = min(
        (minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B") for start in starts),
        key=lambda result: float(result.fun),
    )
    return float(found.fun), np.asarray(found.x)


def _z(parameters: Floats, distance: Floats) -> Floats:
    found: Floats = np.clip(parameters[0] + parameters[1] * distance, -_MAX_Z, _MAX_Z)
    return found


def _logistic(z: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-z))
    return found

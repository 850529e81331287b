"""A Gaussian process over settings: what score is to be expected where nobody has tried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.tuning.earlier_runs.coordinates import Points

# Logarithms of the hyperparameters are drawn towards what suits a cube of side 1 and scores of variance 1: 20 runs say
# little about them. (centre, spread)
_AMPLITUDE = (0.0, 1.0)
_LENGTH = (math.log(0.45), 0.8)  # of a cube with one dimension; it grows with the root of their number
_NOISE = (math.log(0.05), 1.5)
_BOUND = 3.0  # spreads on either side
_STEPS = 60  # of the optimiser
_DEVIATIONS = 2.0  # robust ones below the median: where bad scores are cut
_GREATEST = 1e100  # of a score: sums of squares must stay finite
_LEAST_SPREAD = 1e-100
_JITTER = 1e-10  # on the diagonal, for the decomposition
_MAD = 1.4826  # a normal distribution's deviation over its median absolute deviation


def winsorised(scores: Points) -> Points:
    """Scores of which greater is better, with the bad ones drawn in: a run that failed must not flatten all others."""
    scores = np.clip(scores, -_GREATEST, _GREATEST)
    centre = float(np.median(scores))
    deviation = _MAD * float(np.median(np.abs(scores - centre)))
    if deviation <= 0:
        above = np.abs(scores - centre)
        deviation = float(above[above > 0].min()) if np.any(above > 0) else 0.0
    return np.maximum(scores, centre - _DEVIATIONS * deviation)


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A fitted process; scores are in units of the runs' spread."""

    process: Any

    def predict(self, features: Points) -> tuple[Points, Points]:
        """Mean and standard deviation of the score without its noise, each of shape (points,)."""
        mean, deviation = self.process.predict(features, return_std=True)
        noise = float(np.exp(self.process.kernel_.theta[-1]))
        return np.asarray(mean), np.sqrt(np.maximum(np.square(deviation) - noise, 0.0))

    @property
    def theta(self) -> Points:
        """Logarithms of the hyperparameters, as :func:`surrogate_with` takes them."""
        return np.asarray(self.process.kernel_.theta)

    def believing(self, features: Points, scores: Points) -> Surrogate:
        """The same process with further scores taken for granted."""
        known, seen = self.process.X_train_, self.process.y_train_
        doubts = np.concatenate([self.process.alpha, np.full(len(scores), _JITTER)])
        kernel = self.process.kernel_
        return Surrogate(_fitted(kernel, np.vstack([known, features]), np.concatenate([seen, scores]), doubts))


def fit_surrogate(features: Points, scores: Points, doubts: Points | None = None) -> Surrogate:
    """Fit a process with a Matérn kernel, its hyperparameters at their most probable values.

    Args:
        features: Of the runs, shape (runs, features).
        scores: Winsorised, greater is better, shape (runs,).
        doubts: Variance of each score beyond the noise that all have, in squared units of their spread, shape (runs,);
            None for none.

    Sources: Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, chapter 5; lengths that grow with
    the root of the dimension after Hvarfner et al., *Vanilla Bayesian Optimization Performs Great in High Dimensions*,
    2024.
    """
    from scipy.optimize import minimize

    width = features.shape[1]
    length = _LENGTH[0] + 0.5 * math.log(width)
    centres = np.array([_AMPLITUDE[0], *[length] * width, _NOISE[0]])
    spreads = np.array([_AMPLITUDE[1], *[_LENGTH[1]] * width, _NOISE[1]])
    process = surrogate_with(centres, features, scores, doubts).process

    def loss(theta: Points) -> tuple[float, Points]:
        likelihood, slope = process.log_marginal_likelihood(theta, eval_gradient=True, clone_kernel=False)
        away = (theta - centres) / spreads
        return -float(likelihood) + 0.5 * float(away @ away), -slope + away / spreads

    bounds = list(zip(centres - _BOUND * spreads, centres + _BOUND * spreads, strict=True))
    found = minimize(loss, centres, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": _STEPS})
    best = found.x if np.all(np.isfinite(found.x)) else centres
    return surrogate_with(best, features, scores, doubts)


def surrogate_with(theta: Points, features: Points, scores: Points, doubts: Points | None = None) -> Surrogate:
    """A process whose hyperparameters are known already: a small part of the time of :func:`fit_surrogate`.

    Args:
        theta: Logarithms of amplitude, of each feature's length and of the noise, shape (features + 2,).
        features: As for :func:`fit_surrogate`, and so are ``scores`` and ``doubts``.
        scores: Of the runs.
        doubts: Of the scores.
    """
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    kernel = ConstantKernel() * Matern(np.ones(features.shape[1]), nu=2.5) + WhiteKernel()
    alphas = _JITTER + (np.zeros(len(scores)) if doubts is None else doubts)
    return Surrogate(_fitted(kernel.clone_with_theta(theta), features, _standardised(scores), alphas))


def _standardised(scores: Points) -> Points:
    spread = float(np.std(scores))
    return np.asarray((scores - scores.mean()) / (spread if spread > _LEAST_SPREAD else 1.0))


def _fitted(kernel: Any, features: Points, scores: Points, alphas: Points) -> Any:
    """The process without a search of its own: that one warns in the user's program."""
    from sklearn.gaussian_process import GaussianProcessRegressor

    return GaussianProcessRegressor(kernel, optimizer=None, alpha=alphas).fit(features, scores)

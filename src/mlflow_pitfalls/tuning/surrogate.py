"""A Gaussian process over the scores of few configurations, and the point that it would try next."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.tuning.unit_cube import UnitCube

Floats = npt.NDArray[np.float64]

CANDIDATES = 400  # spread over the whole space
LOCAL_CANDIDATES = 60  # around each of the best points
_BEST_POINTS = 3
_STEPS = (0.05, 0.15)  # of a local candidate, in shares of a range
_MOVED_SHARE = 0.5  # of the columns that a local candidate changes; at least one
_MIN_OWN_SCALES = 3  # observations a column from which on each has a length scale of its own
_MAX_OBSERVATIONS = 200
_LENGTHS = (0.1, 10.0)
_NOISE = (1e-4, 1.0)
_FENCE = 1.5  # interquartile ranges below the lower quartile, where bad scores are cut


def next_point(cube: UnitCube, points: Floats, scores: Floats, pending: Floats, rng: np.random.Generator) -> Floats:
    """Where the expected improvement upon the best smoothed score is largest.

    Args:
        cube: The space.
        points: Tried, shape (n, width), n ≥ 2.
        scores: Theirs, shape (n,), higher is better.
        pending: Points being tried, shape (m, width): the answer keeps away from them.
        rng: Draws the candidates.
    """
    kept = _informative(scores)
    points, scores = points[kept], standardised(scores[kept])
    model = fitted(cube, points, scores)
    smoothed = model.predict(cube.features(points))
    if len(pending):  # as if they had scored what the model expects
        expected = model.predict(cube.features(pending))
        model = model.__class__(kernel=model.kernel_, optimizer=None, alpha=model.alpha)
        model.fit(cube.features(np.concatenate([points, pending])), np.concatenate([scores, expected]))
    candidates = _candidates(cube, points[np.argsort(-smoothed)[:_BEST_POINTS]], rng)
    candidates = _untried(candidates, np.concatenate([points, pending]))
    mean, spread = model.predict(cube.features(candidates), return_std=True)
    chosen: Floats = candidates[int(np.argmax(_expected_improvement(mean, spread, float(smoothed.max()))))]
    return chosen


def local_point(cube: UnitCube, best: Floats, rng: np.random.Generator) -> Floats:
    """A step from a good point."""
    moved: Floats = cube.settled(_moved(cube, best[None, :], rng, _STEPS[1]))[0]
    return moved


def standardised(scores: Floats) -> Floats:
    """Scores of mean 0 and spread 1, outliers below cut: how bad a failure was teaches nothing about the good ones."""
    low, high = np.quantile(scores, [0.25, 0.75])
    cut = np.maximum(scores, low - _FENCE * (high - low)) if high > low else scores
    spread = float(cut.std())
    return (cut - cut.mean()) / spread if spread > 0 else np.zeros(len(cut))


def fitted(cube: UnitCube, points: Floats, scores: Floats) -> Any:
    """scikit-learn's Gaussian process, Matérn 5/2 with noise, fitted to standardised scores."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    features = cube.features(points)
    columns = features.shape[1]
    own_scales = len(points) >= _MIN_OWN_SCALES * columns
    lengths: Any = np.full(columns, 0.5) if own_scales else 0.5
    kernel = ConstantKernel(1.0, (0.1, 10.0)) * Matern(lengths, _LENGTHS, nu=2.5) + WhiteKernel(0.1, _NOISE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about length scales at their bounds
        return GaussianProcessRegressor(kernel, alpha=1e-8).fit(features, scores)


def _informative(scores: Floats) -> npt.NDArray[np.intp]:
    """At most so many observations: the better half of them the best, the others the latest."""
    if len(scores) <= _MAX_OBSERVATIONS:
        return np.arange(len(scores))
    half = _MAX_OBSERVATIONS // 2
    best = np.argsort(-scores)[:half]
    others = np.setdiff1d(np.arange(len(scores)), best)[-half:]
    return np.sort(np.concatenate([best, others]))


def _candidates(cube: UnitCube, centres: Floats, rng: np.random.Generator) -> Floats:
    wide = rng.random((CANDIDATES, cube.width))
    near = [_moved(cube, np.repeat(centres, LOCAL_CANDIDATES, axis=0), rng, step) for step in _STEPS]
    return cube.settled(np.concatenate([wide, *near]))


def _moved(cube: UnitCube, centres: Floats, rng: np.random.Generator, step: float) -> Floats:
    moves = rng.random(centres.shape) < _MOVED_SHARE
    moves[np.arange(len(centres)), rng.integers(0, cube.width, len(centres))] = True
    steps = rng.normal(0.0, step, centres.shape)
    is_category = np.array([bool(each.choices) for each in cube.parameters])
    jumps = rng.random(centres.shape)
    there = np.where(is_category[None, :], jumps, np.clip(centres + steps, 0.0, 1.0))
    return np.where(moves, there, centres)


def _untried(candidates: Floats, tried: Floats) -> Floats:
    """Candidates that are no repetition; all where every one is."""
    known = {point.tobytes() for point in np.round(tried, 6)}
    fresh = [i for i, point in enumerate(np.round(candidates, 6)) if point.tobytes() not in known]
    return candidates[fresh] if fresh else candidates


def _expected_improvement(mean: Floats, spread: Floats, best: float) -> Floats:
    from scipy.stats import norm

    spread = np.maximum(spread, 1e-9)
    z = (mean - best) / spread
    found: Floats = spread * (z * norm.cdf(z) + norm.pdf(z))
    return found

"""Tests and distances between two samples, for drift within a run and between runs.

Two samples of one distribution lie apart by chance, the more so the smaller they are: two halves of 200 normal rows
have a Wasserstein distance of about 0.15. Effects are therefore reported beyond chance: the expected square under
equality is taken from the squared distance. For the Wasserstein distance the expectation is √(2/π) · √(1/n + 1/m) ·
∫ √(F (1 − F)) (the difference of two empirical distribution functions is asymptotically a Brownian bridge with this
mean modulus; del Barrio, Giné, Matrán, Annals of Probability 27, 1999). For the Jensen-Shannon divergence over k levels
it is (k − 1) / (8 ln 2) · (1/n + 1/m), from its expansion as a χ² statistic.
"""

from __future__ import annotations

import math

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray

_MIN_EXPECTED = 5.0  # rows of a level on either side, for the χ² distribution to hold (Cochran 1954)


def kolmogorov_p(statistic: float, n: int, m: int) -> float:
    """The test's two-sided p-value as ``scipy.stats.ks_2samp(method="asymp")`` has it; ties make it conservative."""
    from scipy.stats import kstwo

    p_value = float(kstwo.sf(min(1.0, statistic), round(n * m / (n + m))))
    return min(1.0, max(0.0, p_value))


def wasserstein(gaps: FloatArray, first: FloatArray, second: FloatArray, *, rows: tuple[int, int]) -> float:
    """The distance between two distribution functions beyond what chance makes, at most 1.

    Args:
        gaps: From each ascending value to the next, in units of the spread, shape (k − 1,).
        first: One distribution function at the values, shape (k,).
        second: The other one.
        rows: Of the two samples.
    """
    n, m = rows
    distance = float(np.sum(np.abs(first - second)[:-1] * gaps))
    both = (n * first[:-1] + m * second[:-1]) / (n + m)
    spread_of_both = float(np.sum(np.sqrt(np.clip(both * (1.0 - both), 0.0, None)) * gaps))
    by_chance = math.sqrt(2.0 / math.pi * (1.0 / n + 1.0 / m)) * spread_of_both
    return _beyond(distance**2, by_chance**2)


def pooled_levels(table: FloatArray) -> FloatArray:
    """Counts of shape (2, levels) with the rare levels as one: names that occur once or twice tell of no shift."""
    shares = table.sum(axis=0) / table.sum()
    is_rare = shares * table.sum(axis=1).min() < _MIN_EXPECTED
    kept = table[:, ~is_rare]
    rest = table[:, is_rare].sum(axis=1, keepdims=True)
    if rest.sum() == 0:
        return kept
    # Too rare even together: with the least common of the rest, so that no level is thin.
    if rest.sum() / table.sum() * table.sum(axis=1).min() < _MIN_EXPECTED and kept.shape[1] > 1:
        smallest = int(np.argmin(kept.sum(axis=0)))
        kept[:, smallest] += rest[:, 0]
        return kept
    return np.hstack([kept, rest])


def chi_squared(table: FloatArray) -> tuple[float, float]:
    """The statistic of homogeneity of counts of shape (2, levels), and its p-value."""
    from scipy.special import chdtrc

    freedom = table.shape[1] - 1
    if freedom < 1:
        return 0.0, 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, float(chdtrc(freedom, statistic))


def jensen_shannon(table: FloatArray, n: int, m: int) -> float:
    """The distance in base 2 between the shares of two samples beyond what chance makes, 0..1."""
    from scipy.special import xlogy

    shares = table / table.sum(axis=1, keepdims=True)
    middle = shares.mean(axis=0)
    divergence = float((xlogy(shares, shares).sum() / 2 - xlogy(middle, middle).sum()) / math.log(2.0))
    by_chance = (table.shape[1] - 1) / (8.0 * math.log(2.0)) * (1.0 / n + 1.0 / m)
    return _beyond(divergence, by_chance)


def _beyond(square: float, by_chance: float) -> float:
    return min(1.0, math.sqrt(max(0.0, square - by_chance)))

"""The difference of two scores over rows that both runs were scored on.

A row's contribution is its pseudo-value (see :class:`mlflow_pitfalls.model.losses.RowLosses`): contributions average to
the score, and for a mean of losses, or for an area under a curve, what follows is the usual paired test (of DeLong,
DeLong and Clarke-Pearson, Biometrics 44, 1988, for the latter). With φ and ψ the centred contributions of n and m rows,
the variance of the difference is Σφ²/n² + Σψ²/m² − 2 Σφψ/(nm), the last sum over the rows that both have: fully paired
where the rows are the same ones, and right for rows that are only partly the same.

Few rows that differ are few observations, whatever their number is in all. As Bonett and Price do for paired shares
(Journal of Educational and Behavioral Statistics 37, 2012), two pseudo-rows are added, one that differs by the largest
difference seen and one that differs by its opposite.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.values import Estimate, Interval

LEVEL = 0.95
_MIN_ROWS = 20  # fewer pairs say nothing about their own spread
_MIN_SHARE = 0.5  # of the smaller side that both must have: with less, pairing gains next to nothing
_PSEUDO_ROWS = 2

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Paired:
    """A paired difference, after minus before; ``effect`` is its mean over the standard deviation of the pairs."""

    difference: Estimate
    effect: float


def paired_difference(before: RowLosses | None, after: RowLosses | None) -> Paired | None:
    """The later score minus the earlier one, paired over the rows that both have.

    Returns:
        None where the metrics differ, or fewer than 20 rows or less than half of the smaller side are common.
    """
    if before is None or after is None or before.metric != after.metric:
        return None
    own, other = _common(before, after)
    if len(own) < max(_MIN_ROWS, _MIN_SHARE * min(before.kept, after.kept)):
        return None
    first, second = np.array(before.contributions), np.array(after.contributions)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return None
    pairs = second[other] - first[own]
    estimate = _estimate(first, second, own, other)
    spread = float(np.std(pairs, ddof=1))
    effect = float(np.mean(pairs)) / spread if spread > 0 else 0.0
    return Paired(estimate, effect)


def _estimate(first: Floats, second: Floats, own: Places, other: Places) -> Estimate:
    from scipy.stats import t

    n, m = len(first), len(second)
    pairs = second[other] - first[own]
    value = float(np.mean(second) - np.mean(first))
    phi, psi = first - np.mean(first), second - np.mean(second)
    covariance = float(phi[own] @ psi[other]) / (n * m)
    variance = max(0.0, float(phi @ phi) / n**2 + float(psi @ psi) / m**2 - 2.0 * covariance)
    smaller = min(n, m)
    variance += _PSEUDO_ROWS * float(np.max(np.abs(pairs))) ** 2 / smaller**2
    half = float(t.ppf((1 + LEVEL) / 2, smaller - 1)) * math.sqrt(variance)
    return Estimate(value=value, interval=Interval(low=value - half, high=value + half), rows=len(own))


def _common(before: RowLosses, after: RowLosses) -> tuple[Places, Places]:
    """Where the common rows stand on either side.

    Rows in the same order are the same ones whatever was done to their features in between; others are recognised by
    their fingerprints, equal rows one by one.
    """
    if before.held_out and before.held_out == after.held_out and _are_aligned(before, after):
        places = np.arange(before.kept, dtype=np.intp)
        return places, places
    known = {key: place for place, key in enumerate(_numbered(before.fingerprints))}
    found = [(known[key], place) for place, key in enumerate(_numbered(after.fingerprints)) if key in known]
    pairs = np.array(found, dtype=np.intp).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _are_aligned(before: RowLosses, after: RowLosses) -> bool:
    return before.complete and after.complete and before.kept == after.kept


def _numbered(fingerprints: Sequence[int]) -> list[tuple[int, int]]:
    """Each fingerprint with how often it has come before."""
    seen: Counter[int] = Counter()
    keys = []
    for fingerprint in fingerprints:
        keys.append((fingerprint, seen[fingerprint]))
        seen[fingerprint] += 1
    return keys

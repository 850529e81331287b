"""What a profile knows of a column's distribution: its distribution function, exact at the cells' edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.profile import Cells

Floats = npt.NDArray[np.float64]
_SHOWN_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Shares of values below ascending edges; nothing is known of what lies between two edges or outside of them."""

    edges: Floats
    below: Floats
    rows: int

    def bounds(self, points: Floats) -> tuple[Floats, Floats]:
        """The least and the greatest share of values that can lie below each point."""
        known = np.concatenate(([0.0], self.below, [1.0]))
        left = np.searchsorted(self.edges, points, side="right")  # edges up to the point
        right = np.searchsorted(self.edges, points, side="left")
        return known[left], known[right + 1]

    def between(self, points: Floats) -> Floats:
        """The share of values below each point, interpolated linearly between edges."""
        return np.interp(points, self.edges, self.below, left=0.0, right=1.0)


def distribution_of(cells: Cells) -> Distribution | None:
    """The distribution function that counts over cells tell; None where its edges are no finite numbers."""
    try:
        width = math.ldexp(1.0, cells.exponent)
        edges = (float(cells.start) + np.arange(len(cells.counts) + 1.0)) * width
    except OverflowError:
        return None
    if cells.rows < 1 or not np.isfinite(edges).all() or not (np.diff(edges) > 0).all() or not width > 0:
        return None
    counted = np.cumsum([cells.below, *cells.counts], dtype=np.float64)
    return Distribution(edges, counted / cells.rows, cells.rows)


def largest_difference(first: Distribution, second: Distribution) -> float:
    """The Kolmogorov-Smirnov statistic as far as it is certain: what lies between known points counts as agreement."""
    points = np.union1d(first.edges, second.edges)
    low, high = first.bounds(points)
    other_low, other_high = second.bounds(points)
    return float(max(0.0, np.max(low - other_high), np.max(other_low - high)))


def shares_over(distribution: Distribution, edges: Floats) -> tuple[float, ...]:
    """Shares of values in the bins between edges, as many digits as a picture shows."""
    return tuple(np.round(np.diff(distribution.between(edges)), _SHOWN_DIGITS).tolist())

"""Counts of a column's values over cells that two runs share, whatever their ranges are.

The cells' width is a power of two and their edges are multiples of it, so that the cells of a wider column are unions
of those of a narrower one. The width is chosen to have 24 to 48 cells between the 5th and the 95th percentile.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE
from mlflow_pitfalls.model.profile import Cells

Floats = npt.NDArray[np.float64]

MAX_CELLS = 64
_LEAST_CELLS = 24  # between the two percentiles
_TAIL = 0.05
_LARGEST_INDEX = 2.0**52  # of a cell: beyond it edges are no longer exact
_LEAST_EXPONENT, _LARGEST_EXPONENT = -900, 900


def cells_of(ordered: Floats) -> Cells | None:
    """Count ascending, finite values.

    Returns:
        None for fewer than 20 values, and where a double cannot tell the cells' edges apart.
    """
    if len(ordered) < MINIMUM_ROWS_PER_VALUE:
        return None
    with np.errstate(all="ignore"):
        exponent = _exponent(ordered)
        width = math.ldexp(1.0, exponent)
        low, high = float(np.floor(ordered[0] / width)), float(np.floor(ordered[-1] / width))
        if not max(abs(low), abs(high)) < _LARGEST_INDEX:
            return None
        start, count = _window(ordered, width, low, high)
        edges = (start + np.arange(count + 1.0)) * width
    places = np.searchsorted(ordered, edges)
    return Cells(
        exponent=exponent,
        start=int(start),
        counts=tuple(np.diff(places).tolist()),
        below=int(places[0]),
        above=len(ordered) - int(places[-1]),
    )


def _exponent(ordered: Floats) -> int:
    """Of the width: by the middle nine tenths of the values, by all of them where those are one value."""
    size = len(ordered) - 1
    spread = float(ordered[math.ceil(size * (1.0 - _TAIL))] - ordered[math.floor(size * _TAIL)])
    if not spread > 0.0:
        spread = float(np.std(ordered))
    largest = max(abs(float(ordered[0])), abs(float(ordered[-1])))
    if not spread > largest / _LARGEST_INDEX * MAX_CELLS:
        spread = largest or 1.0  # one value, or nearly
    if not math.isfinite(spread):
        return _LARGEST_EXPONENT
    exponent = math.frexp(spread / _LEAST_CELLS)[1] - 1
    return min(_LARGEST_EXPONENT, max(_LEAST_EXPONENT, exponent))


def _window(ordered: Floats, width: float, low: float, high: float) -> tuple[float, int]:
    """The first cell and how many: all of them, or those around the middle of the values' bulk."""
    if high - low < MAX_CELLS:
        return low, int(high - low) + 1
    size = len(ordered) - 1
    bulk = np.floor(ordered[[math.floor(size * _TAIL), math.ceil(size * (1.0 - _TAIL))]] / width)
    start = math.floor((bulk[0] + bulk[1] - MAX_CELLS + 1) / 2)
    return min(max(float(start), low), high - MAX_CELLS + 1), MAX_CELLS

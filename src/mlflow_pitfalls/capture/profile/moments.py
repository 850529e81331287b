"""Exact counts, moments and ranges of many columns at once, in one pass over blocks that stay in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
# Rows from start to stop of one column, as anything that casts to float64; NaN where missing.
Reader = Callable[[int, int], npt.NDArray[Any]]

# Numbers in one block: two blocks fit into a core's second-level cache.
BLOCK_CELLS = 65_536
_MINIMUM_ROWS_FOR_SKEW = 3


@dataclass(slots=True)
class Moments:
    """Counts and moments of ``size`` columns over the rows seen so far; mean, range and moments of finite values.

    ``second`` and ``third`` are sums of powers of the distance from the mean, merged block by block without
    cancellation (Pébay 2008, Sandia report SAND2008-6212).
    """

    size: int
    finite: Counts = field(init=False)
    missing: Counts = field(init=False)
    infinite: Counts = field(init=False)
    mean: Floats = field(init=False)
    second: Floats = field(init=False)
    third: Floats = field(init=False)
    low: Floats = field(init=False)
    high: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.finite, self.missing, self.infinite = (np.zeros(self.size, dtype=np.int64) for _ in range(3))
        self.mean, self.second, self.third = (np.zeros(self.size) for _ in range(3))
        self.low, self.high = np.full(self.size, np.inf), np.full(self.size, -np.inf)

    def add_block(self, columns: slice, block: Floats, scratch: Floats) -> None:
        """Take in rows of some columns.

        Args:
            columns: Which columns.
            block: Their values, shape (columns, rows); overwritten.
            scratch: Room of the same shape.
        """
        with np.errstate(all="ignore"):
            rows = block.shape[1]
            finite = np.full(len(block), rows, dtype=np.int64)
            total, low, high = block.sum(axis=1), block.min(axis=1), block.max(axis=1)
            # A sum of finite numbers may overflow too: then the mask simply finds nothing.
            bad = np.flatnonzero(~np.isfinite(total))
            mask = np.isfinite(block[bad])
            if bad.size:
                part = block[bad]
                finite[bad] = mask.sum(axis=1)
                missing = np.isnan(part).sum(axis=1)
                self.missing[columns][bad] += missing
                self.infinite[columns][bad] += rows - finite[bad] - missing
                total[bad] = np.where(mask, part, 0.0).sum(axis=1)
                low[bad] = np.where(mask, part, np.inf).min(axis=1)
                high[bad] = np.where(mask, part, -np.inf).max(axis=1)
            mean = total / np.maximum(finite, 1)
            block -= mean[:, None]
            if bad.size:
                block[bad] = np.where(mask, block[bad], 0.0)
            np.multiply(block, block, out=scratch)
            second = scratch.sum(axis=1)
            third = np.einsum("ij,ij->i", scratch, block)
            self.merge(columns, finite, mean, second, third)
            np.minimum(self.low[columns], low, out=self.low[columns])
            np.maximum(self.high[columns], high, out=self.high[columns])

    def merge(self, columns: slice, finite: Counts, mean: Floats, second: Floats, third: Floats) -> None:
        """Combine with the moments of further rows of these columns."""
        before, after = self.finite[columns].astype(np.float64), finite.astype(np.float64)
        total = np.maximum(before + after, 1.0)
        delta = mean - self.mean[columns]
        cross = 3.0 * delta * (before * second - after * self.second[columns]) / total
        self.third[columns] += third + delta**3 * before * after * (before - after) / total**2 + cross
        self.second[columns] += second + delta**2 * before * after / total
        self.mean[columns] += delta * after / total
        self.finite[columns] += finite

    def std(self) -> Floats:
        """Standard deviations with n − 1 in the denominator; NaN for fewer than two values, 0 for a constant."""
        with np.errstate(all="ignore"):
            spread = np.where(self.low == self.high, 0.0, self.second)
            return np.where(self.finite > 1, np.sqrt(spread / np.maximum(self.finite - 1, 1)), np.nan)

    def skew(self) -> Floats:
        """Adjusted Fisher-Pearson skewness G1, as in pandas; NaN for a constant and for fewer than three values."""
        with np.errstate(all="ignore"):
            n = self.finite.astype(np.float64)
            ratio = (self.third / n) / (self.second / n) ** 1.5
            adjusted = ratio * np.sqrt(n * (n - 1.0)) / (n - 2.0)
            constant = (self.low == self.high) | (self.second == 0)
            return np.where((n >= _MINIMUM_ROWS_FOR_SKEW) & ~constant, adjusted, np.nan)


def moments_of_columns(readers: Sequence[Reader], rows: int) -> Moments:
    """Moments of columns that are read one by one; narrow groups of long columns, wide groups of short ones."""
    moments = Moments(len(readers))
    if not readers or not rows:
        return moments
    width = min(len(readers), max(1, BLOCK_CELLS // rows))
    step = min(rows, BLOCK_CELLS // width)
    buffer, scratch = np.empty((width, step)), np.empty((width, step))
    for first in range(0, len(readers), width):
        group = readers[first : first + width]
        for start in range(0, rows, step):
            length = min(step, rows - start)
            for i, read in enumerate(group):
                buffer[i, :length] = read(start, start + length)
            block = (slice(len(group)), slice(length))
            moments.add_block(slice(first, first + len(group)), buffer[block], scratch[block])
    return moments


def moments_of_matrix(values: npt.NDArray[Any], columns: int) -> Moments:
    """Moments of the first columns of a numeric matrix, shape (rows, columns) and stored row by row."""
    moments = Moments(columns)
    if not columns or not len(values):
        return moments
    step = min(len(values), max(1, BLOCK_CELLS // columns))
    buffer, scratch = np.empty((columns, step)), np.empty((columns, step))
    with np.errstate(all="ignore"):
        for start in range(0, len(values), step):
            part = values[start : start + step, :columns]
            block = buffer[:, : len(part)]
            block[...] = part.T
            moments.add_block(slice(columns), block, scratch[:, : len(part)])
    return moments

"""Moments of sparse matrices from their stored values; the zeros that are not stored count as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.moments import Moments

# Stored values handled at once.
_CHUNK_VALUES = 262_144


def moments_of_sparse(matrix: Any, columns: int) -> Moments:
    """Moments of the first columns of a SciPy matrix in CSR, CSC or COO format, without making it dense.

    Raises:
        ValueError: The format is another one.
    """
    index, values = _stored(matrix)
    moments = Moments(columns)
    size = matrix.shape[1]
    with np.errstate(all="ignore"):
        stored = np.zeros(size, dtype=np.int64)
        total, low, high = np.zeros(size), np.full(size, np.inf), np.full(size, -np.inf)
        missing, infinite = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for start in range(0, len(values), _CHUNK_VALUES):
            where, part = index(start, start + _CHUNK_VALUES), _floats(values[start : start + _CHUNK_VALUES])
            finite, is_nan = np.isfinite(part), np.isnan(part)
            missing += np.bincount(where[is_nan], minlength=size)
            infinite += np.bincount(where[~finite & ~is_nan], minlength=size)
            where, part = where[finite], part[finite]
            stored += np.bincount(where, minlength=size)
            total += np.bincount(where, weights=part, minlength=size)
            np.minimum.at(low, where, part)
            np.maximum.at(high, where, part)
        finite_count = matrix.shape[0] - missing - infinite
        zeros = finite_count - stored
        mean = total / np.maximum(finite_count, 1)
        second, third = zeros * mean**2, -zeros * mean**3
        for start in range(0, len(values), _CHUNK_VALUES):
            where, part = index(start, start + _CHUNK_VALUES), _floats(values[start : start + _CHUNK_VALUES])
            finite = np.isfinite(part)
            where = where[finite]
            distance = part[finite] - mean[where]
            second += np.bincount(where, weights=distance**2, minlength=size)
            third += np.bincount(where, weights=distance**3, minlength=size)
    first = slice(columns)
    moments.finite, moments.missing, moments.infinite = finite_count[first], missing[first], infinite[first]
    moments.mean, moments.second, moments.third = mean[first], second[first], third[first]
    moments.low = np.where(zeros > 0, np.minimum(low, 0.0), low)[first]
    moments.high = np.where(zeros > 0, np.maximum(high, 0.0), high)[first]
    return moments


def _stored(matrix: Any) -> tuple[Any, npt.NDArray[Any]]:
    """The stored values, and a function that tells the columns of a range of them."""
    if matrix.format == "csr":
        return (lambda start, stop: matrix.indices[start:stop]), matrix.data[: matrix.indptr[-1]]
    if matrix.format == "coo":
        return (lambda start, stop: matrix.col[start:stop]), matrix.data
    if matrix.format == "csc":
        ends = matrix.indptr[1:]
        last = int(matrix.indptr[-1])
        return (lambda start, stop: np.searchsorted(ends, np.arange(start, min(stop, last)), "right")), (
            matrix.data[:last]
        )
    raise ValueError(f"moments of the {matrix.format} format are not supported")


def _floats(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return values.astype(np.float64, copy=False)

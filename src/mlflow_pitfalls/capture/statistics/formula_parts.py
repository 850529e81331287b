"""What every weighted formula is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, MetricColumns
from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec

Weighted = Callable[[FloatArray], FloatArray]
Formula = Callable[[MetricSpec, MetricColumns], Weighted | None]

TINY = float(np.finfo(np.float64).eps)  # scikit-learn's clip of probabilities and of relative errors


def mean_of(loss: Array) -> Weighted:
    """The weighted mean of a loss of shape (n,)."""
    return lambda weights: _sum_of(weights, loss) / weights.sum(axis=1)


def sums_of(weights: FloatArray, columns: FloatArray) -> FloatArray:
    """Weighted sums of each column, shape (b, k), for weights (b, n) and columns (n, k)."""
    return np.stack([_sum_of(weights, column) for column in np.ascontiguousarray(columns.T)], axis=1)


def _sum_of(weights: FloatArray, column: Array) -> FloatArray:
    # Not the @ of BLAS: its threads wait for each other, for long where the user's own fill the cores.
    total: FloatArray = np.einsum("bn,n->b", weights, column)
    return total


def ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """``over / under``, 0 where ``under`` is 0, as scikit-learn has it."""
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)

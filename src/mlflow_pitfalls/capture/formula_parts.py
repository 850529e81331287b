"""What every weighted formula is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlflow_pitfalls.capture.metric_columns import Array, FloatArray, MetricColumns
from mlflow_pitfalls.capture.metric_specs import MetricSpec

Weighted = Callable[[FloatArray], FloatArray]
Formula = Callable[[MetricSpec, MetricColumns], Weighted | None]

TINY = float(np.finfo(np.float64).eps)  # scikit-learn's clip of probabilities and of relative errors


def mean_of(loss: Array) -> Weighted:
    """The weighted mean of a loss of shape (n,)."""
    return lambda weights: weights @ loss / weights.sum(axis=1)


def sums_of(weights: FloatArray, columns: FloatArray) -> FloatArray:
    """Weighted sums of each column, shape (b, k), for weights (b, n) and columns (n, k).

    One matrix-vector product a column: the few columns of a metric do not fill a matrix product, whose threads would
    also fight over the cores with the user's own.
    """
    return np.stack([weights @ column for column in np.ascontiguousarray(columns.T)], axis=1)


def ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """``over / under``, 0 where ``under`` is 0, as scikit-learn has it."""
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)

"""Metrics of regression: means of losses, and the explained share of a variance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlflow_pitfalls.capture.statistics.formula_parts import TINY, Formula, Weighted, mean_of, sums_of
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, MetricColumns
from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec


def _explained(centred: bool) -> Callable[[MetricSpec, MetricColumns], Weighted]:
    """R², or explained variance where the mean of the residuals is forgiven (``centred``)."""

    def formula(_: MetricSpec, c: MetricColumns) -> Weighted:
        # Centring and scaling first: sums of squares of large values would lose the digits that matter.
        spread = float(np.std(c.true)) or 1.0
        true = (c.true - np.mean(c.true)) / spread
        residual = (c.true - c.predicted) / spread
        sums = np.stack([true, true**2, residual, residual**2], axis=1)

        def value(weights: FloatArray) -> FloatArray:
            rows = weights.sum(axis=1)
            t, tt, r, rr = sums_of(weights, sums).T
            total = tt - t**2 / rows
            unexplained = rr - r**2 / rows if centred else rr
            result: FloatArray = 1.0 - unexplained / np.where(total > rows * TINY, total, np.nan)
            return result

        return value

    return formula


def _median_absolute_error(_: MetricSpec, c: MetricColumns) -> Weighted:
    error = np.abs(c.true - c.predicted)
    order = np.argsort(error, kind="stable")
    ranked = error[order]

    def value(weights: FloatArray) -> FloatArray:
        upto = np.cumsum(weights.take(order, axis=1), axis=1)
        rows = upto[:, -1:]
        low = (upto <= (rows - 1) // 2).sum(axis=1)
        high = (upto <= rows // 2).sum(axis=1)
        result: FloatArray = (ranked[np.minimum(low, len(ranked) - 1)] + ranked[np.minimum(high, len(ranked) - 1)]) / 2
        return result

    return value


def _loss_of(loss: Callable[[Array, Array], Array], above: float = -np.inf) -> Formula:
    """The mean of a loss over rows, for values ``above`` a bound only."""

    def formula(_: MetricSpec, c: MetricColumns) -> Weighted | None:
        assert c.predicted is not None
        if min(c.true.min(), c.predicted.min()) <= above:
            return None
        losses = loss(c.true, c.predicted)
        return mean_of(losses) if np.isfinite(losses).all() else None

    return formula


def _rooted(
    formula: Formula,
) -> Formula:
    def rooted(metric: MetricSpec, c: MetricColumns) -> Weighted | None:
        squared = formula(metric, c)
        if squared is None:
            return None
        return lambda weights: np.sqrt(squared(weights))

    return rooted


def _poisson(true: Array, predicted: Array) -> Array:
    from scipy.special import xlogy

    deviance: Array = 2 * (xlogy(true, true / predicted) - true + predicted)
    return deviance


_squared = _loss_of(lambda t, p: (t - p) ** 2)
_squared_log = _loss_of(lambda t, p: (np.log1p(t) - np.log1p(p)) ** 2, above=-1.0)

NUMBER_FORMULAS: dict[str, Formula] = {
    "r2": _explained(centred=False),
    "explained_variance": _explained(centred=True),
    "squared_error": _squared,
    "root_squared_error": _rooted(_squared),
    "absolute_error": _loss_of(lambda t, p: np.abs(t - p)),
    "median_absolute_error": _median_absolute_error,
    "absolute_percentage_error": _loss_of(lambda t, p: np.abs(t - p) / np.maximum(np.abs(t), TINY)),
    "squared_log_error": _squared_log,
    "root_squared_log_error": _rooted(_squared_log),
    "poisson_deviance": _loss_of(_poisson),
    "gamma_deviance": _loss_of(lambda t, p: 2 * (np.log(p / t) + t / p - 1), above=0.0),
}

"""Metrics over predicted labels: ratios of the margins of a confusion matrix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mlflow_pitfalls.capture.statistics.formula_parts import Formula, Weighted, mean_of, ratio, sums_of
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray, MetricColumns
from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec


def _accuracy(_: MetricSpec, c: MetricColumns) -> Weighted:
    return mean_of((c.true == c.predicted).astype(np.float64))


def _margins(c: MetricColumns) -> Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]:
    """Per class: rows of it, rows predicted as it, and rows of it predicted right; each of shape (b, k)."""
    codes = np.arange(c.class_count)
    assert c.predicted is not None
    is_true = (c.true[:, None] == codes).astype(np.float64)
    is_predicted = (c.predicted[:, None] == codes).astype(np.float64)
    both = is_true * is_predicted
    return lambda weights: (sums_of(weights, is_true), sums_of(weights, is_predicted), sums_of(weights, both))


def _balanced_accuracy(_: MetricSpec, c: MetricColumns) -> Weighted:
    margins = _margins(c)

    def value(weights: FloatArray) -> FloatArray:
        true, _, right = margins(weights)
        present = (true > 0).sum(axis=1)
        result: FloatArray = ratio(right, true).sum(axis=1) / present
        return result

    return value


def _by_class(
    parts: Callable[[MetricSpec, FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray]],
) -> Callable[[MetricSpec, MetricColumns], Weighted]:
    """A metric that is a ratio of class margins, averaged over classes as ``metric.average`` says."""

    def formula(metric: MetricSpec, c: MetricColumns) -> Weighted:
        margins = _margins(c)

        def value(weights: FloatArray) -> FloatArray:
            true, predicted, right = margins(weights)
            over, under = parts(metric, true, predicted, right)
            if metric.average == "binary":
                return ratio(over[:, c.positive], under[:, c.positive])
            if metric.average == "micro":
                return ratio(over.sum(axis=1), under.sum(axis=1))
            share = true if metric.average == "weighted" else ((true + predicted) > 0).astype(np.float64)
            result: FloatArray = (ratio(over, under) * share).sum(axis=1) / share.sum(axis=1)
            return result

        return value

    return formula


def _f_ratio(
    m: MetricSpec, true: FloatArray, predicted: FloatArray, right: FloatArray
) -> tuple[FloatArray, FloatArray]:
    squared = m.beta**2
    return (1.0 + squared) * right, squared * true + predicted


def _matthews(_: MetricSpec, c: MetricColumns) -> Weighted:
    margins = _margins(c)

    def value(weights: FloatArray) -> FloatArray:
        true, predicted, right = margins(weights)
        rows = weights.sum(axis=1)
        over = right.sum(axis=1) * rows - (true * predicted).sum(axis=1)
        under = np.sqrt((rows**2 - (predicted**2).sum(axis=1)) * (rows**2 - (true**2).sum(axis=1)))
        return ratio(over, under)

    return value


def _kappa(metric: MetricSpec, c: MetricColumns) -> Weighted:
    assert c.predicted is not None
    codes = np.arange(c.class_count)
    distance = np.abs(codes[:, None] - codes).astype(np.float64)
    penalty = {"": (distance > 0).astype(np.float64), "linear": distance, "quadratic": distance**2}[metric.weighting]
    loss = penalty[c.true, c.predicted]
    margins = _margins(c)

    def value(weights: FloatArray) -> FloatArray:
        true, predicted, _ = margins(weights)
        rows = weights.sum(axis=1)
        expected = ((true @ penalty) * predicted).sum(axis=1) / rows
        result: FloatArray = 1.0 - sums_of(weights, loss[:, None])[:, 0] / np.where(expected > 0, expected, np.nan)
        return result

    return value


LABEL_FORMULAS: dict[str, Formula] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _by_class(_f_ratio),
    "precision": _by_class(lambda m, true, predicted, right: (right, predicted)),
    "recall": _by_class(lambda m, true, predicted, right: (right, true)),
    "jaccard": _by_class(lambda m, true, predicted, right: (right, true + predicted - right)),
    "matthews_corrcoef": _matthews,
    "cohen_kappa": _kappa,
}

"""Metrics as functions of row weights, so that one set of rows scores all its bootstrap resamples at once.

A formula prepares what does not depend on the weights (sorting, losses, class margins) and returns a function from
weights of shape (b, n) to scores of shape (b,); undefined scores are NaN. Weights are counts of rows, and unit
weights give scikit-learn's own value.
"""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.formula_parts import Formula, Weighted
from mlflow_pitfalls.capture.statistics.label_formulas import LABEL_FORMULAS
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray, MetricColumns
from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec
from mlflow_pitfalls.capture.statistics.number_formulas import NUMBER_FORMULAS
from mlflow_pitfalls.capture.statistics.score_formulas import SCORE_FORMULAS

_FORMULAS: dict[str, Formula] = {**LABEL_FORMULAS, **SCORE_FORMULAS, **NUMBER_FORMULAS}


def weighted_score(metric: MetricSpec, columns: MetricColumns) -> Weighted | None:
    """The score (higher is better) as a function of row weights.

    Args:
        metric: Which score.
        columns: Its input; n rows.

    Returns:
        A function from weights (b, n) to scores (b,), or None where the metric is undefined on these rows whatever
        their weights (a negative value under a logarithm).
    """
    with np.errstate(all="ignore"):
        value = _FORMULAS[metric.formula](metric, columns)
    if value is None:
        return None
    sign = 1.0 if metric.greater_is_better else -1.0

    def score(weights: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            result: FloatArray = sign * value(weights) + 0.0  # a negated zero is a plain zero
        return result

    return score

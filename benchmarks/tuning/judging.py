"""Configurations on the rows that nobody has seen: scores, and how much of a difference is chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.tuning.found import Values
from benchmarks.tuning.rows import Rows
from benchmarks.tuning.task import Task

RESAMPLES = 200
Numbers = npt.NDArray[np.float64]


def refitted(task: Task, values: Values) -> Numbers:
    """What the configuration, fitted to all training rows, says of the held-out ones."""
    model = task.problem.configured(dict(values)).fit(task.rows.X, task.rows.y)
    return said(model, task.rows)


def said(model: Any, rows: Rows) -> Numbers:
    """Predictions as the metric wants them: a rank a row, a probability a class, or a number."""
    if rows.metric == "r2":
        return np.asarray(model.predict(rows.X_held), dtype=np.float64)
    if rows.metric == "roc_auc" and hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(rows.X_held), dtype=np.float64)
    probabilities = np.asarray(model.predict_proba(rows.X_held), dtype=np.float64)
    return probabilities[:, 1] if rows.metric == "roc_auc" else probabilities


def score(rows: Rows, predictions: Numbers, picked: npt.NDArray[np.intp] | None = None) -> float:
    """The metric, greater is better.

    Args:
        rows: With the held-out targets.
        predictions: Of :func:`said`.
        picked: Positions among the held-out rows; all where it is None.
    """
    from sklearn.metrics import log_loss, r2_score, roc_auc_score

    y = rows.y_held if picked is None else rows.y_held[picked]
    of = predictions if picked is None else predictions[picked]
    if rows.metric == "r2":
        return float(r2_score(y, of))
    if rows.metric == "roc_auc":
        return float(roc_auc_score(y, of))
    return -float(log_loss(y, of, labels=np.arange(of.shape[1])))


def standard_error(rows: Rows, one: Numbers, other: Numbers, seed: int) -> float:
    """Of the difference between two models' scores, over resamples of the held-out rows."""
    random = np.random.default_rng(seed)
    n = len(rows.y_held)
    draws = [random.integers(0, n, n) for _ in range(RESAMPLES)]
    usable = [each for each in draws if rows.metric == "r2" or len(np.unique(rows.y_held[each])) > 1]
    return float(np.std([score(rows, one, each) - score(rows, other, each) for each in usable], ddof=1))

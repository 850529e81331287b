"""How much of a coefficient a penalty leaves, by the spread of its column."""

from __future__ import annotations

from mlflow_pitfalls.checks.complexity import as_number, own_settings
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord

_RIDGES = frozenset({"Ridge", "RidgeClassifier"})
_LOGISTIC = "LogisticRegression"
_RIDGE_PENALTY = "l2"
_DEFAULT = 1.0


def least_share_kept(estimator: EstimatorFacts, std: float, record: RunRecord) -> float | None:
    """The share of its coefficient that a column of this standard deviation keeps under an L2 penalty.

    Ridge keeps n·s² / (n·s² + α) of a column that goes with no other. Logistic regression keeps the same with p(1 − p)
    for each row and 1/C for α. There p(1 − p) is taken from the classes' shares: where the model is sure of its rows,
    less is kept.

    Returns:
        0..1; None for other models, and for penalties that cannot be read.
    """
    rows = record.train.rows if record.train else 0
    own = own_settings(estimator)
    if rows < 1 or "l1_ratio" in own or own.get("penalty", _RIDGE_PENALTY) != _RIDGE_PENALTY:
        return None
    if estimator.final_class_name in _RIDGES:
        penalty = as_number(own.get("alpha", str(_DEFAULT)))
        weight = 1.0
    elif estimator.final_class_name == _LOGISTIC:
        strength = as_number(own.get("C", str(_DEFAULT)))
        penalty = 1.0 / strength if strength else None
        weight = _uncertainty(record)
    else:
        return None
    if penalty is None or penalty < 0:
        return None
    information = rows * std**2 * weight
    return information / (information + penalty) if information + penalty > 0 else None


def _uncertainty(record: RunRecord) -> float:
    """p(1 − p) of the rarest class's share."""
    target = record.train.target if record.train else None
    counts = [found.count for found in target.classes if found.count > 0] if target else []
    share = min(counts) / sum(counts) if len(counts) > 1 else 0.5
    return share * (1.0 - share)

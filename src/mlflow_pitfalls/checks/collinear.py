"""PF5: columns that say the same twice."""

from __future__ import annotations

import math

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import MAX_SUBJECTS, evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import Z95, columns_of, training_rows
from mlflow_pitfalls.checks.text import names, number, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.profile import ColumnKind, ColumnPair
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

# Variance of Fisher's z for a rank correlation, over that of a product-moment one.
_FIELLER = 1.06
_NEARLY_ONE = 1.0 - 1e-12
_LINEAR = "linear"


@check(
    name="collinear-features",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TRAIN_PROFILE),
    thresholds={
        "max_correlation": Threshold(
            0.98,
            "absolute rank correlation",
            "above it two columns say the same",
            "our choice; skore warns from 0.9 on",
        ),
    },
)
def collinear_features(record: RunRecord, limits: Limits) -> Verdict:
    """Two features rise and fall together so closely that one of them tells nothing new.

    What it does:
        Computes Spearman's rank correlation of every two numeric columns on a sample of the training rows. A pair is
        named where the lower bound of the correlation's interval (Fisher's z, its level raised for the number of pairs
        looked at) exceeds {max_correlation} in size.

    Why is this bad:
        The model has no way to tell which of the two matters: coefficients of linear models become large and opposite,
        the importance of both is halved in forests, and each costs time. Predictions mostly do not suffer.

    Example:
        Radius, perimeter and area of the same cell in the breast cancer data: 0.99.

    How to fix:
        Keep the one that is easier to measure or explain, or combine the two, such as by their ratio. Where only the
        prediction counts, a penalised model can keep both.

    References:
        Dormann et al., Collinearity, Ecography 2013, https://doi.org/10.1111/j.1600-0587.2012.07348.x; Fieller, Hartley
        and Pearson, Tests for rank correlation coefficients, Biometrika 1957,
        https://doi.org/10.1093/biomet/44.3-4.470.
    """
    assert record.train is not None and record.fit is not None
    numeric = sum(column.kind.is_numeric or column.kind is ColumnKind.BOOLEAN for column in columns_of(record))
    if numeric < 2:
        return not_applicable(f"{plural(numeric, 'numeric column')}: there are no pairs to compare.")
    z = _quantile(numeric * (numeric - 1) // 2)
    limit = limits["max_correlation"]
    kept = {column.name for column in columns_of(record)}
    pairs = [pair for pair in record.train.collinear if {pair.first, pair.second} <= kept]
    found = [pair for pair in pairs if _interval(pair, z).low > limit]
    if not found:
        strongest = next(iter(pairs), None)
        told = f" (closest: {_digits(abs(strongest.correlation))})" if strongest else ""
        return passed(f"No two of {plural(numeric, 'numeric column')} are the same by rank{told}.")
    subjects = tuple(
        Subject(name=f"{pair.first} and {pair.second}", value=abs(pair.correlation), interval=_interval(pair, Z95))
        for pair in found[:MAX_SUBJECTS]
    )
    first, interval = found[0], _interval(found[0], Z95)
    surplus = _surplus(found)
    others = f" {plural(len(found) - 1, 'other pair')} too." if len(found) > 1 else ""
    return flagged(
        f"{names([first.first, first.second])} go together with a rank correlation of {_digits(first.correlation)} "
        f"(95 % CI {_digits(interval.low)}–{_digits(interval.high)} in size, limit {number(limit)})."
        f"{others} Keep one of each pair.",
        evidence=evidence(
            limits,
            "max_correlation",
            statistic=f"absolute rank correlation of {names([first.first, first.second])}",
            value=abs(first.correlation),
            rows=min(first.rows, training_rows(record)),
            interval=interval,
            would_clear="keeping one column of each pair",
            subjects=subjects,
        ),
        remedies=(
            Remedy(text="Keep one column of each pair.", code=f"X_train = X_train.drop(columns={surplus!r})"),
            *_penalty(record),
        ),
    )


def _digits(correlation: float) -> str:
    """Three decimals: what matters lies beyond the second."""
    return f"{correlation:.3f}".replace("-", "−")


def _quantile(pairs: int) -> float:
    """Normal quantile of a 95 % interval that holds for all pairs together."""
    from scipy.stats import norm

    return float(norm.ppf(1.0 - 0.025 / max(1, pairs)))


def _interval(pair: ColumnPair, z: float) -> Interval:
    """Of the correlation's size."""
    size = min(abs(pair.correlation), _NEARLY_ONE)
    if not math.isfinite(size) or pair.rows <= 3:
        return Interval(low=0.0, high=1.0)
    half = z * math.sqrt(_FIELLER / (pair.rows - 3))
    centre = math.atanh(size)
    return Interval(low=max(0.0, math.tanh(centre - half)), high=math.tanh(centre + half))


def _surplus(pairs: list[ColumnPair]) -> list[str]:
    """Columns to drop so that of each pair one stays."""
    dropped: list[str] = []
    for pair in pairs:
        if pair.first not in dropped and pair.second not in dropped:
            dropped.append(pair.second)
    return dropped


def _penalty(record: RunRecord) -> tuple[Remedy, ...]:
    assert record.fit is not None
    if record.fit.estimator.family != _LINEAR:
        return ()
    return (Remedy(text="Or keep both under a penalty, which shares the weight between them (Ridge, or a smaller C)."),)

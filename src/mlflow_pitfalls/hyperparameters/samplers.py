"""imbalanced-learn's samplers."""

from __future__ import annotations

from mlflow_pitfalls.hyperparameters.rows import (
    RAISE,
    Bound,
    Known,
    Line,
    Table,
    log_real,
    move,
    one_of,
    whole,
)
from mlflow_pitfalls.model.suggestions import Aim

_SMOTE = "Chawla et al. 2002; 2 to 15 neighbours, our choice"
_RATIO = "the share of rare to common rows after it, from the one at hand to even"
_REBALANCED = (move(Aim.IMBALANCE, RAISE),)
_FIRST = 2  # after the model's own first parameter
_STRATEGY = log_real(
    "sampling_strategy",
    0.1,
    1.0,
    _REBALANCED,
    bound=Bound.REBALANCE,
    ceiling=1.0,
    stands_for=(("auto", 1.0), ("not majority", 1.0), ("not minority", 1.0), ("minority", 1.0), ("majority", 1.0)),
)


def _neighbours(name: str, low: int = 2) -> Line:
    return whole(name, low, 15, bound=Bound.RAREST, floor=1)


def _oversampler(name: str, *more: Line) -> Known:
    return Known(source=f"{_SMOTE}; {_RATIO}", first=_FIRST, lines=(_STRATEGY, _neighbours(name), *more))


_CLEANING = Known(
    source="Wilson 1972; 1 to 15 neighbours, our choice", first=_FIRST + 1, lines=(_neighbours("n_neighbors", 1),)
)
_BY_RATIO = Known(source=_RATIO, first=_FIRST, lines=(_STRATEGY,))
_NOTHING = Known(note="")

SAMPLERS: Table = {
    "SMOTE": _oversampler("k_neighbors"),
    "SMOTENC": _oversampler("k_neighbors"),
    "SMOTEN": _oversampler("k_neighbors"),
    "SVMSMOTE": _oversampler("k_neighbors"),
    "BorderlineSMOTE": _oversampler("k_neighbors", one_of("kind", "borderline-1", "borderline-2")),
    "ADASYN": _oversampler("n_neighbors"),
    "RandomOverSampler": _BY_RATIO,
    "RandomUnderSampler": _BY_RATIO,
    "NearMiss": Known(
        source=_RATIO, first=_FIRST, lines=(_STRATEGY, _neighbours("n_neighbors"), one_of("version", 1, 2, 3))
    ),
    "InstanceHardnessThreshold": _BY_RATIO,
    "SMOTEENN": _BY_RATIO,
    "SMOTETomek": _BY_RATIO,
    "EditedNearestNeighbours": _CLEANING,
    "RepeatedEditedNearestNeighbours": _CLEANING,
    "AllKNN": _CLEANING,
    "NeighbourhoodCleaningRule": _CLEANING,
    "OneSidedSelection": _NOTHING,
    "CondensedNearestNeighbour": _NOTHING,
    "TomekLinks": _NOTHING,
    "ClusterCentroids": _BY_RATIO,
}

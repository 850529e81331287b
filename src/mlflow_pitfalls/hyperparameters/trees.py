"""Single trees, forests, bagging, and their balanced relatives."""

from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.hyperparameters.rows import (
    FREER,
    PENALTY,
    PENALTY_THAT_SPEEDS,
    RICHER,
    SAMPLED,
    Bound,
    Known,
    Line,
    Table,
    class_weight,
    log_real,
    log_whole,
    real,
)

_TREE = "mlr3tuningspaces 0.6: cp 1e-4..0.1, minbucket 1..64; PyCaret 3.4"
_FOREST = (
    "TabArena 2025: max_features 0.4..1, max_samples 0.5..1; mlr3tuningspaces 0.6; "
    "van Rijn and Hutter 2018: min_samples_leaf and max_features matter most"
)
_EXTRA = "TabArena 2025; FLAML 2.7"
_BAGGING = "as of the forests"
_BUDGET = "The number of trees is set by the time there is, not searched: more are never worse."
_FIRST_OF_BAG = 3  # after the best of what stands inside
_NO_LIMIT = ((None, 30.0),)
_ALL = ((None, 1.0),)


def leaf(high: int) -> Line:
    """Rows of a leaf, 1 to ``high``, or a share of the rows where it was given as one."""
    return log_whole("min_samples_leaf", 1, high, PENALTY_THAT_SPEEDS, bound=Bound.LEAF, floor=1, shares=(1e-4, 0.2))


def features(low: float) -> Line:
    """Share of the columns that each split looks at."""
    return log_real("max_features", low, 1.0, RICHER, ceiling=1.0, counted=Bound.COLUMNS, stands_for=_ALL)


_SAMPLES = real(
    "max_samples",
    0.3,
    1.0,
    RICHER,
    ceiling=1.0,
    counted=Bound.ROWS,
    stands_for=_ALL,
    when=(("bootstrap", (True,)),),
)
_SPLIT = log_whole("min_samples_split", 2, 32, PENALTY_THAT_SPEEDS, bound=Bound.LEAF, floor=2, shares=(1e-4, 0.2))
_SINGLE = (
    leaf(64),
    log_real("ccp_alpha", 1e-6, 1e-1, PENALTY),
    log_whole("max_depth", 2, 30, RICHER, floor=1, stands_for=_NO_LIMIT),
)
_FOREST_LINES = (leaf(64), features(0.05), _SAMPLES)
_EXTRA_LINES = (leaf(32), features(0.1), _SPLIT, replace(_SAMPLES, dormant=True))
_BAG_LINES = (
    real("max_samples", 0.3, 1.0, SAMPLED, ceiling=1.0, counted=Bound.ROWS, stands_for=_ALL),
    real("max_features", 0.3, 1.0, FREER, ceiling=1.0, counted=Bound.COLUMNS),
)

TREES: Table = {
    "DecisionTreeClassifier": Known(source=_TREE, lines=(*_SINGLE, class_weight())),
    "DecisionTreeRegressor": Known(source=_TREE, lines=_SINGLE),
    "ExtraTreeClassifier": Known(source=_TREE, lines=(*_SINGLE, class_weight())),
    "ExtraTreeRegressor": Known(source=_TREE, lines=_SINGLE),
    "RandomForestClassifier": Known(
        source=_FOREST, note=_BUDGET, lines=(*_FOREST_LINES, class_weight("balanced_subsample"))
    ),
    "RandomForestRegressor": Known(source=_FOREST, note=_BUDGET, lines=_FOREST_LINES),
    "ExtraTreesClassifier": Known(source=_EXTRA, note=_BUDGET, lines=(*_EXTRA_LINES, class_weight())),
    "ExtraTreesRegressor": Known(source=_EXTRA, note=_BUDGET, lines=_EXTRA_LINES),
    "BaggingClassifier": Known(source=_BAGGING, note=_BUDGET, first=_FIRST_OF_BAG, lines=_BAG_LINES),
    "BaggingRegressor": Known(source=_BAGGING, note=_BUDGET, first=_FIRST_OF_BAG, lines=_BAG_LINES),
}
BALANCED_TREES: Table = {
    "BalancedRandomForestClassifier": Known(source=_FOREST, note=_BUDGET, lines=(leaf(32), features(0.05))),
    "BalancedBaggingClassifier": Known(source=_BAGGING, note=_BUDGET, first=_FIRST_OF_BAG, lines=_BAG_LINES),
    "EasyEnsembleClassifier": Known(note=_BUDGET),
}

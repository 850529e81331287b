"""Values to try for the hyperparameters that matter most: a few points of the ranges that tuning searches."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mlflow_pitfalls.checks.levers import literal
from mlflow_pitfalls.hyperparameters.catalogue import TABLES, known_class
from mlflow_pitfalls.hyperparameters.rows import Line
from mlflow_pitfalls.model.record import EstimatorFacts
from mlflow_pitfalls.model.suggestions import Aim, Kind

CANDIDATES = 30  # of a sampled search; at least one of the best tenth with 96 % probability
_MOST = 3  # hyperparameters that one search is proposed for
_POINTS = 5  # of a numeric range
# Of classes that the tables do not name, a user's own among them, by what they are like.
_LIKE: dict[str, tuple[str, ...]] = {
    "linear": ("LogisticRegression", "ElasticNet"),
    "svm": ("SVR", "KernelRidge"),
    "tree": ("DecisionTreeRegressor",),
    "forest": ("RandomForestRegressor",),
    "neighbors": ("KNeighborsRegressor",),
    "network": ("MLPRegressor",),
    "boosting": ("HistGradientBoostingRegressor", "LGBMRegressor", "CatBoostRegressor"),
}
_FREE_OF_CHOICE = frozenset({"HuberRegressor", "NearestCentroid"})  # their defaults are seldom beaten
_TUNES_ITSELF = ("CV",)  # how the names of estimators end that choose their penalty by themselves


def ranges_for(estimator: EstimatorFacts) -> dict[str, tuple[str, ...]]:
    """Code of each value to try by hyperparameter, most effective first; empty for what is not worth a search."""
    name = estimator.final_class_name
    if estimator.family not in _LIKE or name.endswith(_TUNES_ITSELF) or name in _FREE_OF_CHOICE:
        return {}
    known = known_class(estimator.module, name)
    lines = known.lines if known is not None else tuple(_lines_like(estimator.family))
    usable = [line for line in lines if line.name in estimator.tunable and not line.dormant and not _only_weighs(line)]
    return {line.name: _values(line) for line in usable[:_MOST]}


def search_line(estimator: EstimatorFacts) -> str:
    """A sampled search over these values, for the model at hand."""
    ranges = {f"{estimator.parameter_prefix}{name}": values for name, values in ranges_for(estimator).items()}
    shown = ", ".join(f"{name!r}: [{', '.join(values)}]" for name, values in ranges.items())
    size = math.prod(len(values) for values in ranges.values())
    return f"RandomizedSearchCV(model, {{{shown}}}, n_iter={min(CANDIDATES, size)}, random_state=0)"


def _lines_like(family: str) -> Iterable[Line]:
    """The lines of a family's usual classes, each name once."""
    classes = {name: entry for table in TABLES.values() for name, entry in table.items()}
    return {line.name: line for name in reversed(_LIKE[family]) for line in classes[name].lines}.values()


def _only_weighs(line: Line) -> bool:
    """Whether it is there for classes of unequal size only."""
    return bool(line.moves) and all(move.aim is Aim.IMBALANCE for move in line.moves)


def _values(line: Line) -> tuple[str, ...]:
    if line.kind is Kind.CATEGORY:
        return tuple(literal(choice) for choice in line.choices)
    assert line.low is not None and line.high is not None
    shares = [place / (_POINTS - 1) for place in range(_POINTS)]
    points = [
        line.low * (line.high / line.low) ** share if line.log else line.low + (line.high - line.low) * share
        for share in shares
    ]
    rounded = [float(f"{point:.2g}") for point in points]
    if line.kind is Kind.INTEGER:
        rounded = [round(point) for point in rounded]
    return tuple(dict.fromkeys(repr(point) for point in rounded))  # 1.0 is a share, 1 would be a count

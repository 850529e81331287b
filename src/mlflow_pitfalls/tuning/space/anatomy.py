"""The parts of an estimator that can be tuned, with the names that ``set_params`` of the whole takes for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlflow_pitfalls.capture.estimators.nested import base_names, is_estimator, own_attributes
from mlflow_pitfalls.hyperparameters.catalogue import known_estimator
from mlflow_pitfalls.tuning.space.sizes import Sizes

MAX_DEPTH = 8
MAX_PARTS = 60
_MAX_ITEMS = 50  # of one list of estimators
_INNER = ("estimator", "base_estimator", "regressor", "classifier", "final_estimator", "model")
_INNER_SHARE = 0.5  # of the rows, that a meta-estimator is sure to give to what it wraps: calibration on two folds
_BAG_SHARE = 0.3  # the least ``max_samples`` of the tables
# The number of columns behind these is the one before them.
_KEEP_COLUMNS = ("Scaler", "Imputer", "Transformer", "Normalizer", "OrdinalEncoder")
_CHANGE_COLUMNS = frozenset({"ColumnTransformer", "KBinsDiscretizer", "SplineTransformer"})


class Role(StrEnum):
    """What a part does in the whole."""

    MODEL = "model"  # predicts, alone
    MEMBER = "member"  # one of several that predict together
    PREPARER = "preparer"  # transforms columns, or draws rows


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One estimator inside of another.

    Attributes:
        estimator: The live object; only its parameters are read.
        prefix: What stands before its parameters' names.
        role: What it does.
        sizes: What it is fitted on.
        parameters: Its own, by name, as ``get_params(deep=False)`` gives them.
        wraps: Whether other parts stand inside of it.
    """

    estimator: Any
    prefix: str
    role: Role
    sizes: Sizes
    parameters: Mapping[str, Any]
    wraps: bool


def own_parameters(estimator: Any) -> dict[str, Any]:
    """``get_params(deep=False)``; empty where there is none, or it raises."""
    try:
        found = type(estimator).get_params(estimator, deep=False)
        return {name: value for name, value in found.items() if isinstance(name, str)}
    except Exception:  # noqa: BLE001 - foreign code
        return {}


def is_search(estimator: Any) -> bool:
    """Whether it searches hyperparameters by itself: scikit-learn's searches, and those that are named like them."""
    return "BaseSearchCV" in base_names(estimator) or type(estimator).__name__.endswith("SearchCV")


def searched(search: Any) -> Any:
    """The estimator of a search: the best one with its values where it is fitted; None without either."""
    stored = own_attributes(search)
    best = stored.get("best_estimator_")
    return best if is_estimator(best) else stored.get("estimator")


def parts_of(estimator: Any, sizes: Sizes) -> list[Part]:
    """The estimator and all that can be tuned inside of it, models before what prepares their data."""
    found = list(_walk(estimator, "", Role.MODEL, sizes, 0))[:MAX_PARTS]
    return sorted(found, key=lambda part: list(Role).index(part.role))


def _walk(estimator: Any, prefix: str, role: Role, sizes: Sizes, depth: int) -> Iterator[Part]:
    known = known_estimator(estimator)
    parameters = own_parameters(estimator)
    stops = depth >= MAX_DEPTH or is_search(estimator) or (known is not None and known.stop)
    children = [] if stops else list(_children(estimator, parameters, role, sizes))
    yield Part(estimator, prefix, role, sizes, parameters, bool(children))
    for name, child, child_role, child_sizes in children:
        yield from _walk(child, f"{prefix}{name}__", child_role, child_sizes, depth + 1)


def _children(
    estimator: Any, parameters: Mapping[str, Any], role: Role, sizes: Sizes
) -> Iterator[tuple[str, Any, Role, Sizes]]:
    if "Pipeline" in base_names(estimator):
        yield from _steps(parameters.get("steps"), role, sizes)
        return
    for name, child, columns in _named(parameters.get("transformers")):
        yield name, child, Role.PREPARER, sizes.with_columns(_selected(columns))
    for name, child, _ in _named(parameters.get("transformer_list")):
        yield name, child, Role.PREPARER, sizes
    member = Role.PREPARER if role is Role.PREPARER else Role.MEMBER
    for name, child, _ in _named(parameters.get("estimators")):
        yield name, child, member, sizes.shrunk(_INNER_SHARE)
    share = _BAG_SHARE if "max_samples" in parameters else _INNER_SHARE
    for name in _INNER:
        child = parameters.get(name)
        if is_estimator(child):
            is_last = name == "final_estimator"
            inside = sizes.shrunk(share)
            yield name, child, member if is_last else role, inside.with_columns(None) if is_last else inside


def _steps(steps: Any, role: Role, sizes: Sizes) -> Iterator[tuple[str, Any, Role, Sizes]]:
    if not isinstance(steps, list):
        return
    last = steps[-1] if steps else None
    for item in steps[:_MAX_ITEMS]:
        for name, child, _ in _named([item]):
            known = own_attributes(child).get("n_features_in_")
            here = sizes.with_columns(known) if type(known) is int else sizes
            yield name, child, role if item is last else Role.PREPARER, here
            sizes = _behind(child, here)


def _behind(step: Any, sizes: Sizes) -> Sizes:
    """What comes out of a step of a pipeline."""
    bases = base_names(step)
    if "SamplerMixin" in bases:
        return sizes.undersampled() if bases & {"BaseUnderSampler", "BaseCleaningSampler"} else sizes
    keeps = type(step).__name__.endswith(_KEEP_COLUMNS) and not bases & _CHANGE_COLUMNS
    return sizes if keeps else sizes.with_columns(None)


def _named(items: Any) -> Iterator[tuple[str, Any, Any]]:
    """Named estimators of a list of pairs or triples, with the third item."""
    if not isinstance(items, list):
        return
    for item in items[:_MAX_ITEMS]:
        if isinstance(item, tuple) and len(item) in (2, 3) and isinstance(item[0], str) and is_estimator(item[1]):
            yield item[0], item[1], item[2] if len(item) == 3 else None


def _selected(columns: Any) -> int | None:
    """How many columns a list of names or positions selects; None for masks, slices and functions."""
    is_list = isinstance(columns, list) and all(type(column) in (str, int) for column in columns)
    return len(columns) if is_list else None

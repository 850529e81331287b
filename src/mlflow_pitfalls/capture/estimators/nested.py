"""Walking through estimators inside estimators, without calling any code of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlflow_pitfalls import private_names

OTHER_PARAMETER_STORES = tuple(
    name.name
    for name in (private_names.LIGHTGBM_OPTIONS, private_names.CATBOOST_OPTIONS, private_names.XGBOOST_OPTIONS)
)
MAX_DEPTH = 8
MAX_PARTS = 200
_MAX_ITEMS = 50  # of one list of estimators
_FITTED_SUFFIX = "_"
_CHOSEN = "best_estimator_"  # of a search: the parameters that were used in the end

# Where meta-estimators keep what they fitted, best first; forests and boosting hold arrays or trees, not walked far.
_FITTED_ATTRIBUTES = (
    _CHOSEN,
    "regressor_",
    "estimator_",
    "calibrated_classifiers_",
    "estimators_",
    "final_estimator_",
    "transformers_",
    "steps",
)


def own_attributes(estimator: Any) -> dict[str, Any]:
    """The instance's attributes as they are stored, past properties and ``__getattr__``."""
    try:
        stored = object.__getattribute__(estimator, "__dict__")
    except AttributeError:
        return {}
    return stored if isinstance(stored, dict) else {}


def base_names(estimator: Any) -> frozenset[str]:
    """Names of the class and of its bases."""
    return frozenset(base.__name__ for base in type(estimator).__mro__)


def is_estimator(value: Any) -> bool:
    """Whether instances of its class can be fitted (classes themselves are not estimators)."""
    return not isinstance(value, type) and hasattr(type(value), "fit")


def configured_parts(estimator: Any) -> Iterator[Any]:
    """The estimator and whatever estimators its parameters hold, at any depth; of a search, also the chosen one."""
    return (part for part, _ in _configured(estimator))


def is_deep(estimator: Any) -> bool:
    """Whether estimators lie inside one another deeper than is walked.

    scikit-learn's own ``predict`` takes three times as long with every further pipeline around another one.
    """
    return any(depth == MAX_DEPTH for _, depth in _configured(estimator))


def _configured(estimator: Any) -> Iterator[tuple[Any, int]]:
    seen: set[int] = set()
    waiting: list[tuple[Any, int]] = [(estimator, 0)]
    while waiting and len(seen) < MAX_PARTS:
        part, depth = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part, depth
        if depth < MAX_DEPTH:
            for name, value in list(own_attributes(part).items()):
                if name == _CHOSEN or not name.endswith(_FITTED_SUFFIX):
                    waiting.extend((child, depth + 1) for _, child in _estimators_in(value))


def fitted_parts(estimator: Any) -> Iterator[tuple[str, Any]]:
    """The estimator and the ones fitted inside it, each with its path (``""``, ``"clf"``, ``"clf.1"``)."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any, int]] = [("", estimator, 0)]
    while waiting and len(seen) < MAX_PARTS:
        path, part, depth = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield path, part
        if depth < MAX_DEPTH:
            stored = own_attributes(part)
            for attribute in _FITTED_ATTRIBUTES:
                for name, child in _estimators_in(stored.get(attribute)):
                    waiting.append((".".join(filter(None, (path, name))), child, depth + 1))


def _estimators_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Estimators that a parameter or attribute holds, alone, listed, or listed with names."""
    if isinstance(value, list | tuple):
        for position, item in enumerate(value[:_MAX_ITEMS]):
            name, members = str(position), (item,)
            if isinstance(item, tuple):
                name = item[0] if item and isinstance(item[0], str) else name
                members = item
            yield from ((name, member) for member in map(_uncalibrated, members) if is_estimator(member))
    elif is_estimator(value):
        yield "", value


def _uncalibrated(value: Any) -> Any:
    """The classifier of scikit-learn's private pair of a classifier and its calibrators."""
    is_pair = type(value).__name__ == private_names.CALIBRATED.name
    return own_attributes(value).get("estimator") if is_pair else value

"""An estimator's settings held still: the same tree of objects, unfitted, cheap, and holding nothing of the user's.

A clone would copy whatever the parameters hold and run constructors of the user's. Here arrays, functions and objects
of the user's own are replaced by a note of what they were.
"""

from __future__ import annotations

import copy
import inspect
import numbers
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import is_estimator, own_attributes

LIBRARIES = frozenset({"sklearn", "imblearn", "xgboost", "lightgbm", "catboost"})  # whose constructors only store
MAX_DEPTH = 40  # lists and tuples count too: a table inside of a pipeline lies four deep
MAX_ITEMS = 1_000  # of one list among the parameters, such as the names of columns
_OPEN_LIBRARIES = LIBRARIES | {"numpy", "scipy", "pandas", "builtins"}


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Stands for a value that is not kept: an array, a function or an object of the user's own."""

    what: str  # in plain words: "the function clean_names of your own"


class UnreadableError(Exception):
    """An estimator's own ``get_params`` fails."""


def likeness(estimator: Any, depth: int = 0) -> Any:
    """The estimator's configured self.

    Args:
        estimator: Anything with ``get_params``; of a fitted search the estimator that it chose is taken. Unchanged.
        depth: How deep it lies inside of another one.

    Raises:
        UnreadableError: The estimator does not tell its settings.
    """
    chosen = own_attributes(estimator).get("best_estimator_", estimator) if not depth else estimator
    held = {name: _held(value, depth + 1) for name, value in _settings(chosen).items()}
    kind = type(chosen)
    if package_of(kind) in LIBRARIES:
        return kind(**held)
    twin = object.__new__(kind)
    own_attributes(twin).update(held)
    return twin


def _settings(estimator: Any) -> dict[str, Any]:
    try:
        return dict(estimator.get_params(deep=False))
    except Exception as error:
        raise UnreadableError from error


def package_of(value: Any) -> str:
    """The first part of the module that a class, a function or an object's class comes from."""
    module = getattr(value, "__module__", None) or type(value).__module__
    return str(module).partition(".")[0]


def _held(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | str | slice | numbers.Number):
        return value
    if depth > MAX_DEPTH:
        return Unwritten(f"a {_class_name(value)}")
    if is_estimator(value):
        return likeness(value, depth) if hasattr(type(value), "get_params") else Unwritten(f"a {_class_name(value)}")
    if type(value) in (dict, list, tuple):
        return _container(value, depth)
    return _object(value)


def _container(value: Any, depth: int) -> Any:
    if len(value) > MAX_ITEMS:
        return Unwritten(f"a {_class_name(value)} of {len(value)} items")
    if isinstance(value, dict):
        return {key: _held(item, depth + 1) for key, item in value.items()}
    return type(value)([_held(item, depth + 1) for item in value])


def _object(value: Any) -> Any:
    """Functions and helpers of the known libraries as they are, short runs of values as lists."""
    is_ufunc = type(value).__module__ == "numpy" and type(value).__name__ == "ufunc"
    if is_ufunc or isinstance(value, type) or inspect.isroutine(value):
        return value if is_ufunc or package_of(value) in _OPEN_LIBRARIES else _own_function(value)
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        is_short = len(shape) == 1 and shape[0] <= MAX_ITEMS and hasattr(value, "tolist")
        return value.tolist() if is_short else Unwritten(f"a {_class_name(value)} of shape {shape}")
    if package_of(type(value)) in LIBRARIES:
        return copy.copy(value)  # a splitter, a selector of columns
    return Unwritten(f"a {_class_name(value)}")


def _own_function(value: Any) -> Unwritten:
    kind = "class" if isinstance(value, type) else "function"
    return Unwritten(f"the {kind} {safe_text(getattr(value, '__name__', '?'))} of your own")


def _class_name(value: Any) -> str:
    return safe_text(type(value).__name__)

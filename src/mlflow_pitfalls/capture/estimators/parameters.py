"""Hyperparameters as short, safe text: no data, no secrets, nothing that the user's code would have to render."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Mapping
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import is_estimator
from mlflow_pitfalls.capture.estimators.private_text import DATA_VALUES, SECRET, is_choice

_MAX_PARAMETERS = 100
_MAX_VALUE_LENGTH = 60
_MAX_NUMBERS = 6  # of a sequence such as hidden_layer_sizes
_SIGNIFICANT_DIGITS = 6
# Lists of named estimators, whose members appear under their own names.
_CONTAINERS = frozenset({"steps", "transformers", "transformer_list", "estimators"})


def parameters_of(estimator: Any) -> dict[str, Any]:
    """``get_params(deep=True)``, called once; empty where there is none, or it raises."""
    try:
        found = type(estimator).get_params(estimator, deep=True)
        return {name: value for name, value in found.items() if isinstance(name, str)}
    except Exception:  # noqa: BLE001 - foreign code
        return {}


def changed_parameters(estimator: Any, parameters: dict[str, Any], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """The parameters that differ from their constructors' defaults.

    Args:
        estimator: Whose parameters they are.
        parameters: By nested name, as ``get_params(deep=True)`` gives them.
        prefix: Put before each name.

    Returns:
        Names and values, sorted by name. Names that look like a secret's are left out; data, and text that is no
        mere choice, appear as their type.
    """
    defaults = nested_defaults(estimator, parameters)
    changed: list[tuple[str, str]] = []
    for name in sorted(parameters):
        value = parameters[name]
        owner, _, own = name.rpartition("__")
        known = defaults.get(f"{owner}__" if owner else "", {})
        if own in _CONTAINERS or SECRET.search(name) or (is_estimator(value) and own not in known):
            continue
        if own in known and _is_same(value, known[own]):
            continue
        if own not in known and value is None:
            continue  # a library's own "not set"
        told = type_text(value) if own in DATA_VALUES else value_text(value)
        changed.append((safe_text(prefix + name), told))
    return tuple(changed[:_MAX_PARAMETERS])


def are_defaults(defaults: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> bool:
    """Whether all of these values are their parameters' own defaults.

    Args:
        defaults: As :func:`nested_defaults` gives them.
        values: By nested name.
    """
    for name, value in values.items():
        owner, _, own = name.rpartition("__")
        known = defaults.get(f"{owner}__" if owner else "", {})
        if own not in known or not _is_same(value, known[own]):
            return False
    return True


def value_text(value: Any) -> str:
    """A parameter's value: numbers, choices and short runs of numbers as they are, all else by its type's name."""
    if value is None or isinstance(value, bool):
        return safe_text(value, limit=_MAX_VALUE_LENGTH)
    if isinstance(value, str):
        return safe_text(value) if is_choice(value) else type_text(value)
    if isinstance(value, numbers.Real) and type(value).__module__ in ("builtins", "numpy"):
        number = float(value)
        is_whole = isinstance(value, numbers.Integral)
        return safe_text(value, limit=_MAX_VALUE_LENGTH) if is_whole else f"{number:.{_SIGNIFICANT_DIGITS}g}"
    if type(value) in (list, tuple) and len(value) <= _MAX_NUMBERS and all(_is_number(item) for item in value):
        inner = ", ".join(value_text(item) for item in value)
        return safe_text(f"[{inner}]" if isinstance(value, list) else f"({inner})", limit=_MAX_VALUE_LENGTH)
    if isinstance(value, type) or inspect.isroutine(value):
        return safe_text(getattr(value, "__name__", type(value).__name__), limit=_MAX_VALUE_LENGTH)
    return type_text(value)


def type_text(value: Any) -> str:
    """What stands for a value that is not told; None and booleans are told, as they tell nothing."""
    return str(value) if value is None or isinstance(value, bool) else safe_text(type(value).__name__)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, bool | int | float))


def nested_defaults(estimator: Any, parameters: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Constructors' defaults by the prefix of their owner, ``""`` for the estimator itself."""
    defaults = {"": _defaults(type(estimator))}
    for name, value in parameters.items():
        if is_estimator(value):
            defaults[f"{name}__"] = _defaults(type(value))
    return defaults


def _defaults(kind: type) -> dict[str, Any]:
    """The constructor's defaults, those of its bases too where it passes keywords on (XGBoost, LightGBM)."""
    found: dict[str, Any] = {}
    for base in kind.__mro__:
        constructor = base.__dict__.get("__init__")
        if constructor is None or base is object:
            continue
        try:
            signature = inspect.signature(constructor)
        except (TypeError, ValueError):
            continue
        for name, parameter in signature.parameters.items():
            if parameter.default is not inspect.Parameter.empty:
                found.setdefault(name, parameter.default)
    return found


def _is_same(value: Any, default: Any) -> bool:
    """Equality of plain values; anything else is the default only if it is the same object."""
    if value is default:
        return True
    plain = (bool, int, float, str, type(None))
    if isinstance(value, plain) and isinstance(default, plain):
        both_nan = value != value and default != default  # noqa: PLR0124 - NaN, a usual default of missing_values
        return bool(both_nan or value == default)
    if type(value) is tuple and type(default) is tuple and all(_is_number(item) for item in (*value, *default)):
        return value == default
    return False

"""Reading one attribute of the user's estimator, whatever its class makes of attributes."""

from __future__ import annotations

from typing import Any

from mlflow_pitfalls.capture.estimators.nested import own_attributes

_ABSENT = object()


def attribute(estimator: Any, name: str, default: Any = None) -> Any:
    """What is stored under a name, or what a property gives that a class defines.

    ``__getattr__`` is never asked: it may raise, take its time, or answer to every name.

    Args:
        estimator: Any object.
        name: The attribute's.
        default: Where there is none, or reading it raises.
    """
    stored = own_attributes(estimator)
    if name in stored:
        return stored[name]
    if not has_in_class(type(estimator), name):
        return default
    try:
        return getattr(estimator, name)
    except Exception:  # noqa: BLE001 - a property of the user's may raise what it likes
        return default


def has_attribute(estimator: Any, name: str) -> bool:
    """Whether :func:`attribute` finds something."""
    return attribute(estimator, name, _ABSENT) is not _ABSENT


def has_in_class(kind: type, name: str) -> bool:
    """Whether a class or one of its bases defines a name; no metaclass is asked."""
    return any(name in vars(base) for base in kind.__mro__)

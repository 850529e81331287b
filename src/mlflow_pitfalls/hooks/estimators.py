"""Hooks on the methods of estimators: all classes there are, and those defined later."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import FunctionType
from typing import Any, Final

from mlflow_pitfalls.hooks import private, wrappers
from mlflow_pitfalls.model.events import CallKind

_KINDS: Final = {
    "fit": CallKind.FIT,
    "partial_fit": CallKind.FIT,
    "fit_predict": CallKind.FIT,
    "fit_transform": CallKind.FIT,
    "decision_function": CallKind.PREDICT,
    "score_samples": CallKind.PREDICT,
    "transform": CallKind.TRANSFORM,
    "inverse_transform": CallKind.TRANSFORM,
    "score": CallKind.SCORE,
    "fit_resample": CallKind.RESAMPLE,
}
_PREDICT: Final = "predict"  # predict, predict_proba, predict_log_proba, predict_joint_log_proba …
_NOT_A_CALL: Final = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR  # the work happens after such a call returns

# Weak: a notebook defines the same class again and again. Mixins that lost their last subclass are still found here.
hooked_classes: weakref.WeakSet[type] = weakref.WeakSet()


def kind_of(name: str) -> CallKind | None:
    """What a method of that name does; None where it is not hooked."""
    known = _KINDS.get(name)
    if known is None and name.startswith(_PREDICT):
        return CallKind.PREDICT
    return known


def with_bases(classes: Iterable[type]) -> Iterator[type]:
    """The classes and all they inherit from, each once: mixins define ``score`` and ``fit_transform``."""
    seen: set[int] = set()
    for cls in classes:
        for base in cls.__mro__:
            if id(base) not in seen:
                seen.add(id(base))
                yield base


def descendants(root: type) -> Iterator[type]:
    """The class and all of its subclasses."""
    waiting, seen = [root], set()
    while waiting:
        cls = waiting.pop()
        if id(cls) in seen:
            continue
        seen.add(id(cls))
        yield cls
        waiting.extend(type.__subclasses__(cls))


def hook_classes(classes: Iterable[type]) -> tuple[int, list[str]]:
    """Hook the methods that the classes themselves define.

    Returns:
        How many methods were hooked, and the names of those that could not be.
    """
    count: int = 0
    missed: list[str] = []
    for cls in classes:
        try:
            hooked_classes.add(cls)
        except TypeError:  # a metaclass without a hash: it could not be found again
            missed.append(f"{cls.__module__}.{cls.__qualname__}")
            continue
        for name, attribute in list(vars(cls).items()):
            kind = kind_of(name)
            outcome = None if kind is None else _hook_attribute(cls, name, attribute, kind.value)
            count += outcome is True
            if outcome is False:
                missed.append(f"{cls.__module__}.{cls.__qualname__}.{name}")
    return count, missed


def _hook_attribute(cls: type, name: str, attribute: Any, kind: str) -> bool | None:
    """Hook one attribute: True where done, False where it failed, None where there is no method to hook."""
    if isinstance(attribute, FunctionType):
        if attribute.__code__.co_flags & _NOT_A_CALL:
            return None
        return _hook_cell(attribute, kind, name) or _hook_plain(cls, name, attribute, kind)
    if private.is_conditional(attribute):
        method = vars(attribute)[private.CONDITIONAL_ATTRIBUTE]
        if not _hook_cell(method, kind, name) and not wrappers.is_hook(method):
            setattr(attribute, private.CONDITIONAL_ATTRIBUTE, wrappers.hook_method(method, kind, name))
        return True
    return None  # properties, class and static methods, methods of compiled code


def _hook_cell(method: FunctionType, kind: str, name: str) -> bool:
    cell = _own_cell(method)
    if cell is None or not isinstance(cell.cell_contents, FunctionType):
        return False
    if not wrappers.is_hook(cell.cell_contents):
        cell.cell_contents = wrappers.hook_method(cell.cell_contents, kind, name)
    return True


def _own_cell(method: FunctionType) -> Any:
    # Only the method's own decorator: a wrapped parent method would be hooked in another class's place.
    if private.METHOD_CELL not in method.__code__.co_freevars:
        return None
    return private.find_cell(method, private.METHOD_CELL)


def _hook_plain(cls: type, name: str, method: FunctionType, kind: str) -> bool:
    if wrappers.is_hook(method):
        return True
    try:
        setattr(cls, name, wrappers.hook_method(method, kind, name))
    except (TypeError, AttributeError):  # a metaclass that forbids it
        return False
    return True


def unhook_classes(classes: Iterable[type]) -> None:
    """Put back every method that is still a hook; what the user has put in its place stays."""
    for cls in classes:
        for name, attribute in list(vars(cls).items()):
            if kind_of(name) is not None or name == "split":
                _unhook_attribute(cls, name, attribute)


def _unhook_attribute(cls: type, name: str, attribute: Any) -> None:
    if private.is_conditional(attribute):
        method = vars(attribute)[private.CONDITIONAL_ATTRIBUTE]
        if wrappers.is_hook(method):
            setattr(attribute, private.CONDITIONAL_ATTRIBUTE, wrappers.original_of(method))
        else:
            _unhook_cell(method)
    elif wrappers.is_hook(attribute):
        setattr(cls, name, wrappers.original_of(attribute))
    elif isinstance(attribute, FunctionType):
        _unhook_cell(attribute)


def _unhook_cell(method: FunctionType) -> None:
    cell = _own_cell(method)
    if cell is not None and wrappers.is_hook(cell.cell_contents):
        cell.cell_contents = wrappers.original_of(cell.cell_contents)

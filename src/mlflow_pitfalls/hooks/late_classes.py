"""Hooks on classes that are defined after ``enable()``: the user's, and those of packages imported later."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import estimators, folds

_MODULE: Final = __name__
_NAME: Final = "__init_subclass__"

# Watched base → its own ``__init_subclass__`` (None where it has none) and ours.
_watched: dict[type, tuple[Any, Any]] = globals().get("_watched", {})


def watch(bases: Iterable[type]) -> None:
    """Be told of each class that will be derived from the bases."""
    for base in bases:
        if base not in _watched:
            own = vars(base).get(_NAME)
            ours: Any = classmethod(_told_by(base, own))
            setattr(base, _NAME, ours)
            _watched[base] = own, ours


def unwatch() -> None:
    """Leave the bases as they were; what others have put over ours since stays."""
    for base, (own, ours) in list(_watched.items()):
        del _watched[base]
        if vars(base).get(_NAME) is not ours:
            continue
        if own is None:
            delattr(base, _NAME)
        else:
            setattr(base, _NAME, own)


def _told_by(base: Any, own: Any) -> Any:
    def derived(cls: Any, **kwargs: Any) -> None:
        if own is None:
            super(base, cls).__init_subclass__(**kwargs)
        else:
            own.__get__(None, cls)(**kwargs)
        told = getattr(sys.modules.get(_MODULE), "class_defined", None)
        if told is not None:
            told(base, cls)

    derived.__name__ = _NAME
    return derived


def class_defined(base: type, cls: type) -> None:
    """A class was derived from a watched base.

    scikit-learn's set_output mixin is watched too: it wraps ``transform`` after the bases that follow it have had their
    turn, and the hook belongs outside of that. So the first watched base in the order of resolution decides.
    """
    first = next((ancestor for ancestor in cls.__mro__ if ancestor in _watched), None)
    if first is not base:
        return
    with errors.guard("hooking a class of the program's"):
        lineage = [ancestor for ancestor in cls.__mro__ if ancestor not in estimators.hooked_classes]
        estimators.hook_classes(lineage)
        folds.hook_splitters(lineage)

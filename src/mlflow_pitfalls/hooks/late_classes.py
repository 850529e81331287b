"""Hooks on classes that are defined after ``enable()``: the user's, and those of packages imported later."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

from mlflow_pitfalls import errors

_MODULE: Final = __name__
_NAME: Final = "__init_subclass__"

# Watched class → its own ``__init_subclass__`` (None where it has none) and ours.
_watched: dict[type, tuple[Any, Any]] = globals().get("_watched", {})
_callback: Callable[[type], None] | None = globals().get("_callback")


def watch(bases: Iterable[type], callback: Callable[[type], None]) -> None:
    """Be told of each class that will be derived from the bases.

    Args:
        bases: Classes; what is watched is the class that gives them their ``__init_subclass__``.
        callback: Told of each class, derived from any of the watched classes, when all of them are done with it.
    """
    global _callback
    _callback = callback
    for base in bases:
        owner = next((ancestor for ancestor in base.__mro__[:-1] if _NAME in vars(ancestor)), base)
        if owner not in _watched:
            own = vars(owner).get(_NAME)
            ours: Any = classmethod(_telling(owner, own))
            setattr(owner, _NAME, ours)
            _watched[owner] = own, ours


def unwatch() -> None:
    """Leave the classes as they were; what others have put over ours since stays."""
    global _callback
    _callback = None
    for owner, (own, ours) in list(_watched.items()):
        del _watched[owner]
        if vars(owner).get(_NAME) is not ours:
            continue
        if own is None:
            delattr(owner, _NAME)
        else:
            setattr(owner, _NAME, own)


def _telling(owner: Any, own: Any) -> Any:
    @functools.wraps(own.__func__ if own is not None else object.__init_subclass__)
    def init_subclass(cls: Any, **kwargs: Any) -> None:
        if own is None:
            super(owner, cls).__init_subclass__(**kwargs)
        else:
            own.__get__(None, cls)(**kwargs)
        told = getattr(sys.modules.get(_MODULE), "class_defined", None)
        if told is not None:
            told(owner, cls)

    return init_subclass


def class_defined(owner: type, cls: type) -> None:
    """A class was derived from a watched one.

    scikit-learn's set_output mixin wraps ``transform`` of a class after the bases that follow it have had their turn,
    and the hook belongs outside of that. So the first watched class in the order of resolution, which is done last,
    tells for all.
    """
    first = next((ancestor for ancestor in cls.__mro__ if ancestor in _watched), None)
    if first is owner and _callback is not None:
        with errors.guard("hooking a class of the program's"):
            _callback(cls)

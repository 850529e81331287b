"""The hooks themselves: plain functions that stand in for the user's and hold nothing of this package.

A hook's globals are ``sys`` and a module's name. Where that module is absent or off, it calls the original and nothing
else; so a class of ``__main__`` that was pickled by value loads and works without this package. While the interpreter
shuts down, ``sys``, what it holds and the name may be None: TypeErrors and AttributeErrors at looking them up.

What a hook stands in for is its ``__wrapped__``, and not a variable of its closure: IPython's autoreload renews a class
in place by exchanging the attributes of its functions, and cannot exchange closures.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any, Final, TypeGuard

DISPATCH: Final = "mlflow_pitfalls.hooks.dispatch"
FOLDS: Final = "mlflow_pitfalls.hooks.folds"
RUNS: Final = "mlflow_pitfalls.hooks.mlflow_runs"

# Its name and the cell that holds itself: they survive a reload of this module, which the identity of a code does not.
_HOOK: Final = "mlflow_pitfalls_hook"

Function = Callable[..., Any]


def hook_method(original: Function, kind: str, name: str) -> Function:
    """Stand in for an estimator's method."""

    @functools.wraps(original)
    def mlflow_pitfalls_hook(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        try:
            begin = sys.modules[DISPATCH].begin
        except (KeyError, AttributeError, TypeError):
            begin = None
        original = mlflow_pitfalls_hook.__wrapped__
        call = None if begin is None else begin(kind, name, self)
        if call is None:
            return original(self, *args, **kwargs)
        try:
            result = original(self, *args, **kwargs)
        except BaseException as error:
            call.failed(args, kwargs, error)
            raise
        call.returned(args, kwargs, result)
        return result

    return mlflow_pitfalls_hook


def hook_function(original: Function, kind: str, name: str) -> Function:
    """Stand in for a function."""

    @functools.wraps(original)
    def mlflow_pitfalls_hook(*args: Any, **kwargs: Any) -> Any:
        try:
            begin = sys.modules[DISPATCH].begin
        except (KeyError, AttributeError, TypeError):
            begin = None
        original = mlflow_pitfalls_hook.__wrapped__
        call = None if begin is None else begin(kind, name, None)
        if call is None:
            return original(*args, **kwargs)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            call.failed(args, kwargs, error)
            raise
        call.returned(args, kwargs, result)
        return result

    return mlflow_pitfalls_hook


def hook_split(original: Function) -> Function:
    """Stand in for a splitter's ``split``: its generator is handed on inside another."""

    @functools.wraps(original)
    def mlflow_pitfalls_hook(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        try:
            begin = sys.modules[FOLDS].begin
        except (KeyError, AttributeError, TypeError):
            begin = None
        original = mlflow_pitfalls_hook.__wrapped__
        call = None if begin is None else begin(self)
        if call is None:
            return original(self, *args, **kwargs)
        try:
            folds = original(self, *args, **kwargs)
        finally:
            call.release()
        return call.watched(folds, args, kwargs)

    return mlflow_pitfalls_hook


def hook_run(original: Function, told: str) -> Function:
    """Stand in for a method of MLflow's; ``told`` is the function of :mod:`mlflow_runs` to call after it."""

    @functools.wraps(original)
    def mlflow_pitfalls_hook(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        result = mlflow_pitfalls_hook.__wrapped__(self, *args, **kwargs)
        try:
            tell = getattr(sys.modules[RUNS], told)
        except (KeyError, AttributeError, TypeError):
            return result
        tell(args, kwargs)
        return result

    return mlflow_pitfalls_hook


def is_hook(value: object) -> TypeGuard[FunctionType]:
    """Whether a function is one of the hooks, and not merely a copy of its attributes."""
    return isinstance(value, FunctionType) and _is_hook_code(value.__code__)


def _is_hook_code(code: CodeType) -> bool:
    return code.co_name == _HOOK and _HOOK in code.co_freevars


def original_of(hook: FunctionType) -> Function:
    """What a hook stands in for."""
    original: Function = vars(hook)["__wrapped__"]
    return original

"""A name that another package promises to nobody, and how to look for it without importing or calling anything."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateName:
    """One of them.

    Attributes:
        home: The module, or ``module:Class``, or ``module:function``, that has it.
        name: An attribute of the home, an attribute that its code sets, or a variable or function within.
        lost: What does not work without it, in words that a user understands.
    """

    home: str
    name: str
    lost: str

    def __str__(self) -> str:
        return f"{self.home.replace(':', '.')}.{self.name}"


def resolved(name: PrivateName) -> Any:
    """The object of that name, from its module.

    Raises:
        ImportError: There is no such module.
        AttributeError: It does not have the name.
    """
    return getattr(importlib.import_module(name.home), name.name)


def has_name(home: Any, name: str) -> bool:
    """Whether a module, class or function has an attribute or, anywhere in its code, a name of this kind.

    By looking, never by asking: MLflow's modules hold lazy ones, which any question imports.
    """
    if inspect.getattr_static(home, name, None) is not None:
        return True
    parts = vars(home).values() if isinstance(home, type | ModuleType) else (home,)
    return any(name in _names_in(code) for part in parts for code in _code_of(part))


def _code_of(part: Any) -> Iterator[CodeType]:
    part = part.fget if isinstance(part, property) else part
    while part is not None:
        code = getattr(part, "__code__", None) if inspect.isroutine(part) else None
        if isinstance(code, CodeType):
            yield code
        part = vars(part).get("__wrapped__") if inspect.isfunction(part) else None


def _names_in(code: CodeType) -> Iterator[str]:
    yield from (code.co_name, *code.co_names, *code.co_varnames, *code.co_cellvars, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
        elif isinstance(constant, str):
            yield constant

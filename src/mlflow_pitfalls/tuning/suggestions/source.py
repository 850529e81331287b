"""An estimator's settings as Python code that builds it anew; what no code may tell is left to be filled in."""

from __future__ import annotations

import math
import numbers
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import is_estimator, own_attributes
from mlflow_pitfalls.capture.estimators.parameters import nested_defaults
from mlflow_pitfalls.capture.estimators.private_text import DATA_VALUES, SECRET, looks_private
from mlflow_pitfalls.tuning.suggestions.layout import Node, call, mapping, quoted, sequence, text
from mlflow_pitfalls.tuning.suggestions.likeness import LIBRARIES, Unwritten, package_of

MAX_NUMBERS = 50  # of one list of numbers: longer ones are data
_COLUMNS = frozenset({"transformers"})  # whose lists name columns, however many
_LABELS = frozenset({"categories", "vocabulary", "stop_words"})  # hold values of the user's columns
_VALUES = DATA_VALUES | {"class_weight", "sampling_strategy"}
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What has to be filled in by hand: the name that the code uses, and what it was."""

    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The code of an estimator.

    Attributes:
        imports: What the expression needs: pairs of a module and a name in it, or no name for the module itself.
        expression: The estimator, over several lines where it is long.
        gaps: Names in the expression that have to be given values first.
    """

    imports: tuple[tuple[str, str], ...]
    expression: str
    gaps: tuple[Gap, ...] = ()


def import_lines(imports: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Import statements in the usual order, one for each module.

    Args:
        imports: Pairs of a module and a name in it, as :class:`Source` has them; a module may come ``as`` another name.
    """
    pairs = set(imports)
    lines = [f"import {module}" for module in sorted(module for module, name in pairs if not name)]
    for module in sorted({module for module, name in pairs if name}):
        names = sorted((n for m, n in pairs if m == module and n), key=lambda n: (not n.isupper(), n[0].islower(), n))
        lines.append(f"from {module} import {', '.join(names)}")
    return tuple(lines)


def source_of(twin: Any, *, strict: bool = False) -> Source:
    """Write an estimator as code; only parameters that differ from their defaults are named.

    Args:
        twin: A likeness, which holds no object of the user's own.
        strict: Whether values that may come from the data, such as labels, are left out even where they are few.
    """
    writer = _Writer(strict=strict)
    expression = text(writer.estimator(twin), before=len("return "), indent=1)
    return Source(imports=writer.imports(), expression=expression, gaps=tuple(writer.gaps))


@dataclass(slots=True)
class _Writer:
    strict: bool
    modules: set[str] = field(default_factory=set)  # imported whole
    gaps: list[Gap] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # imported name → module

    def imports(self) -> tuple[tuple[str, str], ...]:
        return (*((module, "") for module in sorted(self.modules)), *((m, n) for n, m in sorted(self.names.items())))

    def estimator(self, twin: Any) -> Node:
        kind = type(twin)
        if not _is_importable(kind):
            return self.gap(kind.__name__, "", f"{safe_text(kind.__name__)}, a class of your own")
        return call(self.imported(kind, kind.__name__), [(n, self.value(twin, n, v)) for n, v in _changed(twin)])

    def value(self, owner: Any, name: str, value: Any) -> Node:
        reason = self._held_back(name, value)
        if reason:
            return self.gap(type(owner).__name__, name, f"{name} of {type(owner).__name__}: {reason}")
        written = self.written(value)
        if written is None:
            what = value.what if isinstance(value, Unwritten) else f"a {safe_text(type(value).__name__)}"
            return self.gap(type(owner).__name__, name, f"{name} of {type(owner).__name__}: {what}")
        return written

    def written(self, value: Any) -> Node | None:
        """A value as code; None where there is none."""
        if value is None or isinstance(value, bool):
            return repr(value)
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, numbers.Number):
            return _number(value)
        if isinstance(value, list | tuple | dict):
            return self.container(value)
        return self.estimator(value) if is_estimator(value) else self.named(value)

    def container(self, value: Any) -> Node | None:
        if isinstance(value, dict):
            pairs = [(self.written(key), self.written(item)) for key, item in value.items()]
            known = [(key, item) for key, item in pairs if isinstance(key, str) and item is not None]
            return mapping(known) if len(known) == len(pairs) else None
        items = [self.written(item) for item in value]
        whole = [item for item in items if item is not None]
        return sequence(whole, is_tuple=isinstance(value, tuple)) if len(whole) == len(items) else None

    def named(self, value: Any) -> Node | None:
        """Functions and classes by their names; a library's helpers, such as splitters, by their constructors."""
        if isinstance(value, slice):
            return f"slice({value.start!r}, {value.stop!r}, {value.step!r})"
        name = getattr(value, "__name__", "")
        if name and vars(sys.modules.get("numpy", sys)).get(name) is value:
            self.modules.add("numpy as np")
            return f"np.{name}"
        if isinstance(value, type) and value.__module__ == "builtins":
            return name
        if name and callable(value) and _home(value, name):
            return self.imported(value, name)
        if package_of(type(value)) in LIBRARIES and _home(type(value), type(value).__name__):
            return self.estimator(value) if hasattr(value, "get_params") else self.helper(value)
        return None

    def helper(self, value: Any) -> Node | None:
        items: list[tuple[str, Node]] = []
        for name, default in nested_defaults(value, {})[""].items():
            held = own_attributes(value).get(name, default)
            if not _is_same(held, default):
                written = self.written(held)
                if written is None:
                    return None
                items.append((name, written))
        return call(self.imported(type(value), type(value).__name__), items)

    def imported(self, value: Any, name: str) -> str:
        module = _home(value, name)
        if self.names.setdefault(name, module) == module:
            return name
        self.modules.add(module)  # two classes of one name, such as both libraries' Pipeline
        return f"{module}.{name}"

    def gap(self, owner: str, name: str, what: str) -> str:
        base = "_".join(filter(None, (_WORD_START.sub("_", owner), name)))
        wanted = re.sub(r"\W", "_", base, flags=re.ASCII).upper().strip("_") or "VALUE"
        taken = {gap.name for gap in self.gaps}
        chosen = next(n for n in (wanted, *(f"{wanted}_{i}" for i in range(2, len(taken) + 3))) if n not in taken)
        self.gaps.append(Gap(name=chosen, what=safe_text(what)))
        return chosen

    def _held_back(self, name: str, value: Any) -> str:
        """Why a value is not written though it could be; empty where it is."""
        if SECRET.search(name):
            return "looks like a secret"
        if name not in _COLUMNS and any(looks_private(each) for each in _texts(value)):
            return "looks like a path, an address or a key"
        return self._data_in(name, value)

    def _data_in(self, name: str, value: Any) -> str:
        """Which part of the user's data a value holds; empty where it holds none."""
        is_plain = value is None or isinstance(value, str | bool | numbers.Number)
        if name in _LABELS and not is_plain:
            return "values of your data"
        if isinstance(value, dict) and any(isinstance(key, str) for key in value) and name in _VALUES:
            return "labels of your data"
        if self.strict and name in _VALUES and not (name in ("class_weight", "sampling_strategy") and is_plain):
            return "a value of your data"
        if name not in _COLUMNS and isinstance(value, list | tuple) and len(value) > MAX_NUMBERS:
            return f"{len(value)} values"
        return ""


def _changed(twin: Any) -> Iterator[tuple[str, Any]]:
    """Parameters that differ from the constructor's defaults, in the constructor's order."""
    defaults = nested_defaults(twin, {})[""]
    order = {name: place for place, name in enumerate(defaults)}
    parameters = twin.get_params(deep=False)
    required = [name for name in parameters if name not in defaults]
    for name in (*required, *sorted((n for n in parameters if n in defaults), key=order.__getitem__)):
        value = parameters[name]
        is_unset = name not in defaults and value is None
        if not is_unset and not (name in defaults and _is_same(value, defaults[name])):
            yield name, value


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, and in what it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _texts(pair)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _is_same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    if isinstance(value, float) and isinstance(default, float) and math.isnan(value) and math.isnan(default):
        return True
    plain = (bool, int, float, str, tuple)
    return isinstance(value, plain) and type(value) is type(default) and bool(value == default)


def _number(value: Any) -> str | None:
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        number = float(value)
        return repr(number) if math.isfinite(number) else f'float("{number}")'
    return None


def _is_importable(kind: type) -> bool:
    """Whether another script can import the class: it stands in an installed package, not in the user's own files."""
    if package_of(kind) in LIBRARIES:
        return True
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return "site-packages" in file and bool(_home(kind, kind.__name__))


def _home(value: Any, name: str) -> str:
    """The shortest public module that has the object under its name, ``sklearn.svm`` for ``sklearn.svm._classes``."""
    parts = str(getattr(value, "__module__", "") or "").split(".")
    for length in range(1, len(parts) + 1):
        module = ".".join(parts[:length])
        if not parts[length - 1].startswith("_") and getattr(sys.modules.get(module), name, None) is value:
            return module
    return ""

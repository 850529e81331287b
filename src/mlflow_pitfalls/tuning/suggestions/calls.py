"""A search space as Python code: one of Optuna's suggest calls for each parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.tuning.suggestions.layout import INDENT, Group, Node, mapping, one_line, quoted, sequence, text

_SIMPLE = (bool, int, float, str, type(None))  # what Optuna keeps as a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that stand together. ``condition`` is empty where they always hold."""

    condition: str
    lines: tuple[str, ...]


def blocks_of(space: SearchSpace) -> tuple[Block, ...]:
    """The space in its order: each parameter's own block, told why it is there.

    A parameter that depends on another one comes after it, whatever its place in the space.
    """
    names = {parameter.name for parameter in space.parameters}
    first = [p for p in space.parameters if not any(name in names for name, _ in p.when)]
    later = [p for p in space.parameters if p not in first]
    return tuple(_block(parameter, names) for parameter in (*first, *later))


def dict_code(values: Mapping[str, Value], *, based_on: str = "") -> str:
    """A configuration as a dict, perhaps one that changes another."""
    items: list[tuple[str, Node]] = [(f"{quoted(name)}: ", literal(value)) for name, value in values.items()]
    start: list[tuple[str, Node]] = [("**", based_on)] if based_on else []
    return text(Group("{", (*start, *items), "}"), indent=1 if based_on else 0)


def queued(values: Iterable[tuple[str, Value]], space: SearchSpace) -> dict[str, Value]:
    """Settings as Optuna's own parameters, without those that lie outside of the space."""
    known = {parameter.name: parameter for parameter in space.parameters}
    found: dict[str, Value] = {}
    for name, value in values:
        parameter = known.get(name)
        if parameter is not None and _holds(parameter, value):
            found[name] = label(value) if _is_labelled(parameter) else _rounded(value, parameter)
    return found


def literal(value: Value) -> str:
    """A value as code."""
    if isinstance(value, str):
        return quoted(value)
    return text(sequence([literal(item) for item in value], is_tuple=True)) if isinstance(value, tuple) else repr(value)


def label(value: Value) -> str:
    """The name under which Optuna keeps a choice that it cannot keep itself: ``64-64`` for ``(64, 64)``."""
    return "-".join(str(item) for item in value) if isinstance(value, tuple) else str(value)


def _block(parameter: Parameter, names: set[str]) -> Block:
    searched = [(name, value) for name, value in parameter.when if name in names]
    indent = 2 if searched else 1
    lines = [f"# {one_line(parameter.why)}"] if parameter.why else []
    target = f"params[{quoted(parameter.name)}] = "
    lines += f"{target}{_suggested(parameter, indent, len(target))}".split("\n")
    lines += [f"params[{quoted(name)}] = {literal(value)}" for name, value in parameter.together]
    lines += [f"params[{quoted(n)}] = {literal(v)}" for n, v in parameter.when if n not in names]
    tests = [f"params[{quoted(name)}] == {literal(value)}" for name, value in searched]
    return Block(condition=" and ".join(tests), lines=tuple(line.removeprefix(INDENT * indent) for line in lines))


def _suggested(parameter: Parameter, indent: int, before: int) -> str:
    name = quoted(parameter.name)
    if parameter.kind is not Kind.CATEGORY:
        bounds = [_bound(parameter, bound) for bound in (parameter.low, parameter.high)]
        log = ["log=True"] if parameter.log else []
        kind = "int" if parameter.kind is Kind.INTEGER else "float"
        return text(_trial(kind, [name, *bounds, *log]), indent=indent, before=before)
    if not _is_labelled(parameter):
        return text(_trial("categorical", [name, _choices(parameter)]), indent=indent, before=before)
    pairs: list[tuple[str, Node]] = [(quoted(label(choice)), literal(choice)) for choice in parameter.choices]
    chosen = text(_trial("categorical", [name, sequence([key for key, _ in pairs])]), indent=indent + 1)
    return f"{text(mapping(pairs), indent=indent)}[\n{INDENT * (indent + 1)}{chosen}\n{INDENT * indent}]"


def _trial(kind: str, items: list[Node]) -> Group:
    return Group(f"trial.suggest_{kind}(", tuple(("", item) for item in items), ")")


def _bound(parameter: Parameter, bound: float | None) -> str:
    return str(int(bound or 0)) if parameter.kind is Kind.INTEGER else repr(float(bound or 0.0))


def _rounded(value: Value, parameter: Parameter) -> Value:
    """A number without noise, still inside of the range."""
    if parameter.kind is not Kind.FLOAT or not isinstance(value, float):
        return value
    short = float(f"{value:.3g}")
    return short if _holds(parameter, short) else value


def _choices(parameter: Parameter) -> Node:
    return sequence([literal(choice) for choice in parameter.choices])


def _is_labelled(parameter: Parameter) -> bool:
    return any(not isinstance(choice, _SIMPLE) for choice in parameter.choices)


def _holds(parameter: Parameter, value: Value) -> bool:
    if parameter.kind is Kind.CATEGORY:
        return any(type(value) is type(choice) and value == choice for choice in parameter.choices)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if parameter.kind is Kind.INTEGER and value != int(value):
        return False
    return (parameter.low is None or value >= parameter.low) and (parameter.high is None or value <= parameter.high)

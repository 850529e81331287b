"""A search space as Python code: one of Optuna's suggest calls for each parameter."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.suggestions import Configuration, Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.tuning.layout import Node, mapping, one_line, quoted, sequence, text

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


def configuration_code(configuration: Configuration) -> str:
    """A configuration as a dict that ``set_params`` takes."""
    return text(mapping([(quoted(name), literal(value)) for name, value in configuration.values]), indent=1)


def enqueued(values: tuple[tuple[str, Value], ...], space: SearchSpace) -> dict[str, Value] | None:
    """A configuration as Optuna's own parameters; None where one of its values lies outside of the space."""
    known = {parameter.name: parameter for parameter in space.parameters}
    found: dict[str, Value] = {}
    for name, value in values:
        parameter = known.get(name)
        if parameter is None:
            continue
        if not _holds(parameter, value):
            return None
        found[name] = label(value) if _is_labelled(parameter) else value
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
    lines = [f"# {one_line(parameter.why)}"] if parameter.why else []
    lines.append(f"params[{quoted(parameter.name)}] = {_call(parameter)}")
    lines += [f"params[{quoted(name)}] = {literal(value)}" for name, value in parameter.together]
    searched = [(name, value) for name, value in parameter.when if name in names]
    lines += [f"params[{quoted(n)}] = {literal(v)}" for n, v in parameter.when if n not in names]
    tests = [f"params[{quoted(name)}] == {literal(value)}" for name, value in searched]
    return Block(condition=" and ".join(tests), lines=tuple(lines))


def _call(parameter: Parameter) -> str:
    name = quoted(parameter.name)
    if parameter.kind is Kind.CATEGORY:
        if not _is_labelled(parameter):
            return f"trial.suggest_categorical({name}, {text(_choices(parameter))})"
        pairs: list[tuple[str, Node]] = [(quoted(label(choice)), literal(choice)) for choice in parameter.choices]
        labels = text(sequence([key for key, _ in pairs]))
        return f"{text(mapping(pairs), indent=1)}[\n        trial.suggest_categorical({name}, {labels})\n    ]"
    log = ", log=True" if parameter.log else ""
    if parameter.kind is Kind.INTEGER:
        return f"trial.suggest_int({name}, {_whole(parameter.low)}, {_whole(parameter.high)}{log})"
    return f"trial.suggest_float({name}, {parameter.low!r}, {parameter.high!r}{log})"


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


def _whole(bound: float | None) -> str:
    return str(int(bound or 0))

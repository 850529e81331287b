"""The next configurations where no earlier runs speak: single levers in growing steps, then together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from mlflow_pitfalls.model.suggestions import Aim, Configuration, Direction, Kind, Move, Parameter, SearchSpace, Value

CONFIGURATIONS = 5
_SMALL, _MIDDLE, _LARGE = 0.3, 0.5, 0.75  # of the way from where the run stands to the end of the range
_LOCAL = 0.2  # of the range, where no flag says which way
_RATES = ("learning_rate",)
_ROUNDS = ("n_estimators", "max_iter", "iterations")
_DIGITS = 2  # significant digits of a proposed number
_AGAINST = {
    Aim.OVERFIT: "against overfit",
    Aim.UNDERFIT: "against underfit",
    Aim.SLOW: "to train faster",
    Aim.IMBALANCE: "against imbalance",
}

_Setting = tuple[Parameter, Value]


def next_by_priors(space: SearchSpace, aims: Sequence[Aim]) -> tuple[Configuration, ...]:
    """Up to five configurations; the same for the same space and aims.

    With an aim, the parameters that move against it are turned one at a time, in growing steps, then together. Without
    one, the first parameters are turned a little both ways.

    Args:
        space: What may be set, most promising parameter first.
        aims: What to fight, worst first.
    """
    found: list[Configuration] = []
    for settings, why in (*_aimed(space, aims), *_local(space)):
        values = _values(settings, space)
        if values and all(values != other.values for other in found):
            found.append(Configuration(values=values, why=why))
        if len(found) == CONFIGURATIONS:
            break
    return tuple(found)


def _aimed(space: SearchSpace, aims: Sequence[Aim]) -> Iterator[tuple[list[_Setting], str]]:
    """One lever small, then large; the next levers; the first ones together. Aims take turns."""
    for ladder in zip(*(_padded(_ladder(space, aim)) for aim in aims), strict=True) if aims else ():
        yield from (step for step in ladder if step is not None)


def _padded(steps: list[tuple[list[_Setting], str]]) -> list[tuple[list[_Setting], str] | None]:
    return [*steps[:CONFIGURATIONS], *[None] * (CONFIGURATIONS - len(steps))]


def _ladder(space: SearchSpace, aim: Aim) -> list[tuple[list[_Setting], str]]:
    levers = [(p, move) for p in space.parameters for move in p.moves if move.aim is aim and _can_move(p, move)]
    if not levers:
        return []
    against = _AGAINST[aim]
    steps: list[tuple[list[_Setting], str]] = []
    first, move = levers[0]
    if move.direction is Direction.CHOOSE:
        steps.append(([(first, move.choice)], f"{against}: {_own(first)} alone"))
    else:
        steps.append(([(first, _moved(first, move, _SMALL))], f"{against}: a step of {_own(first)} alone"))
        steps.append(([(first, _moved(first, move, _LARGE))], f"{against}: a larger step of {_own(first)}"))
    for lever, its in levers[1:2]:
        steps.append(([(lever, _moved(lever, its, _MIDDLE))], f"{against}: {_own(lever)} alone"))
    together = [(lever, _moved(lever, its, _SMALL)) for lever, its in levers[:3]]
    if len(together) > 1:
        steps.append((together, f"{against}: a little of {_listed([_own(p) for p, _ in together])}"))
        more = [(lever, _moved(lever, its, _MIDDLE)) for lever, its in levers[:3]]
        steps.append((more, f"{against}: more of {_listed([_own(p) for p, _ in more])}"))
    return steps


def _local(space: SearchSpace) -> Iterator[tuple[list[_Setting], str]]:
    """Each of the first parameters a little up, down, or to its other choices; then two steps."""
    for parameter in space.parameters:
        if parameter.kind is Kind.CATEGORY:
            for choice in parameter.choices:
                if choice != _stands(parameter):
                    yield [(parameter, choice)], f"another {_own(parameter)}"
        else:
            yield from _stepped(parameter, space, _LOCAL, "a step")
    for parameter in space.parameters:
        if parameter.kind is not Kind.CATEGORY:
            yield from _stepped(parameter, space, 2 * _LOCAL, "two steps")


def _stepped(parameter: Parameter, space: SearchSpace, size: float, words: str) -> Iterator[tuple[list[_Setting], str]]:
    place = _place(parameter, _stands(parameter))
    for step, way in ((size, "higher"), (-size, "lower")):
        if 0 <= place + step <= 1:
            value = _at(parameter, place + step)
            rounds = _matching_rounds(parameter, value, space)
            matched = f", {_own(rounds[0][0])} to match" if rounds else ""
            yield [(parameter, value), *rounds], f"{_own(parameter)} {words} {way}{matched}"


def _matching_rounds(parameter: Parameter, value: Value, space: SearchSpace) -> list[_Setting]:
    """The rounds that a boosting's other learning rate asks for: half the rate takes twice as many (Friedman 2001)."""
    prefix, own = parameter.name[: -len(_own(parameter))], _stands(parameter)
    if _own(parameter) not in _RATES or not isinstance(value, float) or not isinstance(own, int | float) or not value:
        return []
    for other in space.parameters:
        stands = _stands(other)
        if other.name in {f"{prefix}{rounds}" for rounds in _ROUNDS} and isinstance(stands, int) and other.high:
            wanted = float(f"{stands * own / value:.{_DIGITS}g}")
            return [(other, round(min(max(wanted, other.low or 1.0), other.high)))]
    return []


def _values(settings: list[_Setting], space: SearchSpace) -> tuple[tuple[str, Value], ...]:
    """What has to be set, with what each setting needs; empty where nothing differs from the run's own."""
    found: dict[str, Value] = {}
    own = {parameter.name: parameter.current for parameter in space.parameters}
    for parameter, value in settings:
        if _is_same(value, parameter.current):
            continue
        for name, needed in (*parameter.when, *parameter.together):
            if not (name in own and _is_same(needed, own[name])):
                found[name] = needed
        found[parameter.name] = value
    return tuple(found.items())


def _can_move(parameter: Parameter, move: Move) -> bool:
    if move.direction is Direction.CHOOSE:
        return not _is_same(move.choice, parameter.current) and not _is_same(move.choice, parameter.start)
    if parameter.kind is Kind.CATEGORY or parameter.low is None or parameter.high is None:
        return False
    return not _is_same(_moved(parameter, move, _SMALL), _stands(parameter))


def _moved(parameter: Parameter, move: Move, share: float) -> Value:
    """The value ``share`` of the way from where the run stands to the end that the move leads to."""
    if move.direction is Direction.CHOOSE:
        return move.choice
    place = _place(parameter, _stands(parameter))
    end = 1.0 if move.direction is Direction.RAISE else 0.0
    if abs(end - place) <= 0:
        return _stands(parameter)
    return _at(parameter, place + share * (end - place))


def _stands(parameter: Parameter) -> Value:
    return parameter.start if parameter.start is not None else parameter.current


def _place(parameter: Parameter, value: Value) -> float:
    """Where a value lies in the range, 0..1; the middle where it is none of the range's numbers, such as ``'sqrt'``."""
    low, high = parameter.low, parameter.high
    if low is None or high is None or isinstance(value, bool) or not isinstance(value, int | float) or high <= low:
        return 0.5
    inside = min(max(float(value), low), high)
    if parameter.log and low > 0:
        return math.log(inside / low) / math.log(high / low)
    return (inside - low) / (high - low)


def _at(parameter: Parameter, place: float) -> Value:
    low, high = parameter.low or 0.0, parameter.high or 0.0
    share = min(max(place, 0.0), 1.0)
    value = low * (high / low) ** share if parameter.log and low > 0 else low + share * (high - low)
    if parameter.kind is Kind.INTEGER:
        return round(value)
    return min(max(float(f"{value:.{_DIGITS}g}"), low), high)


def _is_same(value: Value, other: Value) -> bool:
    return type(value) is type(other) and value == other


def _own(parameter: Parameter) -> str:
    return parameter.name.rpartition("__")[2]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"

"""What earlier runs' settings and scores look like as points, for pictures of either kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from mlflow_pitfalls.model.suggestions import Parameter, Suggestions, Value
from mlflow_pitfalls.reporting import text

FEWEST = 3  # earlier runs that make a picture
SLICES_SHOWN = 4
_FENCE = 6.0  # times the upper quartile's distance to the median, below it: lower scores would flatten all the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One parameter's values against the scores; ``ends`` are the outermost values."""

    name: str
    points: tuple[tuple[float, float], ...]  # (place from left to right, 0..1; score)
    ends: tuple[str, str]


def scores_in_order(suggestions: Suggestions) -> list[float]:
    """The scores of the earlier runs, oldest first; empty where they are too few to show."""
    scores = [each.score for each in suggestions.tried if math.isfinite(each.score)]
    return scores if len(scores) >= FEWEST else []


def lowest_shown(scores: Sequence[float]) -> float:
    """Where the axis of these scores ends below: at the worst of them, or above those that lie far below the rest."""
    _, middle, high = quantiles(scores, n=4, method="inclusive")
    fence = middle - _FENCE * (high - middle)
    return min(score for score in scores if score >= fence) if high > middle else min(scores)


def below_the_axis(scores: Sequence[float]) -> str:
    """How many runs stand at the lower edge since they scored far below the rest, as words for a heading; or none."""
    count = sum(score < lowest_shown(scores) for score in scores)
    return f"; {text.count(count, 'run')} far below, at the lower edge" if count else ""


def slices_of(suggestions: Suggestions) -> tuple[Slice, ...]:
    """The parameters that earlier runs set differently, the most important ones first."""
    shares = {each.name: each.share for each in suggestions.importances}
    parameters = sorted(suggestions.space.parameters, key=lambda each: -shares.get(each.name, 0.0))
    found = (_slice(parameter, suggestions) for parameter in parameters)
    return tuple(each for each in found if each is not None)[:SLICES_SHOWN]


def _slice(parameter: Parameter, suggestions: Suggestions) -> Slice | None:
    pairs = [
        (values[parameter.name], each.score)
        for each in suggestions.tried
        if parameter.name in (values := dict(each.values)) and math.isfinite(each.score)
    ]
    distinct = list(dict.fromkeys(value for value, _ in pairs))
    if len(pairs) < FEWEST or len(distinct) < 2:
        return None
    numbers = [value for value in distinct if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(distinct):
        return _of_numbers(
            parameter, [(float(value), score) for value, score in pairs if isinstance(value, int | float)]
        )
    return _of_choices(parameter, distinct, pairs)


def _of_numbers(parameter: Parameter, pairs: list[tuple[float, float]]) -> Slice:
    low, high = min(value for value, _ in pairs), max(value for value, _ in pairs)
    log = parameter.log and low > 0

    def place(value: float) -> float:
        return math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)

    points = tuple((place(value), score) for value, score in pairs)
    return Slice(name=_own(parameter), points=points, ends=(text.number(low), text.number(high)))


def _of_choices(parameter: Parameter, distinct: Sequence[Value], pairs: Sequence[tuple[Value, float]]) -> Slice:
    order = sorted(distinct, key=repr)
    places = {repr(value): index / (len(order) - 1) for index, value in enumerate(order)}
    points = tuple((places[repr(value)], score) for value, score in pairs)
    return Slice(name=_own(parameter), points=points, ends=(text.clean(order[0], 14), text.clean(order[-1], 14)))


def _own(parameter: Parameter) -> str:
    return text.name(parameter.name.rpartition("__")[2])

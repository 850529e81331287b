"""PNG pictures of what earlier runs tell: which parameters matter, how the score went, and where it was good."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.suggestions import HistoryAdvice, Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.sheet import LINE, SMALL, SOFT, Sheet
from mlflow_pitfalls.reporting.svg import Scale, scale, ticks

IMPORTANCES_DRAWN = 10
SLICES_DRAWN = 6
_FEWEST_POINTS = 3  # of which a course or a slice can be seen
_REACH = 4.0  # how far below the middle is drawn, in distances of the best from it
_RUN, _BEST, _NEXT = "#2f6db3", "#c9600a", "#3b8f83"
_NAME_LENGTH = 34

# Inches.
_WIDTH, _TOP, _ROW, _BARS = 7.0, 0.55, 0.3, (2.7, 6.2)
_COURSE_HEIGHT, _COURSE = 2.9, (0.75, 6.8)
_SLICE_WIDTH, _SLICE_HEIGHT, _SLICE_GAP, _ACROSS, _SLICE_TOP, _SLICE_LEFT = 1.9, 1.1, (0.22, 0.72), 3, 0.85, 0.75


Drawn = tuple[Sheet, str]  # and what it shows, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningPicture:
    """A picture, and what it shows in words."""

    artifact: Artifact
    alt: str


def tuning_pictures(advice: HistoryAdvice, space: SearchSpace) -> tuple[TuningPicture, ...]:
    """The pictures that there are facts for; one that fails is left out.

    Args:
        advice: What earlier runs tell.
        space: Where it was looked for: scales and choices of the parameters.
    """
    makers: dict[str, Callable[[], Drawn | None]] = {
        "pitfalls/importance.png": lambda: importance_sheet(advice),
        "pitfalls/history.png": lambda: course_sheet(advice),
        "pitfalls/slices.png": lambda: slices_sheet(advice, space),
    }
    found = []
    for path, make in makers.items():
        with guard(f"drawing {path}"):
            drawn = make()
            if drawn is not None:
                sheet, alt = drawn
                found.append(TuningPicture(artifact=Artifact(path=path, content=sheet.png()), alt=alt))
    return tuple(found)


def importance_sheet(advice: HistoryAdvice) -> Drawn | None:
    """One bar a parameter; None where too few runs can tell."""
    drawn = advice.importances[:IMPORTANCES_DRAWN]
    if not drawn:
        return None
    sheet = Sheet(_WIDTH, _TOP + _ROW * len(drawn) + 0.15)
    sheet.heading(f"What made the difference in {text.count(advice.runs_used, 'earlier run')}")
    at = scale((0.0, 1.0), _BARS)
    for place, each in enumerate(drawn):
        y = _TOP + _ROW * (place + 0.5)
        sheet.write(_BARS[0] - 0.12, y, text.shorten(text.name(each.name), _NAME_LENGTH), align="right")
        sheet.box(_BARS[0], y - 0.09, at(each.share), y + 0.09, colour=_RUN)
        sheet.write(at(each.share) + 0.08, y, text.share(each.share), size=SMALL, colour=SOFT)
    first = ", ".join(f"{text.name(each.name)} {text.share(each.share)}" for each in drawn[:3])
    return sheet, f"Bars: share of the differences in score that each parameter explains. Largest: {first}."


def course_sheet(advice: HistoryAdvice) -> Drawn | None:
    """The runs' scores in their order, with the best so far; None where they are too few."""
    scores = [each.score for each in advice.tried if math.isfinite(each.score)]
    if len(scores) < _FEWEST_POINTS:
        return None
    sheet = Sheet(_WIDTH, _COURSE_HEIGHT)
    metric = text.shorten(text.name(advice.metric), _NAME_LENGTH)
    sheet.heading(f"{metric} of {text.count(len(scores), 'run')}, oldest first, and the best so far")
    bottom = _COURSE_HEIGHT - 0.4
    domain = _core(scores, advice.greater_is_better)
    up = _axis(sheet, domain, _COURSE, (_TOP, bottom))
    across = scale((1.0, float(len(scores))), (_COURSE[0] + 0.15, _COURSE[1] - 0.1))
    best = scores[0]
    xs, ys = [across(1.0)], [up(best)]
    for number, score in enumerate(scores, start=1):
        if score > best if advice.greater_is_better else score < best:
            xs, ys, best = [*xs, across(number), across(number)], [*ys, up(best), up(score)], score
    sheet.line([*xs, across(len(scores))], [*ys, up(best)], colour=_BEST, width=1.4)
    for number, score in enumerate(scores, start=1):
        sheet.dot(across(number), up(score), colour=_RUN, diameter=6)
    sheet.write(across(1.0), bottom + 0.2, "1", size=SMALL, colour=SOFT, align="center")
    sheet.write(across(len(scores)), bottom + 0.2, str(len(scores)), size=SMALL, colour=SOFT, align="center")
    return sheet, f"Dots: {metric} of each run in order. Line: the best so far, {text.score(best)} in the end."


def slices_sheet(advice: HistoryAdvice, space: SearchSpace) -> Drawn | None:
    """Score against each of the parameters that runs differ in, most important first; None where none can be drawn."""
    parameters = _to_slice(advice, space)
    if not parameters:
        return None
    step = (_SLICE_WIDTH + _SLICE_GAP[0], _SLICE_HEIGHT + _SLICE_GAP[1])
    rows = math.ceil(len(parameters) / _ACROSS)
    sheet = Sheet(_WIDTH, _SLICE_TOP + rows * step[1] - 0.25)
    metric = text.shorten(text.name(advice.metric), _NAME_LENGTH)
    sheet.heading(f"{metric} by what was set; below, in green, what to try next")
    domain = _core([each.score for each in advice.tried if math.isfinite(each.score)], advice.greater_is_better)
    for place, parameter in enumerate(parameters):
        down, across = divmod(place, _ACROSS)
        _slice(sheet, advice, parameter, domain, (_SLICE_LEFT + across * step[0], _SLICE_TOP + down * step[1]))
    names = text.listed([text.name(each.name) for each in parameters])
    return sheet, f"Dots: {metric} of each run against {names}. Marks below: the values to try next."


def _to_slice(advice: HistoryAdvice, space: SearchSpace) -> list[Parameter]:
    rank = {each.name: place for place, each in enumerate(advice.importances)}
    found = []
    for parameter in space.parameters:
        values = [dict(each.values)[parameter.name] for each in advice.tried if parameter.name in dict(each.values)]
        if len(values) >= _FEWEST_POINTS and len(set(values)) > 1:
            found.append(parameter)
    return sorted(found, key=lambda each: rank.get(each.name, len(rank)))[:SLICES_DRAWN]


def _slice(
    sheet: Sheet, advice: HistoryAdvice, parameter: Parameter, domain: tuple[float, float], corner: tuple[float, float]
) -> None:
    left, top = corner
    right, bottom = left + _SLICE_WIDTH, top + _SLICE_HEIGHT
    up = _axis(sheet, domain, (left, right), (top, bottom), labelled=left == _SLICE_LEFT)
    tried = [(dict(each.values)[parameter.name], each.score) for each in advice.tried if _has(each.values, parameter)]
    proposed = [dict(each.values)[parameter.name] for each in advice.next if _has(each.values, parameter)]
    places = [_place(parameter, value) for value in (*(value for value, _ in tried), *proposed)]
    across = scale((min(places), max(places)), (left + 0.1, right - 0.1))
    for value, score in tried:
        if math.isfinite(score):
            sheet.dot(across(_place(parameter, value)), up(score), colour=_RUN, diameter=5)
    for value in proposed:
        x = across(_place(parameter, value))
        sheet.line([x, x], [bottom + 0.02, bottom + 0.1], colour=_NEXT, width=2.2)
    sheet.write(left, top - 0.12, text.shorten(text.name(parameter.name), 26))
    ends = sorted((_place(parameter, value), _told(value)) for value in (*(value for value, _ in tried), *proposed))
    sheet.write(left, bottom + 0.2, ends[0][1], size=SMALL, colour=SOFT)
    sheet.write(right, bottom + 0.2, ends[-1][1], size=SMALL, colour=SOFT, align="right")


def _has(values: Sequence[tuple[str, Value]], parameter: Parameter) -> bool:
    return any(name == parameter.name for name, _ in values)


def _place(parameter: Parameter, value: Value) -> float:
    if parameter.kind is Kind.CATEGORY or not isinstance(value, int | float):
        return float(parameter.choices.index(value)) if value in parameter.choices else -1.0
    return math.log(value) if parameter.log and value > 0 else float(value)


def _told(value: Value) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text.number(float(value)) if is_number else text.shorten(text.clean(str(value)), 14)  # type: ignore[arg-type]


def _core(scores: Sequence[float], greater_is_better: bool) -> tuple[float, float]:
    """The scores' range without the worst outliers, which would flatten all else; they stand at its edge."""
    ordered = sorted(scores)
    low, middle, high = (ordered[round(share * (len(ordered) - 1))] for share in (0.0, 0.5, 1.0))
    if greater_is_better:
        low = max(low, middle - _REACH * (high - middle)) if high > middle else low
    else:
        high = min(high, middle + _REACH * (middle - low)) if middle > low else high
    margin = (high - low) * 0.05
    return low - margin, high + margin


def _axis(
    sheet: Sheet, domain: tuple[float, float], xs: tuple[float, float], ys: tuple[float, float], labelled: bool = True
) -> Scale:
    up = scale(domain, (ys[1], ys[0]))
    for tick in ticks(*domain):
        sheet.line(xs, [up(tick)] * 2, colour=LINE, width=0.8)
        if labelled:
            sheet.write(xs[0] - 0.08, up(tick), text.number(tick), size=SMALL, colour=SOFT, align="right")
    return up

"""PNG pictures of earlier runs: which parameters mattered, how the scores went, and each parameter by itself."""

from __future__ import annotations

from collections.abc import Callable

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.sheet import LINE, SMALL, SOFT, Sheet
from mlflow_pitfalls.reporting.svg import Scale, scale, ticks
from mlflow_pitfalls.reporting.tuning_points import Slice, below_the_axis, lowest_shown, scores_in_order, slices_of

_BLUE, _ORANGE = "#2f6db3", "#c9600a"
_SHOWN = 10  # importances
# Inches.
_WIDTH, _TOP, _ROW = 7.0, 0.5, 0.32
_BARS = (2.2, 6.2)
_PLOT, _HEIGHT = (0.75, 6.8), 2.9
_DOWN = (2.45, 0.6)
_PANEL, _GAP = 1.4, 0.18
_MARGIN = 0.08


def tuning_pictures(suggestions: Suggestions) -> tuple[Artifact, ...]:
    """The pictures that there are earlier runs for; one that fails is left out.

    Args:
        suggestions: With ``importances`` and ``tried``.
    """
    found = []
    for path, draw in _PICTURES:
        with guard(f"drawing {path}"):
            sheet = draw(suggestions)
            if sheet is not None:
                found.append(Artifact(path=path, content=sheet.png()))
    return tuple(found)


def importances_sheet(suggestions: Suggestions) -> Sheet | None:
    """Bars of the parameters' shares, largest first; None without importances."""
    shown = suggestions.importances[:_SHOWN]
    if not shown:
        return None
    sheet = Sheet(_WIDTH, _TOP + _ROW * len(shown) + 0.2)
    sheet.heading(f"What explains the scores of {text.count(suggestions.history_runs, 'run')}")
    at = scale((0.0, max(each.share for each in shown) or 1.0), _BARS)
    for place, each in enumerate(shown):
        y = _TOP + _ROW * (place + 0.5)
        sheet.write(0.15, y, text.shorten(text.name(each.name.rpartition("__")[2]), 28))
        sheet.box(_BARS[0], y - 0.09, max(at(each.share), _BARS[0] + 0.01), y + 0.09, colour=_BLUE)
        sheet.write(max(at(each.share), _BARS[0]) + 0.1, y, text.share(each.share), size=SMALL, colour=SOFT)
    return sheet


def history_sheet(suggestions: Suggestions) -> Sheet | None:
    """Scores in the order of the runs, and the best so far; None where too few are known."""
    scores = scores_in_order(suggestions)
    if not scores:
        return None
    sheet = Sheet(_WIDTH, _HEIGHT)
    told = f"oldest first; the line is the best so far{below_the_axis(scores)}"
    sheet.heading(f"{text.name(suggestions.metric)} of the runs, {told}")
    down = _grid(sheet, scores, _PLOT)
    across = scale((0.0, float(len(scores) - 1)), (_PLOT[0] + 0.1, _PLOT[1] - 0.1))
    best = [max(scores[: place + 1]) for place in range(len(scores))]
    sheet.line([across(place) for place in range(len(best))], [down(b) for b in best], colour=_ORANGE, width=1.5)
    for place, score in enumerate(scores):
        sheet.dot(across(place), down(score), colour=_BLUE, diameter=7)
    return sheet


def slices_sheet(suggestions: Suggestions) -> Sheet | None:
    """Scores against each of the first parameters; None where none was varied."""
    slices = slices_of(suggestions)
    if not slices:
        return None
    sheet = Sheet(_WIDTH, _HEIGHT)
    told = below_the_axis(scores_in_order(suggestions))
    sheet.heading(f"{text.name(suggestions.metric)} of the runs by parameter{told}")
    scores = [score for each in slices for _, score in each.points]
    down = _grid(sheet, scores, None)
    for place, each in enumerate(slices):
        _panel(sheet, each, _PLOT[0] + place * (_PANEL + _GAP), down)
    return sheet


def _panel(sheet: Sheet, each: Slice, left: float, down: Scale) -> None:
    right = left + _PANEL
    sheet.write(left, _DOWN[1] - 0.13, text.shorten(each.name, 18), size=SMALL)
    sheet.line([left, right], [_DOWN[0], _DOWN[0]], colour=LINE, width=1.0)
    across = scale((0.0, 1.0), (left + 0.07, right - 0.07))
    for place, score in each.points:
        sheet.dot(across(place), down(score), colour=_BLUE, diameter=6)
    sheet.write(left, _DOWN[0] + 0.15, each.ends[0], size=SMALL, colour=SOFT)
    sheet.write(right, _DOWN[0] + 0.15, each.ends[1], size=SMALL, colour=SOFT, align="right")


def _grid(sheet: Sheet, scores: list[float], across: tuple[float, float] | None) -> Scale:
    low, high = lowest_shown(scores), max(scores)
    span = (high - low) or abs(high) * 0.1 or 1.0
    domain = (low - _MARGIN * span, high + _MARGIN * span)
    inside = scale(domain, _DOWN)

    def down(score: float) -> float:
        return inside(max(score, low))

    for tick in ticks(*domain):
        sheet.write(_PLOT[0] - 0.08, down(tick), text.number(tick), size=SMALL, colour=SOFT, align="right")
        if across is not None:
            sheet.line(list(across), [down(tick)] * 2, colour=LINE, width=0.8)
    return down


_PICTURES: tuple[tuple[str, Callable[[Suggestions], Sheet | None]], ...] = (
    ("pitfalls/tuning_importances.png", importances_sheet),
    ("pitfalls/tuning_history.png", history_sheet),
    ("pitfalls/tuning_slices.png", slices_sheet),
)

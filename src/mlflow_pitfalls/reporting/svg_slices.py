"""Inline SVG: the scores of earlier runs against one parameter each, side by side on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import DOT, LINE, TEXT, Scale, picture, scale, ticks
from mlflow_pitfalls.reporting.tuning_points import Slice, lowest_shown

_WIDTH, _HEIGHT = 760, 190
_LEFT, _PANEL, _GAP = 58.0, 150.0, 24.0
_DOWN = (146.0, 26.0)
_NAME_LETTERS = 20
_MARGIN = 0.08


def slice_charts(slices: Sequence[Slice], title: str) -> Markup:
    """A panel for each parameter, four at most; empty without any.

    Args:
        slices: What to draw.
        title: What the scores are, for those who cannot see the picture.
    """
    if not slices:
        return Markup("")
    scores = [score for each in slices for _, score in each.points]
    low, high = lowest_shown(scores), max(scores)
    span = (high - low) or abs(high) * 0.1 or 1.0
    domain = (low - _MARGIN * span, high + _MARGIN * span)
    inside = scale(domain, _DOWN)

    def down(score: float) -> float:
        return inside(max(score, low))

    parts: list[Markup] = []
    for tick in ticks(*domain):
        content = text.number(tick)
        parts.append(TEXT.format(style="tick", x=_LEFT - 8, y=down(tick) + 4, anchor="end", content=content))
    for index, each in enumerate(slices):
        parts += _panel(each, _LEFT + index * (_PANEL + _GAP), domain, down)
    said = ", ".join(each.name for each in slices)
    return picture(parts, width=_WIDTH, height=_HEIGHT, title=f"{title} against {said}", style="pic broad")


def _panel(each: Slice, left: float, domain: tuple[float, float], down: Scale) -> list[Markup]:
    right = left + _PANEL
    parts = [LINE.format(style="grid", x1=left, y1=down(t), x2=right, y2=down(t)) for t in ticks(*domain)]
    parts.append(LINE.format(style="axis", x1=left, y1=_DOWN[0], x2=right, y2=_DOWN[0]))
    name = text.shorten(each.name, _NAME_LETTERS)
    parts.append(TEXT.format(style="label", x=left, y=14, anchor="start", content=name))
    across = scale((0.0, 1.0), (left + 6, right - 6))
    parts += [DOT.format(style="dot train", x=across(place), y=down(score), radius=4) for place, score in each.points]
    for x, anchor, content in ((left, "start", each.ends[0]), (right, "end", each.ends[1])):
        parts.append(TEXT.format(style="tick", x=x, y=_DOWN[0] + 18, anchor=anchor, content=content))
    return parts

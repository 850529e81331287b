"""Inline SVG curves: a score over rows or rounds, with intervals where they are known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import DOT, LINE, TEXT, Scale, picture, scale, ticks

_WIDTH, _HEIGHT = 640, 250
_ACROSS = (58.0, 560.0)
_DOWN = (206.0, 18.0)
_MARGIN = 0.08
_LABEL_ROOM = 52.0  # pixels between two labels of the axis
_PATH = Markup('<path class="{style}" d="{path}"/>')


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A point of a curve; ``label`` names one that stands out."""

    x: float
    estimate: Estimate
    style: str = "train"
    label: str = ""


def curve(points: Sequence[CurvePoint], title: str, axis: str, *, mark: float | None = None) -> Markup:
    """Points joined from left to right, each with its interval.

    Args:
        points: In order of ``x``; those that are not finite are left out.
        title: What the curve shows, for those who cannot see it.
        axis: What runs from left to right.
        mark: Where the best place is; a dashed line stands there.
    """
    shown = [point for point in points if math.isfinite(point.x) and math.isfinite(point.estimate.value)]
    if len(shown) < 2:
        return Markup("")
    across = scale((0.0, max(point.x for point in shown)), _ACROSS)
    domain = _domain(shown)
    down = scale(domain, _DOWN)
    parts = _grid(domain, down)
    parts += _labels([point.x for point in shown], across, axis)
    if mark is not None and math.isfinite(mark):
        x, anchor = across(mark), "end" if across(mark) > sum(_ACROSS) / 2 else "start"
        parts.append(LINE.format(style="limit", x1=x, y1=_DOWN[1], x2=x, y2=_DOWN[0]))
        shift = -8 if anchor == "end" else 8
        parts.append(TEXT.format(style="label", x=x + shift, y=_DOWN[1] + 6, anchor=anchor, content="best"))
    path = "M" + "L".join(f"{across(p.x):.1f},{down(p.estimate.value):.1f}" for p in shown if not p.label)
    parts.append(_PATH.format(style="trace", path=path))
    for point in shown:
        parts += _point(point, across, down)
    said = ", ".join(
        f"{text.number(p.x)} {text.estimate(p.estimate)}{f' ({p.label})' if p.label else ''}" for p in shown
    )
    return picture(parts, width=_WIDTH, height=_HEIGHT, title=f"{title} over {axis}: {said}")


def _domain(points: Sequence[CurvePoint]) -> tuple[float, float]:
    bounds: list[float] = []
    for point in points:
        interval = point.estimate.interval
        bounds += [point.estimate.value] if interval is None else [point.estimate.value, interval.low, interval.high]
    finite = [bound for bound in bounds if math.isfinite(bound)]
    low, high = min(finite), max(finite)
    span = (high - low) or abs(high) * 0.1 or 1.0
    return low - _MARGIN * span, high + _MARGIN * span


def _grid(domain: tuple[float, float], down: Scale) -> list[Markup]:
    parts = [LINE.format(style="axis", x1=_ACROSS[0], y1=_DOWN[0], x2=_ACROSS[1], y2=_DOWN[0])]
    for tick in ticks(*domain):
        y, content = down(tick), text.number(tick)
        parts.append(LINE.format(style="grid", x1=_ACROSS[0], y1=y, x2=_ACROSS[1], y2=y))
        parts.append(TEXT.format(style="tick", x=_ACROSS[0] - 8, y=y + 4, anchor="end", content=content))
    return parts


def _labels(places: Sequence[float], across: Scale, axis: str) -> list[Markup]:
    """The places of the points, the last one always, as many as have room."""
    parts, taken = [], math.inf
    for place in sorted(set(places), reverse=True):
        x = across(place)
        if taken - x >= _LABEL_ROOM:
            parts.append(TEXT.format(style="tick", x=x, y=_DOWN[0] + 16, anchor="middle", content=text.number(place)))
            taken = x
    middle = sum(_ACROSS) / 2
    parts.append(TEXT.format(style="tick", x=middle, y=_HEIGHT - 6, anchor="middle", content=text.clean(axis)))
    return parts


def _point(point: CurvePoint, across: Scale, down: Scale) -> list[Markup]:
    x, y, bounds = across(point.x), down(point.estimate.value), point.estimate.interval
    parts = []
    if bounds is not None and math.isfinite(bounds.low) and math.isfinite(bounds.high):
        top = down(bounds.high)
        parts.append(LINE.format(style=f"ci {point.style}", x1=x, y1=top, x2=x, y2=max(down(bounds.low), top + 1)))
    parts.append(DOT.format(style=f"dot {point.style}", x=x, y=y, radius=6 if point.label else 4))
    if point.label:
        parts.append(TEXT.format(style="label", x=x + 10, y=y + 4, anchor="start", content=text.name(point.label)))
    return parts

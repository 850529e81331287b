"""Inline SVG charts of many estimates under each other: dots with intervals, or bars from nought with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import DOT, LINE, RECT, TEXT, Scale, picture, scale, ticks

_WIDTH, _ROW, _TOP, _AXIS_HEIGHT = 760, 26, 6, 24
_PLOT = (236.0, 490.0)
_VALUES_AT = 506.0
_LABEL_LETTERS = 34
_VALUE_LETTERS = 44
_MARGIN = 0.06  # of what is shown, on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """One line. ``note`` stands after the value; ``style`` is one of the page's colours."""

    label: str
    estimate: Estimate
    style: str = "train"
    note: str = ""


def dot_chart(rows: Sequence[DotRow], title: str, *, zero: bool = False, bars: bool = False) -> Markup:
    """Estimates under each other on one axis; those that are not finite are left out.

    Args:
        rows: The lines, from the top.
        title: What the chart shows, for those who cannot see it.
        zero: Draw a line at nought.
        bars: Draw a bar from nought to each value.
    """
    shown = [row for row in rows if math.isfinite(row.estimate.value)]
    if not shown:
        return Markup("")
    domain = _domain(shown, with_zero=zero or bars)
    at = scale(domain, _PLOT)
    bottom = _TOP + _ROW * len(shown)
    parts = _axis(domain, at, bottom)
    if domain[0] <= 0 <= domain[1] and (zero or bars):
        parts.append(LINE.format(style="limit", x1=at(0), y1=_TOP, x2=at(0), y2=bottom))
    for index, row in enumerate(shown):
        parts += _row(row, at, _TOP + _ROW * (index + 0.5), bars)
    said = ", ".join(f"{row.label} {text.estimate(row.estimate)}" for row in shown)
    return picture(parts, width=_WIDTH, height=bottom + _AXIS_HEIGHT, title=f"{title}: {said}", style="pic broad")


def _domain(rows: Sequence[DotRow], *, with_zero: bool) -> tuple[float, float]:
    bounds = [0.0] if with_zero else []
    for row in rows:
        interval = row.estimate.interval
        bounds += [row.estimate.value] if interval is None else [row.estimate.value, interval.low, interval.high]
    finite = [bound for bound in bounds if math.isfinite(bound)]
    low, high = min(finite), max(finite)
    span = (high - low) or abs(high) * 0.1 or 1.0
    return low - _MARGIN * span, high + _MARGIN * span


def _axis(domain: tuple[float, float], at: Scale, bottom: float) -> list[Markup]:
    parts = [LINE.format(style="axis", x1=_PLOT[0], y1=bottom, x2=_PLOT[1], y2=bottom)]
    for tick in ticks(*domain):
        parts.append(LINE.format(style="grid", x1=at(tick), y1=_TOP, x2=at(tick), y2=bottom))
        parts.append(TEXT.format(style="tick", x=at(tick), y=bottom + 15, anchor="middle", content=text.number(tick)))
    return parts


def _row(row: DotRow, at: Scale, y: float, bars: bool) -> list[Markup]:
    label = text.shorten(text.name(row.label), _LABEL_LETTERS)
    parts = [TEXT.format(style="label", x=0, y=y + 4, anchor="start", content=label)]
    value, bounds = row.estimate.value, row.estimate.interval
    if bars:
        left, right = sorted((at(0.0), at(value)))
        parts.append(RECT.format(style=row.style, x=left, y=y - 6, width=max(right - left, 1), height=12, radius=1))
    if bounds is not None and math.isfinite(bounds.low) and math.isfinite(bounds.high):
        left = at(bounds.low)
        style = "whisker" if bars else f"ci {row.style}"
        parts.append(LINE.format(style=style, x1=left, y1=y, x2=max(at(bounds.high), left + 1), y2=y))
    if not bars:
        parts.append(DOT.format(style=f"dot {row.style}", x=at(value), y=y, radius=5))
    said = f"{text.estimate(row.estimate)}{f' · {row.note}' if row.note else ''}"
    content = text.clean(said, _VALUE_LETTERS)
    parts.append(TEXT.format(style="tick", x=_VALUES_AT, y=y + 4, anchor="start", content=content))
    return parts

"""Inline SVG bars: shares, time, and rows by class."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from mlflow_pitfalls.model.profile import ClassCount
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import RECT, TEXT, picture

CLASSES_SHOWN = 10
_BAR_WIDTH, _BAR_HEIGHT = 64, 8
_TIME_WIDTH, _TIME_HEIGHT = 640, 22
_CLASS_WIDTH, _CLASS_ROW, _CLASS_LABEL, _CLASS_END = 560, 34, 130.0, 430.0
_LEAST_WIDTH = 1.5  # so that a rare class or a short step can still be seen


def share_bar(value: float, title: str) -> Markup:
    """A short bar filled to a share, 0..1."""
    filled = max(_LEAST_WIDTH, _BAR_WIDTH * min(value, 1.0)) if value > 0 else 0.0
    parts = [RECT.format(style="track", x=0, y=0, width=_BAR_WIDTH, height=_BAR_HEIGHT, radius=2)]
    if filled:
        parts.append(RECT.format(style="missing", x=0, y=0, width=filled, height=_BAR_HEIGHT, radius=2))
    return picture(parts, width=_BAR_WIDTH, height=_BAR_HEIGHT, title=title, style="bar")


def time_bar(segments: Sequence[tuple[str, str, float]]) -> Markup:
    """One stacked bar of (label, style, seconds); empty where no time was taken."""
    timed = [(label, style, value) for label, style, value in segments if math.isfinite(value) and value > 0]
    total = sum(value for _, _, value in timed)
    if not timed:
        return Markup("")
    widths = [max(_LEAST_WIDTH, _TIME_WIDTH * value / total) for _, _, value in timed]
    shrink = _TIME_WIDTH / sum(widths)
    parts, x = [], 0.0
    for (_, style, _), width in zip(timed, widths, strict=True):
        parts.append(RECT.format(style=style, x=x, y=0, width=width * shrink, height=_TIME_HEIGHT, radius=0))
        x += width * shrink
    title = ", ".join(f"{label} {text.seconds(value)}" for label, _, value in timed)
    return picture(parts, width=_TIME_WIDTH, height=_TIME_HEIGHT, title=title, style="pic time")


def class_bars(train: Sequence[ClassCount], held_out: Sequence[ClassCount]) -> Markup:
    """Rows of each class, training over held-out, commonest first, each side as shares of its own rows."""
    if not train:
        return Markup("")
    other = {entry.label: entry.count for entry in held_out}
    totals = (sum(entry.count for entry in train) or 1, sum(other.values()) or 1)
    shown = list(train[:CLASSES_SHOWN])
    if len(train) > CLASSES_SHOWN and train[-1] not in shown:
        shown[-1] = train[-1]  # the rarest class is the one that matters
    largest = max(entry.count / totals[0] for entry in shown) or 1.0
    largest = max(largest, *(other.get(entry.label, 0) / totals[1] for entry in shown))
    parts: list[Markup] = []
    for index, entry in enumerate(shown):
        sides = ((entry.count, totals[0], "train"), (other.get(entry.label, 0), totals[1], "held"))
        parts += _class_row(entry.label, sides if held_out else sides[:1], largest, index * _CLASS_ROW)
    title = "rows by class: " + ", ".join(f"{text.name(e.label)} {text.number(e.count)}" for e in shown)
    return picture(parts, width=_CLASS_WIDTH, height=len(shown) * _CLASS_ROW, title=title)


def _class_row(label: str, sides: Sequence[tuple[int, int, str]], largest: float, top: float) -> list[Markup]:
    shown = text.shorten(text.name(label), 18)
    parts = [TEXT.format(style="label", x=0, y=top + 20, anchor="start", content=shown)]
    for row, (amount, total, style) in enumerate(sides):
        width = max(_LEAST_WIDTH, (_CLASS_END - _CLASS_LABEL) * amount / total / largest) if amount else 0.0
        y = top + 5 + 13 * row
        parts.append(RECT.format(style=style, x=_CLASS_LABEL, y=y, width=width, height=10, radius=2))
        content = f"{text.number(amount)} ({text.share(amount / total)})"
        parts.append(TEXT.format(style="tick", x=_CLASS_LABEL + width + 6, y=y + 9, anchor="start", content=content))
    return parts

"""Inline SVG pictures of scores and of evidence: dots with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Evidence
from mlflow_pitfalls.model.record import ScoreFacts
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import DOT, LINE, RECT, TEXT, Scale, picture, scale, ticks

_SCORE_WIDTH, _SCORE_ROW, _SCORE_TOP = 640, 34, 10
_SCORE_PLOT = (112.0, 452.0)
_SCORE_VALUES_AT = 470.0
_AXIS_HEIGHT = 24
_PERFECT_WITHIN = 0.6  # the best possible score is drawn where it lies this near, in widths of what is shown


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One line of a score chart."""

    label: str
    style: str
    estimate: Estimate


def score_chart(facts: ScoreFacts) -> Markup:
    """Dots with 95 % intervals: training, held-out and dummy score; the band between them is the gap."""
    rows = score_rows(facts)
    if not rows:
        return Markup("")
    domain = score_domain(rows, facts.perfect)
    at = scale(domain, _SCORE_PLOT)
    bottom = _SCORE_TOP + _SCORE_ROW * len(rows)
    parts = [*_axis(domain, at, bottom), *_gap_band(facts, at, bottom)]
    if domain[0] <= facts.perfect <= domain[1]:
        x = at(facts.perfect)
        parts.append(LINE.format(style="perfect", x1=x, y1=_SCORE_TOP, x2=x, y2=bottom))
    for index, row in enumerate(rows):
        parts += _score_row(row, at, _SCORE_TOP + _SCORE_ROW * (index + 0.5))
    said = ", ".join(f"{row.label.lower()} {text.estimate(row.estimate)}" for row in rows)
    return picture(parts, width=_SCORE_WIDTH, height=bottom + _AXIS_HEIGHT, title=f"{facts.metric}: {said}")


def score_rows(facts: ScoreFacts) -> list[ScoreRow]:
    """Training, held-out and dummy score, those that are known and finite."""
    candidates = (
        ("Training", "train", facts.train),
        ("Held-out", "held", facts.held_out),
        ("Dummy", "dummy", facts.dummy),
    )
    return [
        ScoreRow(label, style, value)
        for label, style, value in candidates
        if value is not None and math.isfinite(value.value)
    ]


def score_domain(rows: Sequence[ScoreRow], perfect: float) -> tuple[float, float]:
    """What the chart's axis spans: every dot and interval, and the best possible score where it is near."""
    bounds: list[float] = []
    for row in rows:
        bounds.append(row.estimate.value)
        if row.estimate.interval is not None:
            bounds += [row.estimate.interval.low, row.estimate.interval.high]
    finite = [bound for bound in bounds if math.isfinite(bound)]
    low, high = min(finite), max(finite)
    span = (high - low) or abs(high) * 0.1 or 1.0
    if math.isfinite(perfect) and high < perfect < high + _PERFECT_WITHIN * span:
        return low - 0.06 * span, perfect
    return low - 0.06 * span, high + 0.06 * span


def _axis(domain: tuple[float, float], at: Scale, bottom: float) -> list[Markup]:
    parts = [LINE.format(style="axis", x1=_SCORE_PLOT[0], y1=bottom, x2=_SCORE_PLOT[1], y2=bottom)]
    for tick in ticks(*domain):
        parts.append(LINE.format(style="grid", x1=at(tick), y1=_SCORE_TOP, x2=at(tick), y2=bottom))
        parts.append(TEXT.format(style="tick", x=at(tick), y=bottom + 15, anchor="middle", content=text.number(tick)))
    return parts


def _gap_band(facts: ScoreFacts, at: Scale, bottom: float) -> list[Markup]:
    if facts.train is None or facts.held_out is None:
        return []
    left, right = sorted((at(facts.train.value), at(facts.held_out.value)))
    height = min(2.0 * _SCORE_ROW, bottom - _SCORE_TOP)
    return [RECT.format(style="band", x=left, y=_SCORE_TOP, width=right - left, height=height, radius=0)]


def _score_row(row: ScoreRow, at: Scale, y: float) -> list[Markup]:
    parts = [TEXT.format(style="label", x=0, y=y + 4, anchor="start", content=row.label)]
    bounds = row.estimate.interval
    if bounds is not None and math.isfinite(bounds.low) and math.isfinite(bounds.high):
        left, right = at(bounds.low), at(bounds.high)
        parts.append(LINE.format(style=f"ci {row.style}", x1=left, y1=y, x2=max(right, left + 1), y2=y))
    parts.append(DOT.format(style=f"dot {row.style}", x=at(row.estimate.value), y=y, radius=5.5))
    content = text.estimate(row.estimate)
    parts.append(TEXT.format(style="value", x=_SCORE_VALUES_AT, y=y + 4, anchor="start", content=content))
    return parts


_STRIP_WIDTH, _STRIP_HEIGHT, _STRIP_Y = 320, 54, 27
_STRIP_PLOT = (8.0, 312.0)


def evidence_strip(evidence: Evidence) -> Markup:
    """The measured value and its interval against the threshold; nothing where one of them is not finite."""
    bounds = evidence.interval
    shown = [evidence.value, evidence.threshold, 0.0]
    if bounds is not None:
        shown += [bounds.low, bounds.high]
    if not all(math.isfinite(value) for value in shown):
        return Markup("")
    low, high = min(shown), max(shown)
    margin = 0.06 * ((high - low) or 1.0)
    at = scale((low - (margin if low < 0 else 0), high + margin), _STRIP_PLOT)
    value, limit = text.with_unit(evidence.value, evidence.unit), text.with_unit(evidence.threshold, evidence.unit)
    x, threshold = at(evidence.value), at(evidence.threshold)
    parts = [
        LINE.format(style="axis", x1=_STRIP_PLOT[0], y1=_STRIP_Y, x2=_STRIP_PLOT[1], y2=_STRIP_Y),
        LINE.format(style="limit", x1=threshold, y1=_STRIP_Y - 9, x2=threshold, y2=_STRIP_Y + 12),
        _edge_text("tick", threshold, _STRIP_HEIGHT - 4, f"threshold {limit}"),
    ]
    if bounds is not None:
        left = at(bounds.low)
        parts.append(LINE.format(style="ci", x1=left, y1=_STRIP_Y, x2=max(at(bounds.high), left + 1), y2=_STRIP_Y))
    parts.append(DOT.format(style="dot", x=x, y=_STRIP_Y, radius=5.5))
    parts.append(_edge_text("value", x, _STRIP_Y - 14, value))
    title = f"{evidence.statistic}: {value}, threshold {limit}"
    return picture(parts, width=_STRIP_WIDTH, height=_STRIP_HEIGHT, title=title, style="pic strip")


def _edge_text(style: str, x: float, y: float, content: str) -> Markup:
    """Text centred on ``x`` that turns away from the edges of the strip."""
    width = _STRIP_PLOT[1] - _STRIP_PLOT[0]
    place = (x - _STRIP_PLOT[0]) / width
    anchor = "start" if place < 0.25 else "end" if place > 0.75 else "middle"
    shift = {"start": -5.0, "middle": 0.0, "end": 5.0}[anchor]
    return TEXT.format(style=style, x=x + shift, y=y, anchor=anchor, content=text.clean(content, text.NAME_LIMIT))

"""PNG pictures of a run: gap, time and distributions. White, so that they read well in either theme."""

from __future__ import annotations

import math
from collections.abc import Callable

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.profile import ColumnProfile, Histogram
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.run_views import time_segments
from mlflow_pitfalls.reporting.sheet import LINE, SMALL, SOFT, Sheet
from mlflow_pitfalls.reporting.svg import Scale, scale, ticks
from mlflow_pitfalls.reporting.svg_columns import densities, is_drawable
from mlflow_pitfalls.reporting.svg_scores import ScoreRow, score_domain, score_rows

COLUMNS_DRAWN = 12
_COLOURS = {"train": "#2f6db3", "held": "#c9600a", "dummy": "#767d86"}
_TIME_COLOURS = ("#2f6db3", "#c9600a", "#3b8f83", "#8659a8", "#767d86")

# Inches.
_GAP_WIDTH, _GAP_TOP, _GAP_ROW, _GAP_PLOT, _GAP_VALUES = 7.0, 0.5, 0.42, (1.0, 4.9), 5.1
_TIME_WIDTH, _TIME_BAR, _TIME_LEGEND = 7.0, (0.45, 0.8), 1.02
_SMALL_WIDTH, _SMALL_HEIGHT, _SMALL_GAP, _ACROSS, _SMALL_TOP = 1.85, 0.7, (0.14, 0.55), 4, 0.78


def pictures(record: RunRecord, outcomes: Outcomes) -> tuple[Artifact, ...]:
    """The pictures that the record has facts for; one that fails is left out.

    Args:
        record: The run's facts.
        outcomes: Every check's answer; columns that a flag names are drawn first.
    """
    found = []
    for path, draw in _PICTURES:
        with guard(f"drawing {path}"):
            sheet = draw(record, outcomes)
            if sheet is not None:
                found.append(Artifact(path=path, content=sheet.png()))
    return tuple(found)


def gap_sheet(record: RunRecord, outcomes: Outcomes) -> Sheet | None:
    """Training, held-out and dummy score with their intervals; None without scores."""
    facts = record.primary_score
    rows = score_rows(facts) if facts is not None else []
    if facts is None or not rows:
        return None
    bottom = _GAP_TOP + _GAP_ROW * len(rows)
    sheet = Sheet(_GAP_WIDTH, bottom + 0.35)
    sheet.heading(f"{facts.metric}: training against held-out rows, 95 % intervals")
    domain = score_domain(rows, facts.perfect)
    at = scale(domain, _GAP_PLOT)
    for tick in ticks(*domain):
        sheet.line([at(tick)] * 2, [_GAP_TOP, bottom], colour=LINE, width=0.8)
        sheet.write(at(tick), bottom + 0.15, text.number(tick), size=SMALL, colour=SOFT, align="center")
    if facts.train is not None and facts.held_out is not None:
        left, right = sorted((at(facts.train.value), at(facts.held_out.value)))
        sheet.box(left, _GAP_TOP, right, _GAP_TOP + 2 * _GAP_ROW, colour=_COLOURS["held"], alpha=0.12)
    for place, row in enumerate(rows):
        _score_row(sheet, row, at, _GAP_TOP + _GAP_ROW * (place + 0.5))
    return sheet


def _score_row(sheet: Sheet, row: ScoreRow, at: Scale, y: float) -> None:
    colour, bounds = _COLOURS[row.style], row.estimate.interval
    if bounds is not None and math.isfinite(bounds.width) and bounds.width > 0:
        sheet.line([at(bounds.low), at(bounds.high)], [y, y], colour=colour, width=5, alpha=0.4)
    sheet.dot(at(row.estimate.value), y, colour=colour, diameter=9)
    sheet.write(0.15, y, row.label)
    sheet.write(_GAP_VALUES, y, text.estimate(row.estimate), bold=True)


def time_sheet(record: RunRecord, outcomes: Outcomes) -> Sheet | None:
    """One stacked bar of where the run's time went; None where none was taken."""
    timed = [
        (label, value, colour)
        for (label, _, value), colour in zip(time_segments(record), _TIME_COLOURS, strict=True)
        if value > 0 and math.isfinite(value)
    ]
    if not timed:
        return None
    sheet = Sheet(_TIME_WIDTH, 1.25)
    total = sum(value for _, value, _ in timed)
    at = scale((0.0, total), (0.15, _TIME_WIDTH - 0.15))
    start = 0.0
    for place, (label, value, colour) in enumerate(timed):
        sheet.box(at(start), _TIME_BAR[0], at(start + value), _TIME_BAR[1], colour=colour)
        start += value
        x = 0.15 + place * (_TIME_WIDTH - 0.3) / len(_TIME_COLOURS)
        sheet.box(x, _TIME_LEGEND - 0.05, x + 0.1, _TIME_LEGEND + 0.05, colour=colour)
        sheet.write(x + 0.16, _TIME_LEGEND, f"{label} {text.seconds(value)}", size=SMALL)
    sheet.heading(f"Time: {text.seconds(total)} in the calls that were seen")
    return sheet


def distributions_sheet(record: RunRecord, outcomes: Outcomes) -> Sheet | None:
    """Training against held-out histograms of numeric columns, flagged ones first; None where none were kept."""
    if record.train is None:
        return None
    named = {subject.name for flag in outcomes.flags if flag.evidence for subject in flag.evidence.subjects}
    usable = [column for column in record.train.columns if column.histogram and is_drawable(column.histogram)]
    chosen = sorted(usable, key=lambda column: column.name not in named)[:COLUMNS_DRAWN]
    if not chosen:
        return None
    twins = {column.name: column for column in record.held_out.columns} if record.held_out else {}
    step = (_SMALL_WIDTH + _SMALL_GAP[0], _SMALL_HEIGHT + _SMALL_GAP[1])
    sheet = Sheet(0.3 + _ACROSS * step[0], _SMALL_TOP + math.ceil(len(chosen) / _ACROSS) * step[1] - 0.2)
    for place, column in enumerate(chosen):
        down, across = divmod(place, _ACROSS)
        _distribution(sheet, column, twins.get(column.name), 0.15 + across * step[0], _SMALL_TOP + down * step[1])
    sides = "training (area) and held-out (line) rows" if record.held_out else "training rows"
    part = f": {len(chosen)} of {len(usable)} numeric columns" if len(chosen) < len(usable) else ""
    sheet.heading(f"Values of {sides}{part}")
    return sheet


def _distribution(sheet: Sheet, train: ColumnProfile, held_out: ColumnProfile | None, left: float, top: float) -> None:
    sides = [(train.histogram, "train"), (held_out.histogram if held_out else None, "held")]
    drawn = [(histogram, side) for histogram, side in sides if histogram is not None and is_drawable(histogram)]
    low, high = min(h.edges[0] for h, _ in drawn), max(h.edges[-1] for h, _ in drawn)
    margin = 0.0 if high > low else 0.5
    at = scale((low - margin, high + margin), (left, left + _SMALL_WIDTH))
    peak = max(max(densities(histogram, high - low)) for histogram, _ in drawn) or 1.0
    floor = top + _SMALL_HEIGHT
    for histogram, side in drawn:
        heights = [floor - _SMALL_HEIGHT * density / peak for density in densities(histogram, high - low)]
        xs, ys = _outline(histogram, at, heights, floor)
        if side == "train":
            sheet.shape(xs, ys, fill=_COLOURS[side], alpha=0.35)
        else:
            sheet.line(xs, ys, colour=_COLOURS[side], width=1.2)
    sheet.write(left, top - 0.12, text.shorten(text.name(train.name), 25))
    sheet.write(left, floor + 0.09, text.number(low), size=SMALL, colour=SOFT)
    sheet.write(left + _SMALL_WIDTH, floor + 0.09, text.number(high), size=SMALL, colour=SOFT, align="right")


def _outline(histogram: Histogram, at: Scale, heights: list[float], floor: float) -> tuple[list[float], list[float]]:
    xs, ys = [at(histogram.edges[0])], [floor]
    for left, right, height in zip(histogram.edges, histogram.edges[1:], heights, strict=False):
        xs += [at(left), at(right)]
        ys += [height, height]
    return [*xs, at(histogram.edges[-1])], [*ys, floor]


_PICTURES: tuple[tuple[str, Callable[[RunRecord, Outcomes], Sheet | None]], ...] = (
    ("pitfalls/gap.png", gap_sheet),
    ("pitfalls/time.png", time_sheet),
    ("pitfalls/distributions.png", distributions_sheet),
)

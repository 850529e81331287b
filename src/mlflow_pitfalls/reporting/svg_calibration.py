"""An inline SVG picture of predicted probabilities against observed shares."""

from __future__ import annotations

import math

from markupsafe import Markup

from mlflow_pitfalls.model.record import CalibrationFacts
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import DOT, LINE, TEXT, picture, scale

_WIDTH, _HEIGHT = 340, 300
_ACROSS, _DOWN = (52.0, 312.0), (246.0, 12.0)
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_RADII = (3.0, 11.0)


def calibration_chart(facts: CalibrationFacts) -> Markup:
    """One dot a bin, larger with more rows; on the dashed line the promise is kept."""
    bins = [entry for entry in facts.bins if all(math.isfinite(value) for value in entry) and entry[2] > 0]
    if not bins:
        return Markup("")
    across, down = scale((0.0, 1.0), _ACROSS), scale((0.0, 1.0), _DOWN)
    parts = []
    for tick in _TICKS:
        x, y, said = across(tick), down(tick), text.number(tick)
        parts.append(LINE.format(style="grid", x1=_ACROSS[0], y1=y, x2=_ACROSS[1], y2=y))
        parts.append(TEXT.format(style="tick", x=_ACROSS[0] - 8, y=y + 4, anchor="end", content=said))
        parts.append(TEXT.format(style="tick", x=x, y=_DOWN[0] + 16, anchor="middle", content=said))
    parts.append(LINE.format(style="limit", x1=_ACROSS[0], y1=_DOWN[0], x2=_ACROSS[1], y2=_DOWN[1]))
    largest = max(rows for _, _, rows in bins)
    for predicted, observed, rows in bins:
        radius = round(_RADII[0] + (_RADII[1] - _RADII[0]) * math.sqrt(rows / largest), 1)
        parts.append(DOT.format(style="dot train", x=across(predicted), y=down(observed), radius=radius))
    middle = sum(_ACROSS) / 2
    parts.append(TEXT.format(style="tick", x=middle, y=_HEIGHT - 16, anchor="middle", content="predicted probability"))
    said = ", ".join(f"{text.share(a)} predicted, {text.share(b)} observed" for a, b, _ in bins)
    return picture(parts, width=_WIDTH, height=_HEIGHT, title=f"observed share by predicted probability: {said}",
                   style="pic square")  # fmt: skip

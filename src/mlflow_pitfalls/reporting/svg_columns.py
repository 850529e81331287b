"""Inline SVG pictures of a column: its values in the training rows against the held-out ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.profile import ColumnProfile, Histogram, TargetProfile, ValueCount
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.svg import picture, scale

CATEGORIES_SHOWN = 8

_AREA = Markup('<path class="area {style}" d="{path}"/>')
_OUTLINE = Markup('<path class="outline {style}" d="{path}"/>')
_BAR = Markup('<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>')
_TEXT = Markup('<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>')


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of a picture in its own units; a large one carries its range as labels."""

    width: float
    height: float
    labelled: bool = False


MINI = Size(132.0, 30.0)
LARGE = Size(280.0, 96.0, labelled=True)
_LABEL_HEIGHT = 16.0
_LEAST_WIDTH = 1 / 1_000  # of the picture: bins without width would be infinitely dense


def column_picture(train: ColumnProfile | None, held_out: ColumnProfile | None, size: Size = MINI) -> Markup:
    """Histogram or commonest values of both sides; empty where neither was kept."""
    sides = [side for side in (train, held_out) if side is not None]
    if any(side.histogram for side in sides):
        return histogram_pair(train.histogram if train else None, held_out.histogram if held_out else None, size)
    return category_pair(
        (train.top_values, train.sampled_rows) if train else ((), 0),
        (held_out.top_values, held_out.sampled_rows) if held_out else ((), 0),
        size,
    )


def target_picture(train: TargetProfile | None, held_out: TargetProfile | None, size: Size = LARGE) -> Markup:
    """Histogram of a regression target on both sides; empty where none was kept."""
    return histogram_pair(train.histogram if train else None, held_out.histogram if held_out else None, size)


def histogram_pair(
    train: Histogram | None, held_out: Histogram | None, size: Size = MINI, *, sides: str = ""
) -> Markup:
    """Densities over a common range: training as an area, held-out as a line above it.

    Args:
        train: The area.
        held_out: The line.
        size: Of the picture.
        sides: What area and line are, where they are not the two sides of a split.
    """
    drawn = [(h, style) for h, style in ((train, "train"), (held_out, "held")) if h is not None and is_drawable(h)]
    if not drawn:
        return Markup("")
    low = min(h.edges[0] for h, _ in drawn)
    high = max(h.edges[-1] for h, _ in drawn)
    floor = _floor(size)
    peak = max(max(densities(h, high - low)) for h, _ in drawn) or 1.0
    parts = []
    for histogram, style in drawn:
        path = _steps(histogram, (low, high), peak, size.width, floor)
        parts.append((_AREA if style == "train" else _OUTLINE).format(style=style, path=path))
    if size.labelled:
        parts += _range_labels(text.number(low), text.number(high), size)
    title = f"values from {text.number(low)} to {text.number(high)}, {sides or _sides(train, held_out)}"
    return picture(parts, width=size.width, height=size.height, title=title, style=_style(size))


def category_pair(
    train: tuple[Sequence[ValueCount], int], held_out: tuple[Sequence[ValueCount], int], size: Size = MINI
) -> Markup:
    """The commonest values as pairs of bars, each side as shares of its sampled rows."""
    shares = [_shares(values, rows) for values, rows in (train, held_out)]
    labels = list(dict.fromkeys([*shares[0], *shares[1]]))[:CATEGORIES_SHOWN]
    if not labels:
        return Markup("")
    both = [side for side in shares if side]
    peak = max(side.get(label, 0.0) for side in both for label in labels) or 1.0
    floor = _floor(size)
    slot = size.width / max(len(labels), 3)
    bar = (slot - 4.0) / max(len(both), 1)
    parts = []
    for index, label in enumerate(labels):
        for place, (side, style) in enumerate((s, n) for s, n in zip(shares, ("train", "held"), strict=True) if s):
            height = (floor - 2.0) * side.get(label, 0.0) / peak
            x = index * slot + place * bar
            parts.append(_BAR.format(style=style, x=x, y=floor - height, width=bar - 0.5, height=height))
    if size.labelled:
        parts += _range_labels(text.shorten(text.name(labels[0]), 16), text.shorten(text.name(labels[-1]), 16), size)
    commonest = shares[0] or shares[1]
    said = ", ".join(f"{text.name(label)} {text.share(commonest.get(label, 0.0))}" for label in labels)
    return picture(parts, width=size.width, height=size.height, title=f"commonest values: {said}", style=_style(size))


def _style(size: Size) -> str:
    return "pic large" if size.labelled else "mini"


def _floor(size: Size) -> float:
    return size.height - (_LABEL_HEIGHT if size.labelled else 0.5)


def _sides(train: Histogram | None, held_out: Histogram | None) -> str:
    if train is None:
        return "held-out rows only"
    return "training rows only" if held_out is None else "training (area) and held-out rows (line)"


def is_drawable(histogram: Histogram) -> bool:
    """Whether it holds any value between finite edges."""
    edges, counts = histogram.edges, histogram.counts
    return len(edges) == len(counts) + 1 and sum(counts) > 0 and all(math.isfinite(edge) for edge in edges)


def densities(histogram: Histogram, span: float) -> list[float]:
    """Share of the values in each bin over the bin's width, which is told in parts of ``span``, the picture's range."""
    total = sum(histogram.counts)
    relative = [(b - a) / (span or 1.0) for a, b in zip(histogram.edges, histogram.edges[1:], strict=False)]
    return [count / total / max(width, _LEAST_WIDTH) for count, width in zip(histogram.counts, relative, strict=True)]


def _steps(histogram: Histogram, domain: tuple[float, float], peak: float, width: float, floor: float) -> str:
    at = scale(domain, (1.0, width - 1.0))
    single = domain[1] <= domain[0]  # one value: draw it as a narrow bar in the middle
    points = [f"M{1.0 if not single else width / 2 - 4:.1f} {floor:.1f}"]
    previous = None
    for index, density in enumerate(densities(histogram, domain[1] - domain[0])):
        left = width / 2 - 4 if single else at(histogram.edges[index])
        right = width / 2 + 4 if single else at(histogram.edges[index + 1])
        y = floor - (floor - 2.0) * density / peak
        if previous is None:
            points.append(f"H{left:.1f}")
        points.append(f"V{y:.1f}H{right:.1f}")
        previous = right
    points.append(f"V{floor:.1f}")
    return "".join(points)


def _range_labels(low: str, high: str, size: Size) -> list[Markup]:
    y = size.height - 3.0
    return [
        _TEXT.format(x=0, y=y, anchor="start", content=low),
        _TEXT.format(x=size.width, y=y, anchor="end", content=high),
    ]


def _shares(values: Sequence[ValueCount], rows: int) -> dict[str, float]:
    return {entry.value: entry.count / rows for entry in values} if rows else {}

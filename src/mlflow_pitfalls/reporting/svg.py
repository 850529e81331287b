"""Small inline SVG pictures. Colours come from the page's style sheet, so that they follow its theme.

Every picture is built from ``Markup`` templates, whose ``format`` escapes what is put in; each has a title.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from mlflow_pitfalls.reporting import text

_SVG = Markup(
    '<svg class="{style}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    "<title>{title}</title>{body}</svg>"
)
LINE = Markup('<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
RECT = Markup('<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"/>')
DOT = Markup('<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')
TEXT = Markup('<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{content}</text>')

Scale = Callable[[float], float]

_TICKS_WANTED = 4
_LEAST_SPAN = 1e-300  # a narrower domain cannot be divided by


def picture(body: Sequence[Markup], *, width: float, height: float, title: str, style: str = "pic") -> Markup:
    """Wrap drawn parts into one accessible ``<svg>``."""
    return _SVG.format(style=style, width=width, height=height, title=text.clean(title), body=Markup("").join(body))


def scale(domain: tuple[float, float], pixels: tuple[float, float]) -> Scale:
    """A linear map; a domain without width maps to the middle."""
    (low, high), (start, end) = domain, pixels
    span = high - low
    if not _LEAST_SPAN < span < math.inf:
        return lambda _value: (start + end) / 2
    factor = (end - start) / span
    return lambda value: start + (min(max(value, low), high) - low) * factor


def ticks(low: float, high: float) -> list[float]:
    """A few round numbers between two bounds."""
    span = high - low
    if not _LEAST_SPAN < span < math.inf:
        return []
    magnitude = 10.0 ** math.floor(math.log10(span / _TICKS_WANTED))
    step = next(m * magnitude for m in (1, 2, 5, 10) if span / (m * magnitude) <= _TICKS_WANTED + 1)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(index * step, 12) for index in range(first, last + 1)]

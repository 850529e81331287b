"""A blank PNG sheet measured in inches, drawn on by matplotlib's artists.

pyplot and ``rcParams`` belong to the user and are shared by all threads: nothing here sets them, and every artist is
given its own style, so that the user's do not show. No axes are made: they would cost more than all that is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from mlflow_pitfalls.reporting import text

DPI = 110
SMALL, NORMAL, TITLE = 8.0, 9.5, 11.0  # points
WHITE, INK, SOFT, LINE = "#ffffff", "#1c2024", "#555e68", "#e3e5e8"
_POINTS_PER_INCH = 72.0


class Sheet:
    """A white sheet; the origin is its upper left corner, x runs to the right and y down."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width = width
        self.height = height
        self._figure = Figure(figsize=(width, height), dpi=DPI, facecolor=WHITE, edgecolor=WHITE, linewidth=0.0)
        self._figure.set_layout_engine("none")

    def line(self, xs: Sequence[float], ys: Sequence[float], *, colour: str, width: float, alpha: float = 1.0) -> None:
        """Straight lines through points; ``width`` in points."""
        self.shape(xs, ys, edge=colour, width=width, alpha=alpha)

    def shape(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        fill: str = "none",
        edge: str = "none",
        width: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """An outline through points, filled where a colour is given."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        path = Path(list(zip(xs, [self.height - y for y in ys], strict=True)))
        # No "fill" without a colour: matplotlib would take the user's own.
        self._add(
            PathPatch(
                path, facecolor=fill, edgecolor=edge, linewidth=width, alpha=alpha, fill=fill != "none",
                linestyle="-", capstyle="round", joinstyle="round", hatch=None, antialiased=True,
            )
        )  # fmt: skip

    def box(self, left: float, top: float, right: float, bottom: float, *, colour: str, alpha: float = 1.0) -> None:
        """A filled rectangle."""
        self.shape([left, right, right, left], [top, top, bottom, bottom], fill=colour, alpha=alpha)

    def dot(self, x: float, y: float, *, colour: str, diameter: float) -> None:
        """A filled circle with a white rim; ``diameter`` in points."""
        from matplotlib.patches import Circle

        radius = diameter / 2 / _POINTS_PER_INCH
        centre = (x, self.height - y)
        self._add(Circle(centre, radius, facecolor=colour, edgecolor=WHITE, linewidth=1.0, antialiased=True))

    def write(
        self, x: float, y: float, content: str, *, size: float = NORMAL, colour: str = INK, bold: bool = False,
        align: str = "left", upright: str = "center",
    ) -> None:  # fmt: skip
        """One line of text, never read as mathematics."""
        self._figure.text(
            x, self.height - y, drawable(content), transform=self._figure.dpi_scale_trans,
            fontproperties=_font(size, bold), color=colour, ha=align, va=upright, usetex=False, parse_math=False,
        )  # fmt: skip

    def heading(self, content: str) -> None:
        """The sheet's title."""
        self.write(0.15, 0.12, content, size=TITLE, bold=True, upright="top")

    def png(self) -> bytes:
        """The sheet as a PNG file."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        for artist in self._figure.findobj():  # not in the user's sketch style (xkcd)
            artist.set_sketch_params(None)
            artist.set_path_effects([])
        buffer = io.BytesIO()
        canvas: Any = FigureCanvasAgg(self._figure)  # its methods carry no types
        canvas.print_png(buffer, pil_kwargs={"compress_level": 3})
        return buffer.getvalue()

    def _add(self, artist: Any) -> None:
        artist.set_transform(self._figure.dpi_scale_trans)
        self._figure.add_artist(artist)


def drawable(content: str) -> str:
    """The text in letters that the font has; others would raise a warning in the user's program."""
    letters = _letters()
    return "".join(letter if ord(letter) in letters else "\ufffd" for letter in text.clean(content))


@lru_cache(maxsize=16)
def _font(size: float, bold: bool) -> Any:
    """Matplotlib's own DejaVu Sans by file, whatever fonts the user has chosen."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontProperties

    file = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FontProperties(fname=f"{get_data_path()}/fonts/ttf/{file}", size=size)


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_font(NORMAL, False).get_file()).get_charmap())

"""The comparison of runs as an object: a page in a notebook, a table in a terminal, lines as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from mlflow_pitfalls.model.comparison import Comparison
from mlflow_pitfalls.reporting import comparison_text as words
from mlflow_pitfalls.reporting.comparison_page import render_comparison

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

# A frame of its own: the page's style stays inside, and nothing in it may run a script.
_FRAME = Markup(
    '<details><summary>{summary}</summary><iframe sandbox="" srcdoc="{page}" title="{summary}" '
    'style="width:100%;height:40rem;border:1px solid #8888;border-radius:8px"></iframe></details>'
)
_STYLES = {"gained": "yellow", "lost": "green"}


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """What changed from one run to others.

    Attributes:
        comparisons: One for each later run, all of the same earlier one.
    """

    comparisons: tuple[Comparison, ...]

    def html(self) -> str:
        """One self-contained page."""
        return render_comparison(self.comparisons)

    def _repr_html_(self) -> str:
        summary = " ".join(words.summary_line(comparison) for comparison in self.comparisons)
        return str(_FRAME.format(summary=summary, page=self.html()))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.table import Table
        from rich.text import Text

        for comparison in self.comparisons:
            title = f"{words.run_title(comparison.before)} → {words.run_title(comparison.after)}"
            yield Text(f"{title}: {words.headline(comparison)}", style="bold")
            table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
            table.add_column(no_wrap=True)
            table.add_column(ratio=1, overflow="fold")
            for label, said in words.lines(comparison):
                table.add_row(Text(label, style=_STYLES.get(label, "dim")), Text(said))
            yield table

    def __str__(self) -> str:
        return "\n".join(words.summary_line(comparison) for comparison in self.comparisons)

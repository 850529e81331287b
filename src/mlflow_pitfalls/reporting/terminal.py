"""The short table that the terminal shows when a run's report is ready."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.comparison_text import reference_line
from mlflow_pitfalls.reporting.console import show
from mlflow_pitfalls.reporting.score_views import headline_figures
from mlflow_pitfalls.reporting.suggestion_views import tune_line
from mlflow_pitfalls.reporting.verdict import verdict

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text

MAX_LINES = 25
MESSAGE_SHOWN = 240  # characters
CODE_SHOWN = 160
STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "blue", Severity.NONE: "green"}
_CLOSING_LINES = 5  # "and N more", the reference (two lines), the command that tunes, address


def print_table(
    record: RunRecord,
    outcomes: Outcomes,
    *,
    stream: IO[str],
    url: str | None,
    suggestions: Suggestions | None = None,
) -> None:
    """Print verdict, flags and where to read on; at most about 25 lines.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        stream: Where to; colours only where it is a terminal.
        url: Address of the run's page in MLflow, None where there is none.
        suggestions: What to tune next; None where it was not looked for.
    """
    show(Summary(record, outcomes, url, suggestions), stream)


class Summary:
    """A rich renderable of a run's flags; nothing in it is read as markup."""

    def __init__(
        self,
        record: RunRecord,
        outcomes: Outcomes,
        url: str | None = None,
        suggestions: Suggestions | None = None,
    ) -> None:
        self.record = record
        self.outcomes = outcomes
        self.url = url
        self.suggestions = suggestions

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        flags = self.outcomes.flags
        head = self._head()
        yield head
        left = MAX_LINES - len(console.render_lines(head, options)) - _CLOSING_LINES
        shown = _fitting(flags, console, options, left)
        if shown:
            yield _table(flags[:shown])
        if len(flags) > shown:
            yield Text(f"and {text.count(len(flags) - shown, 'more flag')}", style="dim")
        compared = reference_line(self.record)
        if compared:
            yield Text(compared, style="magenta")
        tune = tune_line(self.record, self.suggestions)
        if tune:
            yield Text(text.clean(tune), style="cyan")
        if self.url:
            yield Text(text.clean(self.url), style="underline", no_wrap=True, overflow="ignore")

    def _head(self) -> Text:
        from rich.text import Text

        run = text.name(self.record.run.run_name or self.record.run.run_id or "this run")
        head = Text(f"{run}: ", style="bold")
        head.append(verdict(self.outcomes), style=STYLES[self.outcomes.severity])
        figures = [
            f"{figure.label} {figure.value}" + (f" ({figure.detail})" if figure.detail else "")
            for figure in headline_figures(self.record)
        ]
        if figures:
            head.append("\n").append(text.clean(" · ".join(figures)), style="not bold dim")
        return head


def _fitting(flags: tuple[Outcome, ...], console: Console, options: ConsoleOptions, lines: int) -> int:
    """How many flags fit into so many lines, worst first; at least one of them where there are any."""
    for amount in range(min(len(flags), lines), 1, -1):
        if len(console.render_lines(_table(flags[:amount]), options)) <= lines:
            return amount
    return min(len(flags), 1)


def _table(flags: tuple[Outcome, ...]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=26)
    table.add_column(ratio=1, overflow="fold")
    for flag in flags:
        said = Text(text.shorten(text.first_sentence(flag.message), MESSAGE_SHOWN))
        remedy = _remedy(flag)
        if remedy:
            said.append("\n").append(remedy, style="cyan")
        level = Text(flag.severity.value, style=STYLES[flag.severity])
        table.add_row(level, Text(text.name(flag.check), style="bold"), said)
    return table


def _remedy(flag: Outcome) -> str:
    """The first remedy that is one line of code, else the first one's words."""
    for remedy in flag.remedies:
        if remedy.code and "\n" not in remedy.code.strip():
            return text.clean(remedy.code, CODE_SHOWN)
    return text.clean(flag.remedies[0].text, CODE_SHOWN) if flag.remedies else ""

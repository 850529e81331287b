"""What a scan found, run by run, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.logged import LoggedRun
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.terminal import STYLES
from mlflow_pitfalls.scan.judging import is_judged

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text

MESSAGE_SHOWN = 400  # characters


@dataclass(frozen=True, slots=True)
class ScanTable:
    """A rich renderable: a heading and a table for each run with flags, and what the others are; nothing is markup."""

    found: Sequence[tuple[LoggedRun, Outcomes]]
    show_all: bool = False  # also answers that are no flags

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        quiet = 0
        for run, outcomes in self.found:
            shown = _shown(outcomes, self.show_all)
            if not shown:
                quiet += 1
                continue
            yield _head(run)
            yield _table(shown)
        yield Text(self._tally(quiet), style="dim")

    def _tally(self, quiet: int) -> str:
        judged = sum(is_judged(outcomes) for _, outcomes in self.found)
        flagged = sum(bool(outcomes.flags) for _, outcomes in self.found)
        told = f"{text.count(len(self.found), 'run')}: {flagged} with flags, {judged} with something to judge"
        return f"{told}; {quiet} not shown." if quiet else f"{told}."


def _shown(outcomes: Outcomes, show_all: bool) -> list[Outcome]:
    flags = list(outcomes.flags)
    return flags + [other for other in outcomes.outcomes if show_all and other.status is not Status.FLAGGED]


def _head(run: LoggedRun) -> Text:
    from rich.text import Text

    head = Text(f"\n{text.name(run.run.run_name or run.run.run_id)}", style="bold")
    head.append(f"  {text.name(run.run.run_id)}", style="not bold dim")
    if run.estimator:
        head.append(f"  {text.name(run.estimator)}", style="not bold dim")
    if run.is_reported:
        head.append("  (has a report of its own: mlflow-pitfalls report)", style="not bold dim")
    return head


def _table(outcomes: list[Outcome]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=26)
    table.add_column(ratio=1, overflow="fold")
    for outcome in outcomes:
        is_flag = outcome.status is Status.FLAGGED
        word = outcome.severity.value if is_flag else outcome.status.value.replace("_", " ")
        style = STYLES[outcome.severity] if is_flag else "dim"
        said = text.clean(outcome.message, MESSAGE_SHOWN)
        table.add_row(Text(word, style=style), Text(text.name(outcome.check), style="bold"), Text(said))
    return table

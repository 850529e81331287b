"""A gate's result as a short table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow_pitfalls.gating.judging import Answer, GateResult
from mlflow_pitfalls.model.outcomes import Outcome, Status
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.terminal import MESSAGE_SHOWN, STYLES

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text


class GateTable:
    """A rich renderable; nothing in it is read as markup."""

    def __init__(self, result: GateResult) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        yield self._head()
        rows = [*self._rows()]
        if rows:
            yield _table(rows)
        yield Text(self._tally(), style="dim")

    def _head(self) -> Text:
        from rich.text import Text

        run, failures = self.result.run, self.result.failures
        head = Text(f"{text.name(run.run_name or run.run_id)}: ", style="bold")
        limit = f"of severity {self.result.fail_on.value}"
        if self.result.fail_on is not Severity.HIGH:
            limit += " or above"
        verdict = f"failed, {text.count(len(failures), 'flag')} {limit}." if failures else f"passed, no flag {limit}."
        return head.append(verdict, style=STYLES[Severity.HIGH if failures else Severity.NONE])

    def _rows(self) -> list[tuple[str, str, Outcome]]:
        """What is shown: word, its style, and the outcome; those that stop the run first."""
        found = [(outcome.severity.value, STYLES[outcome.severity], outcome) for outcome in self.result.failures]
        for judged in self.result.judged:
            outcome = judged.outcome
            if judged.answer is Answer.PASSED and outcome.status is Status.FLAGGED:
                found.append((f"{outcome.severity.value}, passes", "dim", outcome))
            elif outcome.would_be is not Severity.NONE:
                found.append((f"{outcome.would_be.value}, ignored", "dim", outcome))
            elif judged.answer is Answer.ERRORED:
                found.append(("error", STYLES[Severity.MEDIUM], outcome))
        return found

    def _tally(self) -> str:
        amounts = [(self.result.count(answer), answer.value) for answer in Answer]
        told = ", ".join(f"{amount} {word}" for amount, word in amounts if amount)
        return f"{text.count(len(self.result.judged), 'check')}: {told}"


def _table(rows: list[tuple[str, str, Outcome]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=26)
    table.add_column(ratio=1, overflow="fold")
    for word, style, outcome in rows:
        said = text.shorten(text.first_sentence(outcome.message), MESSAGE_SHOWN)
        table.add_row(Text(word, style=style), Text(text.name(outcome.check), style="bold"), Text(said))
    return table

"""A run's report as an object: rich in a notebook, a table in a terminal, one line as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import text, verdict
from mlflow_pitfalls.reporting.comparison_text import reference_line
from mlflow_pitfalls.reporting.flag_views import flag_views
from mlflow_pitfalls.reporting.html import environment
from mlflow_pitfalls.reporting.score_views import headline_figures
from mlflow_pitfalls.reporting.suggestion_views import tune_line

if TYPE_CHECKING:
    from mlflow_pitfalls.reporting.terminal import Summary

FLAGS_SHOWN = 8  # the others are folded together


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one run.

    Attributes:
        record: The run's facts.
        outcomes: Every check's answer.
        url: Address of the run's page in MLflow, None where there is none.
        suggestions: What to tune next; None where it was not looked for.
    """

    record: RunRecord
    outcomes: Outcomes
    url: str | None = None
    suggestions: Suggestions | None = None

    @property
    def flags(self) -> tuple[Outcome, ...]:
        """The flagged outcomes, worst first."""
        return self.outcomes.flags

    @property
    def severity(self) -> Severity:
        """The worst flag's severity."""
        return self.outcomes.severity

    @property
    def title(self) -> str:
        """The run's name, else its identifier."""
        return text.name(self.record.run.run_name or self.record.run.run_id or "this run")

    def _repr_html_(self) -> str:
        flags = flag_views(self.record, self.outcomes, {})
        return (
            environment()
            .get_template("notebook.html.j2")
            .render(
                title=self.title,
                severity=self.severity.value,
                headline=verdict.headline(self.outcomes),
                tally=verdict.tally(self.outcomes),
                figures=headline_figures(self.record),
                flags=flags[:FLAGS_SHOWN],
                more=flags[FLAGS_SHOWN:],
                compared=reference_line(self.record),
                tune=tune_line(self.record, self.suggestions),
                url=_web_address(self.url),
            )
        )

    def __rich__(self) -> Summary:
        from mlflow_pitfalls.reporting.terminal import Summary

        return Summary(self.record, self.outcomes, self.url, self.suggestions)

    def __str__(self) -> str:
        lines = [f"{self.title}: {verdict.verdict(self.outcomes)}"]
        lines += [
            f"  {flag.severity.value:<6}  {text.name(flag.check)}: {text.first_sentence(flag.message)}"
            for flag in self.flags
        ]
        return "\n".join(lines)


def _web_address(url: str | None) -> str:
    """The address where it is one that a browser opens without running anything."""
    return url if url and url.startswith(("http://", "https://")) else ""

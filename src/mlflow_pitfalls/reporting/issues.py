"""Flags as issues on MLflow's page of the run, where people resolve or reject them."""

from __future__ import annotations

from mlflow_pitfalls.model.items import Issue
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import links, text

LEAST_SEVERITY = Severity.MEDIUM  # a flag that is only worth knowing needs nobody's decision
MAX_ISSUES = 20  # each costs a request


def issues(outcomes: Outcomes) -> tuple[Issue, ...]:
    """The run's flags of medium and high severity, worst first."""
    serious = (flag for flag in outcomes.flags if flag.severity.rank >= LEAST_SEVERITY.rank)
    return tuple(_issue(flag) for flag in serious if links.is_slug(flag.check))[:MAX_ISSUES]


def _issue(flag: Outcome) -> Issue:
    """MLflow shows the description as one paragraph of plain text."""
    said = [text.clean(flag.message)]
    said += [f"What to do: {text.clean(remedy.text)}" for remedy in flag.remedies[:1]]
    said.append(f"Reject this issue to silence {flag.check} in later runs of this experiment.")
    return Issue(check=flag.check, severity=flag.severity, description=" ".join(_sentence(part) for part in said))


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."

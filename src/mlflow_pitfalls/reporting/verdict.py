"""The one sentence that stands at the head of every report."""

from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Outcomes, Status
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.text import count, listed

SHOWN_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)

_HEADLINES = {
    Severity.HIGH: "Do not trust this result yet",
    Severity.MEDIUM: "Usable, but it loses accuracy or time",
    Severity.LOW: "Nothing serious found",
}


def headline(outcomes: Outcomes) -> str:
    """What the flags mean for this run, in a few words."""
    if outcomes.severity in _HEADLINES:
        return _HEADLINES[outcomes.severity]
    passed = sum(outcome.status is Status.PASSED for outcome in outcomes.outcomes)
    return "No pitfalls found" if passed else "Nothing could be judged"


def tally(outcomes: Outcomes) -> str:
    """How many flags of which severity, or what the checks answered where nothing is flagged."""
    counted = [(outcomes.count(severity), severity) for severity in SHOWN_SEVERITIES]
    present = [f"{amount} {severity.value}" for amount, severity in counted if amount]
    if present:
        total = sum(amount for amount, _ in counted)
        return f"{listed(present)} {'flag' if total == 1 else 'flags'}"
    return answers(outcomes)


def answers(outcomes: Outcomes) -> str:
    """What the checks answered: ``12 checks passed, 3 could not decide, 2 do not apply``."""
    amounts = {status: sum(outcome.status is status for outcome in outcomes.outcomes) for status in Status}
    wording = (
        (Status.FLAGGED, "flagged"),
        (Status.PASSED, "passed"),
        (Status.EXPLAINED, "explained by a flag"),
        (Status.INCONCLUSIVE, "could not decide"),
        (Status.NOT_APPLICABLE, "did not apply"),
        (Status.IGNORED, "ignored"),
        (Status.ERRORED, "failed"),
    )
    parts = [(amounts[status], words) for status, words in wording if amounts[status]]
    if not parts:
        return "no checks ran"
    (amount, words), *rest = parts
    return ", ".join([f"{count(amount, 'check')} {words}", *(f"{amount} {words}" for amount, words in rest)])


def verdict(outcomes: Outcomes) -> str:
    """Headline and tally as one sentence of plain text."""
    return f"{headline(outcomes)}: {tally(outcomes)}."

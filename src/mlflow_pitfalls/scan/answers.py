"""Answers in the names of the catalogue's checks."""

from __future__ import annotations

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Remedy, Status
from mlflow_pitfalls.model.values import Severity


def answer(
    check: str,
    status: Status,
    message: str,
    *,
    severity: Severity = Severity.NONE,
    evidence: Evidence | None = None,
    remedies: tuple[Remedy, ...] = (),
) -> Outcome:
    """One check's answer on a logged run.

    Args:
        check: A check of the catalogue.
        status: What it answers.
        message: In plain words.
        severity: Of a flag.
        evidence: The numbers behind it.
        remedies: What to do.
    """
    group = by_name(check).group
    return Outcome(
        check=check,
        group=group,
        status=status,
        message=message,
        severity=severity,
        evidence=evidence,
        remedies=remedies,
    )

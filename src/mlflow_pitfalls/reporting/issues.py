"""Flags as issues on MLflow's page of the run, where people resolve or reject them."""

from __future__ import annotations

from collections.abc import Collection

from mlflow_pitfalls.model.items import Issue
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes
from mlflow_pitfalls.model.suppression import subject_key
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import links, text

LEAST_SEVERITY = Severity.MEDIUM  # a flag that is only worth knowing needs nobody's decision
MAX_ISSUES = 20  # each costs a request


def issues(outcomes: Outcomes, columns: Collection[str] = ()) -> tuple[Issue, ...]:
    """The run's flags of medium and high severity, worst first.

    Args:
        outcomes: Every check's answer.
        columns: Names of the run's columns: a flag about some of these is rejected for them alone.
    """
    serious = (flag for flag in outcomes.flags if flag.severity.rank >= LEAST_SEVERITY.rank)
    return tuple(_issue(flag, columns) for flag in serious if links.is_slug(flag.check))[:MAX_ISSUES]


def _issue(flag: Outcome, columns: Collection[str]) -> Issue:
    """MLflow shows the description as one paragraph of plain text."""
    subjects = _columns_of(flag, columns)
    said = [text.clean(flag.message)]
    said += [f"What to do: {text.clean(remedy.text)}" for remedy in flag.remedies[:1]]
    about = f" about {'this column' if len(subjects) == 1 else 'these columns'}" if subjects else ""
    said.append(f"Reject this issue to silence {flag.check}{about} in later runs of this experiment.")
    return Issue(
        check=flag.check,
        severity=flag.severity,
        description=" ".join(_sentence(part) for part in said),
        subjects=subjects,
    )


def _columns_of(flag: Outcome, columns: Collection[str]) -> tuple[str, ...]:
    """The columns that a flag is about; empty where it is about anything else, such as a class or a segment."""
    names = [subject.name for subject in flag.evidence.subjects] if flag.evidence else []
    if not all(name in columns for name in names):
        return ()
    return tuple(dict.fromkeys(map(subject_key, names)))


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."

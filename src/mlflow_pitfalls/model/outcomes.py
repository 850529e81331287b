"""What a check says about a record: a claim with its evidence, or why it makes none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.model.values import Interval, Severity

OUTCOMES_SCHEMA_VERSION = 1


class Status(StrEnum):
    """The answers a check can give; every check gives exactly one on every run."""

    FLAGGED = "flagged"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    INCONCLUSIVE = "inconclusive"
    EXPLAINED = "explained"  # it would flag, but another flag names the cause
    IGNORED = "ignored"
    ERRORED = "errored"


class Group(StrEnum):
    """The ways in which ML projects go wrong."""

    TOOL = "PF1"
    DATA = "PF2"
    IMBALANCE = "PF3"
    TIME = "PF4"
    ACCURACY = "PF5"
    REGRESSION = "PF6"

    @property
    def heading(self) -> str:
        """The group as a reader sees it."""
        return {
            Group.TOOL: "Is ML the right tool?",
            Group.DATA: "Prototype and data",
            Group.IMBALANCE: "Imbalanced data",
            Group.TIME: "Training takes too long",
            Group.ACCURACY: "Accuracy not good enough",
            Group.REGRESSION: "Regressions against earlier runs",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One column, class or fit that a flag is about, with its own numbers."""

    name: str
    value: float
    interval: Interval | None = None
    severity: Severity = Severity.NONE
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The numbers behind an outcome. ``threshold`` is in the unit of ``value``; ``rows`` is what was measured on."""

    statistic: str
    value: float
    threshold: float
    unit: str
    rows: int
    interval: Interval | None = None
    threshold_source: str = ""
    would_clear: str = ""
    subjects: tuple[Subject, ...] = ()  # worst first


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to do, most effective first. ``code`` is a line to paste, for this run's estimator."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One check's answer. ``message`` holds both numbers and the next step in plain words."""

    check: str
    group: Group
    status: Status
    message: str
    severity: Severity = Severity.NONE
    evidence: Evidence | None = None
    remedies: tuple[Remedy, ...] = ()
    explained_by: str = ""  # the flagged check that names the cause
    explains: tuple[str, ...] = ()  # symptoms listed under this flag
    suppression: Suppression | None = None  # why it is ignored; of a flag: the request that has expired
    would_be: Severity = Severity.NONE  # of an ignored answer: the severity of the flag that it would be


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Every check's answer for one run, in catalogue order."""

    run_id: str
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()  # requests to ignore checks that have no effect, and why
    schema_version: int = OUTCOMES_SCHEMA_VERSION

    @property
    def flags(self) -> tuple[Outcome, ...]:
        """The flagged outcomes, worst first, catalogue order within a severity."""
        flagged = [outcome for outcome in self.outcomes if outcome.status is Status.FLAGGED]
        return tuple(sorted(flagged, key=lambda outcome: -outcome.severity.rank))

    @property
    def severity(self) -> Severity:
        """The worst flag's severity, ``none`` without flags."""
        return max((flag.severity for flag in self.flags), key=lambda s: s.rank, default=Severity.NONE)

    def count(self, severity: Severity) -> int:
        """How many flags have this severity."""
        return sum(flag.severity is severity for flag in self.flags)

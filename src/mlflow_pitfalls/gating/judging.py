"""A run's outcomes against the least severity that stops it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS, ignorable
from mlflow_pitfalls.checks.suppression import asked, silence, unknown
from mlflow_pitfalls.errors import PitfallsError, SettingsError
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.suppression import Suppression, read_entry
from mlflow_pitfalls.model.values import Severity

SOURCE = "the gate"  # who asks to ignore a check
PASSED_STATUS, FAILED_STATUS, UNUSABLE_STATUS = 0, 1, 2  # exit statuses of the command


class Answer(StrEnum):
    """What one check means for the gate."""

    FAILED = "failed"
    PASSED = "passed"  # also a flag that is too mild to stop the run
    SKIPPED = "skipped"  # no answer, or not asked for one
    ERRORED = "errored"


_SKIPPED = frozenset({Status.NOT_APPLICABLE, Status.INCONCLUSIVE, Status.EXPLAINED, Status.IGNORED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One check's outcome, and what it means for the gate."""

    outcome: Outcome
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """Whether a run may pass.

    Attributes:
        run: The run that was judged.
        fail_on: The least severity of a flag that stops it.
        judged: Every check's answer, in the order of the report.
    """

    run: RunInfo
    fail_on: Severity
    judged: tuple[Judged, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The flags that stop the run, worst first."""
        found = [judged.outcome for judged in self.judged if judged.answer is Answer.FAILED]
        return tuple(sorted(found, key=lambda flag: -flag.severity.rank))

    @property
    def passed(self) -> bool:
        """Whether no flag stops it."""
        return not self.failures

    @property
    def exit_status(self) -> int:
        """0 where it passed, 1 where it did not."""
        return PASSED_STATUS if self.passed else FAILED_STATUS

    def count(self, answer: Answer) -> int:
        """How many checks gave this answer."""
        return sum(judged.answer is answer for judged in self.judged)

    def __bool__(self) -> bool:
        return self.passed


def read_severity(value: str) -> Severity:
    """The least severity that stops a run.

    Raises:
        SettingsError: It is none of ``low``, ``medium`` and ``high``.
    """
    allowed = [severity.value for severity in Severity if severity is not Severity.NONE]
    if value not in allowed:
        raise SettingsError(f"fail_on must be one of {', '.join(allowed)}, found {value!r}")
    return Severity(value)


def read_ignored(values: Iterable[str | Mapping[str, str]]) -> tuple[Suppression, ...]:
    """What shall not stop a run, as ``enable(ignore=…)`` takes it.

    Raises:
        SettingsError: An entry cannot be read, or names no check and no group.
    """
    try:
        entries = tuple(read_entry(value, SOURCE) for value in values)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    problems = unknown(entries, ignorable())
    if problems:
        raise SettingsError("; ".join(problems))
    return entries


def judge(
    run: RunInfo,
    outcomes: Outcomes,
    *,
    fail_on: Severity,
    ignore: Sequence[Suppression] = (),
    today: date | None = None,
) -> GateResult:
    """Judge a run by its stored outcomes.

    Args:
        run: Whose they are.
        outcomes: Every check's answer.
        fail_on: The least severity of a flag that stops the run.
        ignore: Checks and groups that shall not stop it; requests that have expired have no effect.
        today: The day on which requests are looked at; the present one by default.

    Raises:
        PitfallsError: There is nothing to judge: no check has answered.
    """
    if all(outcome.status is Status.ERRORED for outcome in outcomes.outcomes):
        raise PitfallsError(f"run {run.run_id} has nothing to judge: no check has answered on it")
    day = today or date.today()
    silenced = [_silenced(outcome, ignore, day) for outcome in outcomes.outcomes]
    ignored = {after.check for before, after in zip(outcomes.outcomes, silenced, strict=True) if before is not after}
    settled = [_uncovered(outcome, ignored) for outcome in silenced]
    judged = tuple(Judged(outcome=outcome, answer=_answer(outcome, fail_on)) for outcome in settled)
    return GateResult(run=run, fail_on=fail_on, judged=judged)


def _silenced(outcome: Outcome, ignore: Sequence[Suppression], day: date) -> Outcome:
    if outcome.status is Status.IGNORED:
        return outcome
    request = asked(ignore, outcome.check, outcome.group.value, day)
    if request is None or not request.holds_on(day):
        return outcome
    return silence(outcome, request, outcome.explained_by)


def _uncovered(outcome: Outcome, ignored: set[str]) -> Outcome:
    """A symptom of a flag that is ignored here is a flag again; else it would go unseen with its cause.

    The stored symptom has no severity any more: it takes its check's own.
    """
    if outcome.status is not Status.EXPLAINED or outcome.explained_by not in ignored:
        return outcome
    severity = next((check.severity for check in ALL_CHECKS if check.name == outcome.check), Severity.MEDIUM)
    return replace(outcome, status=Status.FLAGGED, severity=severity, explained_by="")


def _answer(outcome: Outcome, fail_on: Severity) -> Answer:
    if outcome.status is Status.ERRORED:
        return Answer.ERRORED
    if outcome.status in _SKIPPED:
        return Answer.SKIPPED
    stops = outcome.status is Status.FLAGGED and outcome.severity.rank >= fail_on.rank
    return Answer.FAILED if stops else Answer.PASSED

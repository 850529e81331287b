"""Every check on one record: each answers exactly once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from mlflow_pitfalls.checks.base import Check, Link
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

_NO_OVERRIDES: Mapping[str, float] = MappingProxyType({})


def run_checks(
    record: RunRecord,
    *,
    ignore: Collection[str] = (),
    thresholds: Mapping[str, float] = _NO_OVERRIDES,
    checks: Sequence[Check] = ALL_CHECKS,
) -> Outcomes:
    """Judge a record by every check. A check that raises is an outcome too; only KeyboardInterrupt passes.

    Args:
        record: The run's facts.
        ignore: Names of checks, or of groups such as ``PF3``, that shall not flag. Unknown names have no effect.
        thresholds: The user's own thresholds, keyed by ``check.threshold``. Unknown keys have no effect.
        checks: What to run, in the order of the answers.
    """
    silenced = {name.strip().lower() for name in ignore}
    answers = [_answer(check, record, silenced, thresholds) for check in checks]
    return Outcomes(run_id=record.run.run_id, outcomes=_name_causes(checks, answers))


def _answer(check: Check, record: RunRecord, silenced: set[str], thresholds: Mapping[str, float]) -> Outcome:
    if silenced & {check.name, check.group.value.lower()}:
        return _outcome(check, Status.IGNORED, "Switched off by your settings (ignore).")
    answer: Outcome | None = None
    failure = ""
    with guard(f"check {check.name}"):
        try:
            answer = _judge(check, record, thresholds)
        except BaseException as error:
            # The exception's text may quote the user's data: only its class is told.
            failure = type(error).__name__
            raise
    return answer or _outcome(check, Status.ERRORED, f"This check failed ({failure}); it says nothing about the run.")


def _judge(check: Check, record: RunRecord, thresholds: Mapping[str, float]) -> Outcome:
    verdict = check(record, check.limits(thresholds))
    is_flag = verdict.status is Status.FLAGGED
    return Outcome(
        check=check.name,
        group=check.group,
        status=verdict.status,
        message=verdict.message,
        severity=(verdict.severity or check.severity) if is_flag else Severity.NONE,
        evidence=verdict.evidence,
        remedies=verdict.remedies,
    )


def _outcome(check: Check, status: Status, message: str) -> Outcome:
    return Outcome(check=check.name, group=check.group, status=status, message=message)


def _name_causes(checks: Sequence[Check], answers: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Turn flags that another flag explains into explained outcomes, listed under the flag that stands."""
    flags = {answer.check: answer for answer in answers if answer.status is Status.FLAGGED}
    links = {check.name: check.explained_by for check in checks}
    causes = {name: _standing_cause(name, flags, links) for name in flags}
    return tuple(_with_cause(answer, causes) for answer in answers)


def _standing_cause(name: str, flags: Mapping[str, Outcome], links: Mapping[str, tuple[Link, ...]]) -> str:
    """The flag at the end of the chain of causes; empty where nothing explains this one."""
    chain = [name]
    while True:
        cause = next((link.check for link in links[chain[-1]] if _explains(link, flags, flags[chain[-1]])), "")
        if not cause:
            return chain[-1] if len(chain) > 1 else ""
        if cause in chain:  # a circle of links explains nothing
            return ""
        chain.append(cause)


def _explains(link: Link, flags: Mapping[str, Outcome], symptom: Outcome) -> bool:
    cause = flags.get(link.check)
    if cause is None:
        return False
    return not link.same_columns or _subjects(symptom) <= _subjects(cause)


def _subjects(outcome: Outcome) -> set[str]:
    return {subject.name for subject in outcome.evidence.subjects} if outcome.evidence else set()


def _with_cause(answer: Outcome, causes: Mapping[str, str]) -> Outcome:
    if answer.status is not Status.FLAGGED:
        return answer
    cause = causes[answer.check]
    if not cause:
        return replace(answer, explains=tuple(name for name, found in causes.items() if found == answer.check))
    return replace(
        answer,
        status=Status.EXPLAINED,
        severity=Severity.NONE,
        explained_by=cause,
        message=f"A symptom of {cause}: {answer.message}",
    )

"""Every check on one record: each answers exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from mlflow_pitfalls.checks.base import Check, Link
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.suppression import asked, flag_again, silence
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suppression import Suppression, read_entry
from mlflow_pitfalls.model.values import Severity

_NO_OVERRIDES: Mapping[str, float] = MappingProxyType({})


def run_checks(
    record: RunRecord,
    *,
    ignore: Iterable[str | Suppression] = (),
    thresholds: Mapping[str, float] = _NO_OVERRIDES,
    checks: Sequence[Check] = ALL_CHECKS,
    today: date | None = None,
) -> Outcomes:
    """Judge a record by every check. A check that raises is an outcome too; only KeyboardInterrupt passes.

    Args:
        record: The run's facts.
        ignore: Checks, or groups such as ``PF3``, that shall not flag, as ``enable(ignore=…)`` takes them. They run all
            the same. Unknown names have no effect.
        thresholds: The user's own thresholds, keyed by ``check.threshold``. Unknown keys have no effect.
        checks: What to run, in the order of the answers.
        today: The day on which requests to ignore are looked at; the present one by default.
    """
    entries, day = [read_entry(entry) for entry in ignore], today or date.today()
    answers = [_answer(check, record, thresholds) for check in checks]
    found = [asked(entries, answer.check, answer.group.value, day) for answer in answers]
    requests = {answer.check: _covering(request, answer) for answer, request in zip(answers, found, strict=True)}
    return Outcomes(run_id=record.run.run_id, outcomes=_settle(record, checks, answers, requests, day))


def _answer(check: Check, record: RunRecord, thresholds: Mapping[str, float]) -> Outcome:
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


def _settle(
    record: RunRecord,
    checks: Sequence[Check],
    answers: Sequence[Outcome],
    requests: Mapping[str, Suppression | None],
    day: date,
) -> tuple[Outcome, ...]:
    """Silence what shall not flag, and list flags that another flag explains under the one that stands.

    What is ignored explains nothing: else its symptoms would go unseen with it.
    """
    holding = {name: request for name, request in requests.items() if request is not None and request.holds_on(day)}
    flags = {answer.check: answer for answer in answers if answer.status is Status.FLAGGED}
    standing = {name: flag for name, flag in flags.items() if name not in holding}
    links = {check.name: _links_on(record, check) if check.name in flags else () for check in checks}
    causes = {name: _standing_cause(name, {**standing, name: flag}, links) for name, flag in flags.items()}
    settled = []
    for answer in answers:
        request = requests[answer.check]
        if answer.check in holding:
            settled.append(silence(answer, holding[answer.check], causes.get(answer.check, "")))
            continue
        told = _with_cause(answer, {name: cause for name, cause in causes.items() if name in standing})
        settled.append(flag_again(told, request) if request and told.status is Status.FLAGGED else told)
    return tuple(settled)


def _covering(request: Suppression | None, answer: Outcome) -> Suppression | None:
    """The request, where it is about this answer: one that names columns silences just the flags about these."""
    if request is None or not request.subjects:
        return request
    return request if answer.status is Status.FLAGGED and request.covers(_subjects(answer)) else None


def _links_on(record: RunRecord, check: Check) -> tuple[Link, ...]:
    return tuple(link for link in check.explained_by if link.when is None or _holds(link.when, check, record))


def _holds(when: Callable[[RunRecord], bool], check: Check, record: RunRecord) -> bool:
    holds: bool | None = None
    with guard(f"links of {check.name}"):
        holds = when(record)
    return holds is True


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

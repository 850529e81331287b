"""Flags that one of two runs has and the other has not, and which of them are certain.

A flag that hovers at its threshold comes and goes with the noise. It is certain only where both records, judged by
today's checks and thresholds, give their answers also with each threshold moved by the margin of ``new-flag``, and
where the statistic's two intervals, if there are two, do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlflow_pitfalls.checks.base import Check, Cost, Verdict
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.new_flags import MARGIN, new_flag
from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.comparison import FlagChange
from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Status
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

# What a clock, a core or a machine says is other on the next day.
_TIMED = frozenset(
    {"slow-training", "time-regression", "idle-cores", "idle-accelerator", "superlinear-fit", "diminishing-rows"}
)
# The worst of many segments is another one each time.
_SEARCHED = frozenset({"weak-segment"})
_SILENT = (Status.FLAGGED, Status.EXPLAINED, Status.IGNORED)  # answers under which a flag may stand


def flags_gained(before: ComparedRun, after: ComparedRun, thresholds: Mapping[str, float]) -> tuple[FlagChange, ...]:
    """Flags of the later run that the earlier one does not have, worst first."""
    own = _answers(before)
    changes = []
    for flag in after.outcomes.flags if after.outcomes is not None and before.outcomes is not None else ():
        answer = own.get(flag.check)
        if flag.group is Group.REGRESSION or (answer is not None and _stands(answer)):
            continue
        certain = answer is not None and _is_certain(flag.check, before.record, after.record, thresholds)
        changes.append(_change(flag, answer.status if answer is not None else None, Status.FLAGGED, certain=certain))
    return tuple(changes)


def flags_lost(before: ComparedRun, after: ComparedRun, thresholds: Mapping[str, float]) -> tuple[FlagChange, ...]:
    """Flags of the earlier run that the later one does not have, worst first."""
    own = _answers(after)
    changes = []
    for flag in before.outcomes.flags if before.outcomes is not None and after.outcomes is not None else ():
        answer = own.get(flag.check)
        if flag.group is Group.REGRESSION or (answer is not None and _stands(answer)):
            continue
        certain = answer is not None and _is_certain(flag.check, after.record, before.record, thresholds)
        changes.append(_change(flag, Status.FLAGGED, answer.status if answer is not None else None, certain=certain))
    return tuple(changes)


def _answers(run: ComparedRun) -> dict[str, Outcome]:
    return {outcome.check: outcome for outcome in run.outcomes.outcomes} if run.outcomes is not None else {}


def _stands(answer: Outcome) -> bool:
    """Whether the run has this flag after all: as another one's symptom, or silenced."""
    is_flag = answer.status is not Status.IGNORED or answer.would_be is not Severity.NONE
    return answer.status in _SILENT and is_flag


def _change(flag: Outcome, before: Status | None, after: Status | None, *, certain: bool) -> FlagChange:
    return FlagChange(
        check=flag.check, severity=flag.severity, message=flag.message, before=before, after=after, certain=certain
    )


def _is_certain(name: str, without: RunRecord, having: RunRecord, thresholds: Mapping[str, float]) -> bool:
    """Whether one record certainly has the flag and the other certainly has not."""
    check = next((check for check in ALL_CHECKS if check.name == name), None)
    if check is None or name in _TIMED | _SEARCHED or Fact.HISTORY in check.needs:
        return False
    with guard(f"judging {name} again"):
        flags, clear = check(having, check.limits(thresholds)), check(without, check.limits(thresholds))
        if flags.status is not Status.FLAGGED or not _is_clear(check, clear, without, having):
            return False
        if _meet(flags.evidence, clear.evidence):
            return False
        return all(
            check(having, check.limits(moved)).status is Status.FLAGGED
            and check(without, check.limits(moved)).status is not Status.FLAGGED
            for moved in _moved(check, thresholds)
        )
    return False  # type: ignore[unreachable]  # the guard swallows


def _is_clear(check: Check, verdict: Verdict, without: RunRecord, having: RunRecord) -> bool:
    """Whether the question was answered; where it did not arise, whether the record could have told."""
    if verdict.status is Status.PASSED:
        return True
    if verdict.status is not Status.NOT_APPLICABLE or check.cost is Cost.PROBE:
        return False
    return all(
        getattr(without, part) is not None or getattr(having, part) is None
        for part in ("train", "held_out", "split", "primary_score")
    )


def _meet(first: Evidence | None, second: Evidence | None) -> bool:
    """Whether two intervals of one statistic overlap."""
    if first is None or second is None or first.interval is None or second.interval is None:
        return False
    one, two = first.interval, second.interval
    return one.low <= two.high and two.low <= one.high


def _moved(check: Check, thresholds: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """The user's thresholds with each of the check's own moved down and up by the margin."""
    limits, margin = check.limits(thresholds), new_flag.limits(thresholds)[MARGIN]
    for name in limits:
        for factor in (1.0 - margin, 1.0 + margin):
            yield {**thresholds, f"{check.name}.{name}": limits[name] * factor}

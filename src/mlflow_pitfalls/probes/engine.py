"""Runs a record's probes within the budget, one after the other, and tells what became of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.record import ProbeFacts, RunRecord
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError

PROBE_LINE = "mlflow_pitfalls.probe(model, X_train, y_train, budget=60)"
DONE, CUT, FAILED, NOT_NEEDED = "done", "cut", "failed", "not_needed"
_FAULT = "a fault of ours"

OnStart = Callable[[Probe], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one probe filled in, by field of the record, and what became of it."""

    found: Mapping[str, object]
    facts: ProbeFacts


def run_probes(
    record: RunRecord, context: ProbeContext, probes: Sequence[Probe], *, on_start: OnStart | None = None
) -> RunRecord:
    """Run the probes that this record needs, in order, while the budget lasts; on the calling thread.

    Args:
        record: The facts so far.
        context: What the probes are given.
        probes: Cheapest and most informative first.
        on_start: Told of each probe that begins.

    Returns:
        The record with what the probes found, one :class:`ProbeFacts` for each, and the seconds that all took.
    """
    return with_answers(record, answers(record, context, probes, on_start=on_start))


def answers(
    record: RunRecord, context: ProbeContext, probes: Sequence[Probe], *, on_start: OnStart | None = None
) -> Iterator[Answer]:
    """As :func:`run_probes`, each probe's answer as soon as it is there."""
    for probe in probes:
        answer = _run(probe, record, context, on_start)
        record = merged(record, answer.found)
        yield answer


def with_answers(record: RunRecord, given: Iterable[Answer]) -> RunRecord:
    """The record with all that the probes found and told."""
    for answer in given:
        record = replace(merged(record, answer.found), probes=(*record.probes, answer.facts))
    seconds = sum(facts.seconds for facts in record.probes if facts.status != NOT_NEEDED)
    linear = (found.seconds for found in record.alternatives if found.kind == "linear" and found.source == "probe")
    times = replace(record.times, probe_seconds=seconds, linear_baseline_seconds=next(linear, None))
    return replace(record, times=times)


def merged(record: RunRecord, found: Mapping[str, object]) -> RunRecord:
    """The record with the fields that a probe filled in; tuples are appended to."""
    changes: dict[str, Any] = {}
    for name, value in found.items():
        before = getattr(record, name)
        changes[name] = (*before, *value) if isinstance(before, tuple) and isinstance(value, tuple) else value
    return replace(record, **changes)


def refusal(probe: Probe, record: RunRecord, context: ProbeContext) -> Answer | None:
    """The answer of a probe that is not needed or cannot be run; None where it is to be run."""
    reason = probe.not_needed(record)
    if reason:
        return untried(probe, NOT_NEEDED, reason)
    if probe.needs_estimator and context.estimator is None:
        return untried(probe, FAILED, context.problem)
    wanted = probe.seconds(context)
    return None if context.budget.allows(wanted) else untried(probe, CUT, cut_reason(wanted, context.budget.left))


def untried(probe: Probe, status: str, reason: str) -> Answer:
    """The answer of a probe that was not run."""
    return Answer(found={}, facts=ProbeFacts(name=probe.name, status=status, reason=reason))


def cut_reason(seconds: float, left: float) -> str:
    """Why the budget ended a probe, and the line that runs it."""
    return f"needs about {_told(seconds)} s, {_told(max(0.0, left))} s of the budget are left; {PROBE_LINE} runs it"


def _run(probe: Probe, record: RunRecord, context: ProbeContext, on_start: OnStart | None) -> Answer:
    found: Mapping[str, object] = {}
    status, reason = FAILED, _FAULT
    started = time.perf_counter()
    with guard(f"probing: {probe.name}"):
        refused = refusal(probe, record, context)
        if refused is not None:
            return refused
        if on_start is not None:
            on_start(probe)
        try:
            with context.budget.spending():
                found = probe.run(context, record)
            status, reason = DONE, ""
        except OutOfBudgetError as cut:
            status, reason = CUT, cut_reason(cut.seconds, context.budget.left)
        except FitFailedError as error:
            reason = str(error)
    seconds = time.perf_counter() - started
    return Answer(found=found, facts=ProbeFacts(name=probe.name, status=status, seconds=seconds, reason=reason))


def _told(seconds: float) -> str:
    return f"{seconds:.2g}" if seconds < 10 else f"{seconds:.0f}"

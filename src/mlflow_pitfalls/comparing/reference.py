"""What a record is told of its reference run."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.checks.reference import INFLATING, INFLATING_SEVERITIES
from mlflow_pitfalls.comparing.compare import compare_runs
from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.model.comparison import ReferenceChoice, ReferenceFacts
from mlflow_pitfalls.model.record import EarlierRun, RunRecord

MAX_CANDIDATES = 20  # the last comparable runs, of which the best is the reference


def candidates(record: RunRecord) -> tuple[EarlierRun, ...]:
    """The last 20 comparable runs with a score that nothing inflates, best first; of equal scores the later run.

    They are compared by the run's own primary metric. Where none of them has it, as after another metric was chosen,
    the best by the latest one's metric is still the run whose data, columns and flags to compare with.
    """
    earlier = record.history.earlier if record.history is not None else ()
    scored = [run for run in earlier if run.held_out_score is not None and run.metric and not run.inflated_by]
    if not scored:
        return ()
    own = record.primary_score.metric if record.primary_score is not None else ""
    metric = own if any(run.metric == own for run in scored) else scored[0].metric
    alike = [run for run in scored if run.metric == metric][:MAX_CANDIDATES]
    return tuple(sorted(alike, key=lambda run: -(run.held_out_score or 0.0)))


def reference_facts(
    choice: ReferenceChoice,
    before: ComparedRun,
    after: ComparedRun,
    *,
    candidates: int = 1,
    thresholds: Mapping[str, float] | None = None,
) -> ReferenceFacts:
    """Compare a run with its reference.

    Args:
        choice: How the reference was found.
        before: The reference.
        after: The run, with its history.
        candidates: Runs that the best was chosen among.
        thresholds: The user's own thresholds of checks, by ``check.threshold``.
    """
    flags = before.outcomes.flags if before.outcomes is not None else ()
    inflated = [flag.check for flag in flags if flag.check in INFLATING and flag.severity.value in INFLATING_SEVERITIES]
    return ReferenceFacts(
        choice=choice,
        candidates=candidates,
        repeats=_repeats(before.record, after.record),
        inflated_by=tuple(inflated),
        comparison=compare_runs(before, after, thresholds=thresholds),
    )


def _repeats(reference: RunRecord, record: RunRecord) -> tuple[float, ...]:
    """Held-out scores of the runs that did what the reference did, itself among them, latest first."""
    score, earlier = reference.primary_score, record.history.earlier if record.history is not None else ()
    own = next((run for run in earlier if run.run_id == reference.run.run_id), None)
    if own is None or score is None or not own.estimator:
        return ()
    alike = (
        run for run in earlier if (run.estimator, run.settings, run.metric) == (own.estimator, own.settings, own.metric)
    )
    return tuple(run.held_out_score for run in alike if run.held_out_score is not None)

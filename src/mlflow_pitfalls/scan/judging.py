"""All that can be said about logged runs; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mlflow_pitfalls.model.logged import LoggedRun
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.scan.curves import ONSET, WENT_ON, judge_divergence, judge_onset, judge_plateau
from mlflow_pitfalls.scan.gaps import judge_evaluation, judge_gap
from mlflow_pitfalls.scan.history import judge_baseline, judge_time


def judge_run(run: LoggedRun, others: Sequence[LoggedRun], *, complete: bool = True) -> Outcomes:
    """Judge one run by what MLflow knows.

    Args:
        run: The run.
        others: The experiment's other runs.
        complete: Whether those are all that there are.

    Returns:
        One answer for each check that logged runs can be asked, in the names of the catalogue.
    """
    onset, gap = judge_onset(run), judge_gap(run)
    fit = onset if onset.status is Status.FLAGGED else gap
    plateau = judge_plateau(run)
    if onset.status is Status.FLAGGED and plateau.status is Status.FLAGGED:
        plateau = _explained(plateau)
        fit = replace(fit, explains=(WENT_ON,))
    answers = (
        judge_divergence(run),
        fit,
        plateau,
        judge_evaluation(run),
        judge_time(run, others),
        judge_baseline(run, others, complete=complete),
    )
    return Outcomes(run_id=run.run.run_id, outcomes=answers)


def judge_all(runs: Sequence[LoggedRun], *, complete: bool = True) -> list[Outcomes]:
    """:func:`judge_run` for each, among the others."""
    return [judge_run(run, [*runs[:at], *runs[at + 1 :]], complete=complete) for at, run in enumerate(runs)]


def is_judged(outcomes: Outcomes) -> bool:
    """Whether any check had something to go by."""
    return any(outcome.status in (Status.FLAGGED, Status.PASSED) for outcome in outcomes.outcomes)


def _explained(outcome: Outcome) -> Outcome:
    return replace(
        outcome,
        status=Status.EXPLAINED,
        severity=Severity.NONE,
        explained_by=ONSET,
        message=f"A symptom of {ONSET}: {outcome.message}",
    )

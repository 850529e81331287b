"""Which checks an evaluation alone can answer; pure."""

from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.checks.below_benchmark import below_benchmark
from mlflow_pitfalls.checks.calibration import miscalibrated
from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.checks.evaluation import test_set_too_small
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.checks.silent_classes import class_never_predicted
from mlflow_pitfalls.checks.tool_choice import no_lift
from mlflow_pitfalls.checks.weak_segments import weak_segment
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import EstimatorFacts, FitFacts, RunRecord
from mlflow_pitfalls.settings import Settings

# They ask for the model's answers on the evaluated rows, and for nothing else.
ANSWERABLE = (no_lift, class_never_predicted, test_set_too_small, below_benchmark, weak_segment, miscalibrated)
UNANSWERED = "An evaluation alone tells nothing about the training rows, the fit or its time."


def judge(record: RunRecord, estimator: EstimatorFacts, settings: Settings) -> Outcomes:
    """Every check's answer on an evaluation; those that ask for more than it holds do not apply.

    Args:
        record: What is known of the evaluated rows; it holds no fit.
        estimator: What was evaluated.
        settings: What to ignore, and the user's thresholds.
    """
    known = replace(record, fit=_unseen_fit(record, estimator))
    checks = [check for check in ANSWERABLE if check is not class_never_predicted or _knows_classes(record)]
    found = run_checks(known, ignore=settings.ignore, thresholds=settings.thresholds, checks=checks)
    answers = {outcome.check: outcome for outcome in found.outcomes}
    every = (
        answers.get(check.name)
        or Outcome(check=check.name, group=check.group, status=Status.NOT_APPLICABLE, message=UNANSWERED)
        for check in ALL_CHECKS
    )
    return replace(found, outcomes=tuple(every))


def _unseen_fit(record: RunRecord, estimator: EstimatorFacts) -> FitFacts:
    """The checks ask what was fitted; when, and to how many rows, they are not told and none of them asks."""
    columns = record.held_out.column_count if record.held_out is not None else 0
    return FitFacts(estimator=estimator, rows=0, columns=columns, seconds=0.0, cpu_seconds=0.0)


def _knows_classes(record: RunRecord) -> bool:
    return any(entry.is_known for entry in record.classes)

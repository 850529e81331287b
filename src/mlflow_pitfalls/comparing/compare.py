"""Puts the comparison of two runs together."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.comparing.columns import schema_changes
from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.comparing.data import data_changes
from mlflow_pitfalls.comparing.drift import column_drift
from mlflow_pitfalls.comparing.flags import flags_gained, flags_lost
from mlflow_pitfalls.comparing.parameters import parameter_changes
from mlflow_pitfalls.comparing.scores import gap_change, score_changes
from mlflow_pitfalls.comparing.times import time_changes
from mlflow_pitfalls.model.comparison import Comparison, RunLabel

__all__ = ["ComparedRun", "compare_runs"]


def compare_runs(
    before: ComparedRun, after: ComparedRun, *, thresholds: Mapping[str, float] | None = None
) -> Comparison:
    """What changed from an earlier run to a later one.

    Args:
        before: The earlier run, the reference.
        after: The later run.
        thresholds: The user's own thresholds of checks, by ``check.threshold``, for telling which flags are new.
    """
    limits = thresholds or {}
    comparable = _are_comparable(before, after)
    drift, notes = column_drift(before.record, after.record)
    return Comparison(
        before=_label(before),
        after=_label(after),
        comparable=comparable,
        same_rows=_same_rows(before, after),
        gained=flags_gained(before, after, limits),
        lost=flags_lost(before, after, limits),
        scores=score_changes(before, after) if comparable else (),
        gap=gap_change(before.record, after.record) if comparable else None,
        times=time_changes(before.record, after.record),
        parameters=parameter_changes(before.record, after.record),
        drift=drift,
        schema=schema_changes(before.record, after.record),
        data=data_changes(before.record, after.record),
        notes=notes,
    )


def _label(run: ComparedRun) -> RunLabel:
    record, target = run.record, run.target
    return RunLabel(
        run_id=record.run.run_id,
        run_name=record.run.run_name,
        experiment_id=record.run.experiment_id,
        started_at=record.run.started_at,
        estimator=record.fit.estimator.final_class_name if record.fit is not None else "",
        task=record.task,
        target=target.name if target is not None else "",
    )


def _are_comparable(before: ComparedRun, after: ComparedRun) -> bool:
    """Same task, and a target of the same name where both tell it."""
    if before.record.task is not after.record.task:
        return False
    first, second = before.target, after.target
    return first is None or second is None or first.name == second.name


def _same_rows(before: ComparedRun, after: ComparedRun) -> bool | None:
    first, second = before.record.held_out_digest, after.record.held_out_digest
    return first == second if first and second else None

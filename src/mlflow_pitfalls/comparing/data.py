"""Rows, columns and content of each side of the split."""

from __future__ import annotations

from mlflow_pitfalls.model.comparison import DataChange
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Role


def data_changes(before: RunRecord, after: RunRecord) -> tuple[DataChange, ...]:
    """One entry a side that both runs tell of, also where nothing changed."""
    sides = (
        (Role.TRAIN, before.train, after.train),
        (Role.HELD_OUT, before.held_out, after.held_out),
    )
    return tuple(_change(role, first, second) for role, first, second in sides if first and second)


def _change(role: Role, first: DatasetProfile, second: DatasetProfile) -> DataChange:
    return DataChange(
        side=role.value,
        before_rows=first.rows,
        after_rows=second.rows,
        before_columns=first.column_count,
        after_columns=second.column_count,
        same_content=first.digest == second.digest if first.digest and second.digest else None,
    )

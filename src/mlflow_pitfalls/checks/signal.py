"""Is there something to learn? A column that certainly goes with the target says so."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Link, Threshold
from mlflow_pitfalls.checks.reading import columns_of, resampled_training
from mlflow_pitfalls.model.profile import ColumnProfile
from mlflow_pitfalls.model.record import RunRecord

SIGNAL = Threshold(
    0.001,
    "probability",
    "that chance makes any of the columns go with the target as the closest one does; below it, something is there",
    "our choice: far below the usual 0.05, as training rows are seldom quite independent of each other",
)
_CATEGORY_METHODS = frozenset({"cramers_v", "epsilon2"})
_ROWS_PER_CELL = 5  # the usual bound of the chi-squared approximation


def telling_column(record: RunRecord, limit: float = SIGNAL.default) -> ColumnProfile | None:
    """The column that goes with the target most certainly, corrected for their number; None where chance may do it.

    The training rows are asked; where they were resampled, the held-out ones are: copies of rows, and points between
    them, make any column look certain.

    Args:
        record: The run's facts.
        limit: The probability of chance, over all columns, below which a column is told.
    """
    side = record.train if resampled_training(record) is None else record.held_out
    columns = columns_of(record, side) if side else ()
    if side is None or not columns:
        return None
    classes = max(1, len(side.target.classes) if side.target else 1)
    best = min(columns, key=lambda column: _chance(column, classes))
    return best if _chance(best, classes) * len(columns) < limit else None


def _chance(column: ColumnProfile, classes: int) -> float:
    found = column.target_association
    if found is None or found.p_value is None:
        return 1.0
    if found.method in _CATEGORY_METHODS and found.rows < _ROWS_PER_CELL * (column.distinct or found.rows) * classes:
        return 1.0
    return found.p_value


# A useless model is the model's fault where some column certainly goes with the target; else there may be nothing to
# learn. The two links exclude each other.
OVERFIT_THOUGH_LEARNABLE = Link(
    "overfit",
    when=lambda record: telling_column(record) is not None,
    condition="where some column certainly goes with the target",
)
BY_HEART_THOUGH_LEARNABLE = Link(
    "oversampling-overfit", when=OVERFIT_THOUGH_LEARNABLE.when, condition=OVERFIT_THOUGH_LEARNABLE.condition
)
NOTHING_TO_LEARN = Link(
    "no-lift",
    when=lambda record: telling_column(record) is None,
    condition="where no column certainly goes with the target",
)

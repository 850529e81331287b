"""Wall-clock of fits and predictions."""

from __future__ import annotations

from mlflow_pitfalls.model.comparison import TimeChange
from mlflow_pitfalls.model.record import RunRecord

FIT, PREDICT = "fit", "predict"


def time_changes(before: RunRecord, after: RunRecord) -> tuple[TimeChange, ...]:
    """The primary fit's time, and that of the predictions; what one of the runs does not tell is left out."""
    found = []
    if before.fit is not None and after.fit is not None:
        found.append(_change(FIT, before.fit.seconds, after.fit.seconds, before.fit.rows, after.fit.rows))
    first, second = before.times, after.times
    if first.predict_rows and second.predict_rows:
        seconds = first.predict_row_seconds, second.predict_row_seconds
        found.append(_change(PREDICT, *seconds, first.predict_rows, second.predict_rows))
    return tuple(found)


def _change(what: str, first: float, second: float, first_rows: int, second_rows: int) -> TimeChange:
    before, after = first / max(1, first_rows), second / max(1, second_rows)
    return TimeChange(
        what=what,
        before_seconds=first,
        after_seconds=second,
        before_rows=first_rows,
        after_rows=second_rows,
        ratio=after / before if before > 0 else None,
    )

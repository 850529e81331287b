"""The classes: rows on both sides, and how many of each are found."""

from __future__ import annotations

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import svg_bars, text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.score_views import class_table


def class_exhibit(record: RunRecord) -> Exhibit | None:
    """Rows by class, training over held-out, and the recall of each class."""
    train = record.train.target if record.train else None
    held_out = record.held_out.target if record.held_out else None
    classes = train.classes if train else ()
    table = class_table(record)
    drawn = svg_bars.class_bars(classes, held_out.classes if held_out else ())
    if not drawn and not table.rows:
        return None
    return Exhibit(
        key="classes",
        title="Rows by class",
        says=_rarest([(entry.label, entry.count) for entry in classes]),
        picture=drawn,
        tables=(table,) if table.rows else (),
        both_sides=bool(drawn and held_out and held_out.classes),
    )


def _rarest(counts: list[tuple[str, int]]) -> str:
    if len(counts) < 2:
        return ""
    label, fewest = min(counts, key=lambda pair: pair[1])
    most = max(count for _, count in counts)
    total = sum(count for _, count in counts)
    said = f"{text.number(fewest)} of {text.count(total, 'training row')}"
    ratio = f" (1 : {text.number(round(most / fewest, 1))})" if fewest else ""
    return f"The rarest class is {text.name(label)}: {said}{ratio}."

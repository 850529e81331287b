"""The rows of both sides of the split as datasets of MLflow's: a few figures and the columns' kinds, no rows.

What the profile keeps back under ``privacy="strict"``, ranges and class labels, is not there to be written here either.
"""

from __future__ import annotations

import hashlib
import json

from mlflow_pitfalls.model.items import DataInput
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile, DatasetProfile, TargetProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import text

TRAIN_CONTEXT, EVAL_CONTEXT = "train", "eval"  # as autologging calls them
COLUMNS_TOLD = 15  # MLflow prints one line each, above the list of columns
COLUMNS_LISTED = 500
CLASSES_TOLD = 8
_DIGEST_LENGTH = 16
# MLflow's own names of what a column may hold.
_TYPES = {
    ColumnKind.FLOAT: "double",
    ColumnKind.INTEGER: "long",
    ColumnKind.BOOLEAN: "boolean",
    ColumnKind.CATEGORICAL: "string",
    ColumnKind.DATETIME: "datetime",
}


def datasets(record: RunRecord) -> tuple[DataInput, ...]:
    """The profiled sides of a run's split."""
    sides = (("training rows", TRAIN_CONTEXT, record.train), ("held-out rows", EVAL_CONTEXT, record.held_out))
    return tuple(_dataset(name, context, profile) for name, context, profile in sides if profile is not None)


def _dataset(name: str, context: str, profile: DatasetProfile) -> DataInput:
    told = json.dumps(_figures(profile), ensure_ascii=False)
    # MLflow keeps the first profile of a name and digest: what it says enters the digest.
    content = f"{profile.digest}\n{told}".encode("utf-8", "replace")
    return DataInput(
        name=name,
        context=context,
        digest=hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH],
        schema=json.dumps({"mlflow_colspec": [_column_type(column) for column in profile.columns[:COLUMNS_LISTED]]}),
        profile=told,
    )


def _column_type(column: ColumnProfile) -> dict[str, object]:
    return {
        "name": text.name(column.name),
        "type": _TYPES.get(column.kind, "any"),
        "required": not column.missing,
    }


def _figures(profile: DatasetProfile) -> dict[str, object]:
    """By the words that MLflow prints; the first two are its own."""
    found: dict[str, object] = {"num_rows": profile.rows, "num_elements": profile.rows * profile.column_count}
    cells = sum(column.rows for column in profile.columns)
    if cells:
        found["missing values"] = text.share(sum(column.missing for column in profile.columns) / cells)
    if profile.duplicates is not None and profile.duplicates.rows_checked:
        found["duplicate rows"] = text.share(profile.duplicates.duplicates / profile.duplicates.rows_checked)
    if profile.target is not None:
        found["target"] = _target(profile.target)
    taken = set(found)
    for column in profile.columns[:COLUMNS_TOLD]:
        shown = text.name(column.name)
        found[f"column {shown}" if shown in taken else shown] = _column(column)
    more = profile.column_count - COLUMNS_TOLD
    if more > 0:
        found["further columns"] = more
    return found


def _target(target: TargetProfile) -> str:
    name = text.name(target.name) if target.name else "target"
    if target.classes:
        listed = [f"{text.name(entry.label)}: {text.number(entry.count)}" for entry in target.classes[:CLASSES_TOLD]]
        more = len(target.classes) - CLASSES_TOLD
        return f"{name}; {', '.join([*listed, *([f'{more} more'] if more > 0 else [])])}"
    return f"{name}; {_moments(target) or target.task.value}"


def _column(column: ColumnProfile) -> str:
    said = [column.kind.value, _moments(column)]
    if column.kind is ColumnKind.CATEGORICAL and column.distinct is not None:
        said.append(text.count(column.distinct, "level"))
    if column.missing:
        said.append(f"{text.share(column.missing_share)} missing")
    return ", ".join(part for part in said if part)


def _moments(numbers: ColumnProfile | TargetProfile) -> str:
    said = [
        f"{word} {text.number(value)}"
        for word, value in (("mean", numbers.mean), ("sd", numbers.std))
        if value is not None
    ]
    if numbers.minimum is not None and numbers.maximum is not None:
        said.append(f"{text.number(numbers.minimum)} to {text.number(numbers.maximum)}")
    return ", ".join(said)

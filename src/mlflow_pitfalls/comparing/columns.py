"""Columns added, removed, of another type, or in another order."""

from __future__ import annotations

from mlflow_pitfalls.model.comparison import SchemaChange, SchemaKind
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.record import RunRecord

_NUMBER = "number"
# Whole numbers and others are one type: which of them a column is depends on the rows at hand. So are truth values,
# which samplers and scalers turn into 0 and 1.
_TYPES = dict.fromkeys((ColumnKind.FLOAT, ColumnKind.INTEGER, ColumnKind.BOOLEAN), _NUMBER)
_UNNAMED = "column {}"  # what a column is called whose container has no names


def schema_changes(before: RunRecord, after: RunRecord) -> tuple[SchemaChange, ...]:
    """What differs in the training rows' columns: removed, added, retyped, then reordered ones.

    A container without names, as what a scaler returns, holds no other columns: only their number is compared then.
    """
    if before.train is None or after.train is None:
        return ()
    first, second = before.train, after.train
    if _is_unnamed(first) != _is_unnamed(second):
        return _by_number(first, second)
    own = {column.name: column for column in first.columns}
    other = {column.name: column for column in second.columns}
    # Beyond the first few hundred, columns are not told: those cannot be called missing.
    is_whole = len(first.columns) == first.column_count and len(second.columns) == second.column_count
    removed = [
        SchemaChange(kind=SchemaKind.REMOVED, column=name, before=_type(column))
        for name, column in own.items()
        if is_whole and name not in other
    ]
    added = [
        SchemaChange(kind=SchemaKind.ADDED, column=name, after=_type(column))
        for name, column in other.items()
        if is_whole and name not in own
    ]
    common = [name for name in own if name in other]
    retyped = [
        SchemaChange(kind=SchemaKind.RETYPED, column=name, before=_type(own[name]), after=_type(other[name]))
        for name in common
        if _is_retyped(own[name], other[name])
    ]
    rest = () if is_whole else _by_number(first, second)
    return (*removed, *added, *retyped, *_reordered(common, [name for name in other if name in own]), *rest)


def _by_number(first: DatasetProfile, second: DatasetProfile) -> tuple[SchemaChange, ...]:
    more = second.column_count - first.column_count
    if not more:
        return ()
    kind = SchemaKind.ADDED if more > 0 else SchemaKind.REMOVED
    return (SchemaChange(kind=kind, column="", before=str(first.column_count), after=str(second.column_count)),)


def _is_unnamed(profile: DatasetProfile) -> bool:
    return all(column.name == _UNNAMED.format(column.position) for column in profile.columns)


def _type(column: ColumnProfile) -> str:
    return _TYPES.get(column.kind, column.kind.value)


def _is_retyped(first: ColumnProfile, second: ColumnProfile) -> bool:
    """Another type and another dtype: the kind alone may depend on which rows were sampled."""
    return _type(first) != _type(second) and first.dtype != second.dtype


def _reordered(first: list[str], second: list[str]) -> tuple[SchemaChange, ...]:
    """Those that stand elsewhere among the common columns."""
    places = {name: place for place, name in enumerate(second)}
    return tuple(
        SchemaChange(kind=SchemaKind.REORDERED, column=name, before=str(place), after=str(places[name]))
        for place, name in enumerate(first)
        if places[name] != place
    )

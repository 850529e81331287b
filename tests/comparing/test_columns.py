from __future__ import annotations

import numpy as np

from mlflow_pitfalls.comparing.columns import schema_changes
from mlflow_pitfalls.model.comparison import SchemaKind
from mlflow_pitfalls.model.profile import ColumnKind
from tests.comparing.conftest import categories, numbers, profile, record

VALUES = np.arange(30.0)


def table(*names, **changes):
    return record(*(numbers(name, VALUES, position=i) for i, name in enumerate(names)), **changes)


def changes(before, after):
    return [(change.kind, change.column) for change in schema_changes(before, after)]


def test_the_same_columns():
    assert changes(table("a", "b"), table("a", "b")) == []
    assert changes(record(), table("a")) == []


def test_added_and_removed():
    assert changes(table("a", "b"), table("a", "c")) == [(SchemaKind.REMOVED, "b"), (SchemaKind.ADDED, "c")]


def test_reordered():
    assert changes(table("a", "b", "c"), table("b", "a", "c")) == [
        (SchemaKind.REORDERED, "a"),
        (SchemaKind.REORDERED, "b"),
    ]
    assert changes(table("a", "b", "c"), table("b", "c")) == [(SchemaKind.REMOVED, "a")]


def test_another_type():
    before, after = table("a"), record(categories("a", {"1": 30}))
    (change,) = schema_changes(before, after)
    assert (change.kind, change.before, change.after) == (SchemaKind.RETYPED, "number", "categorical")


def test_whole_numbers_or_what_a_sample_met_are_no_other_type():
    whole = record(numbers("a", VALUES, kind=ColumnKind.INTEGER, dtype="int64"))
    assert changes(table("a"), whole) == []
    truth = record(categories("a", {"True": 30}, kind=ColumnKind.BOOLEAN, dtype="bool"))
    assert changes(truth, table("a")) == []
    mixed = record(categories("a", {"x": 30}, kind=ColumnKind.MIXED))
    assert changes(record(categories("a", {"x": 30})), mixed) == []


def test_a_table_that_lost_its_names():
    bare = table("column 0", "column 1")
    assert changes(table("a", "b"), bare) == []
    assert changes(table("a", "b", "c"), bare) == [(SchemaKind.REMOVED, "")]


def test_more_columns_than_are_told():
    wide = record(train=profile(numbers("a", VALUES), column_count=500))
    wider = record(train=profile(numbers("b", VALUES), column_count=501))
    assert changes(wide, wider) == [(SchemaKind.ADDED, "")]

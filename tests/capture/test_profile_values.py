"""What profiles tell of single values: kinds in one column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlflow_pitfalls.model.profile import ColumnKind


def counted(column):
    return {kind.value: kind.count for kind in column.kinds}


def test_numbers_beside_text_are_counted(profile_of):
    values = np.array([1, 2.5, "3+", None] * 25, dtype=object)
    (column,) = profile_of(pd.DataFrame({"size": values})).columns
    assert column.kind is ColumnKind.MIXED
    assert counted(column) == {"number": 50, "text": 25}


@pytest.mark.parametrize("stray", [" ", "?", "nan", "inf"])
def test_numbers_written_as_text_are_counted(profile_of, stray):
    values = [f"{number}.5" for number in range(95)] + [stray] * 5
    (column,) = profile_of(pd.DataFrame({"total": values})).columns
    assert column.kind is ColumnKind.CATEGORICAL
    assert counted(column) == {"number written as text": 95, "text": 5}


@pytest.mark.parametrize(
    "values",
    [
        ["red", "blue"] * 50,
        [str(number) for number in range(100)],  # numbers throughout
        ["0", "1", "2", "3+"] * 25,  # a few grades
        [f"{number}.1" for number in range(90)] + [f"V{number}" for number in range(10)],  # codes
    ],
)
def test_text_of_one_kind_is_not_counted(profile_of, values):
    (column,) = profile_of(pd.DataFrame({"text": values})).columns
    assert column.kinds == ()


def test_declared_categories_and_hostile_objects_hold_what_they_like(profile_of, hostile):
    frame = pd.DataFrame(
        {
            "declared": pd.Categorical([1, "a"] * 10),
            "hostile": np.array([hostile() for _ in range(20)], dtype=object),
        }
    )
    assert [column.kinds for column in profile_of(frame).columns] == [(), ()]

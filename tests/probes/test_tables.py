from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.probes.tables import categorical_positions, plain_table, prepared_folds

ROWS = np.arange(60)
HALVES = [(ROWS[:30], ROWS[30:]), (ROWS[30:], ROWS[:30])]


def mixed() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "size": np.where(ROWS % 7 == 0, np.nan, ROWS),
            "colour": np.where(ROWS % 3 == 0, "red", "blue"),
            "key": [f"row {i}" for i in ROWS],
            "when": pd.date_range("2020", periods=60),
            "huge": np.where(ROWS == 5, np.inf, 1e200),
            "empty": np.full(60, np.nan),
        }
    )


def test_numbers_come_first_and_keys_are_left_out():
    table = plain_table(mixed(), ROWS)
    assert (table.numeric, table.categorical) == (4, 1)
    assert table.values.shape == (60, 5)
    assert not np.isinf(table.values).any()


@pytest.mark.parametrize("make", [lambda frame: frame, lambda frame: pl.from_pandas(frame)])
def test_folds_are_prepared_without_gaps_or_warnings(make):
    table = plain_table(make(mixed()), ROWS)
    for fold in prepared_folds(table, HALVES):
        assert fold.x_train.shape == fold.x_validation.shape
        assert np.isfinite(fold.x_train).all()
        assert np.isfinite(fold.x_validation).all()


def test_categories_are_told_by_position():
    assert categorical_positions(mixed(), ROWS) == [1, 2]
    assert categorical_positions(np.zeros((60, 2)), ROWS) == []
    assert categorical_positions(sp.eye(60).tocsr(), ROWS) == []


def test_a_sparse_matrix_stays_sparse():
    table = plain_table(sp.random(60, 9, 0.2, format="csc", random_state=0), ROWS)
    assert table.is_sparse
    assert sp.issparse(prepared_folds(table, HALVES)[0].x_train)


@pytest.mark.parametrize("x", [object(), iter([1]), pd.DataFrame({"key": [f"row {i}" for i in ROWS]})])
def test_what_cannot_be_read_is_none(x):
    assert plain_table(x, ROWS) is None


CELLS = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=3), st.integers(-(2**70), 2**70))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=4, max_size=20))
@settings(max_examples=50)
def test_any_cells_make_finite_folds(rows):
    frame = pd.DataFrame(rows, dtype=object).set_axis(["a", "a"], axis=1)
    positions = np.arange(len(rows))
    table = plain_table(frame, positions)
    if table is None:
        return
    half = len(rows) // 2
    for fold in prepared_folds(table, [(positions[:half], positions[half:])]):
        assert np.isfinite(fold.x_validation).all()

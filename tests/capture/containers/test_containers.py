from __future__ import annotations

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlflow_pitfalls.capture.containers import (
    as_vector,
    column_names,
    container_name,
    sample_positions,
    shape_of,
    take_rows,
    take_sample,
)

VALUES = np.arange(20.0).reshape(10, 2)
FRAME = pd.DataFrame(VALUES, columns=["a", "b"])
SPARSE_FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


@pytest.mark.parametrize(
    ("data", "name", "shape"),
    [
        (FRAME, "pandas.DataFrame", (10, 2)),
        (FRAME["a"], "pandas.Series", (10, 1)),
        (VALUES, "numpy.ndarray", (10, 2)),
        (VALUES[:, 0], "numpy.ndarray", (10, 1)),
        (np.ma.masked_array(VALUES), "numpy.ma.MaskedArray", (10, 2)),
        (np.zeros(10, dtype=[("x", "f4"), ("y", "U3")]), "numpy.ndarray", (10, 2)),
        (sp.csr_matrix(VALUES), "scipy.sparse.csr_matrix", (10, 2)),
        (sp.coo_array(VALUES), "scipy.sparse.coo_array", (10, 2)),
        (pl.DataFrame({"a": [1, 2]}), "polars.DataFrame", (2, 1)),
        (pl.Series("a", [1, 2]), "polars.Series", (2, 1)),
        (pa.table({"a": [1, 2]}), "pyarrow.Table", (2, 1)),
        (VALUES.tolist(), "list", (10, 2)),
        ([1, 2, 3], "list", (3, 1)),
        (range(4), "range", (4, 1)),
        ([], "list", (0, 0)),
    ],
)
def test_names_and_shapes(data, name, shape):
    assert container_name(data) == name
    assert shape_of(data) == shape


def test_what_cannot_be_counted_is_neither_counted_nor_read():
    class Lazy:
        def __getattr__(self, name):
            raise AssertionError(f"{name} was read")

        def __iter__(self):
            raise AssertionError("iterated")

        def __len__(self):
            raise AssertionError("measured")

    generator = (i for i in range(3))
    for data in (
        Lazy(),
        generator,
        pl.LazyFrame({"a": [1]}),
        {"a": 1},
        "text",
        None,
        5,
        np.zeros((2, 3, 4)),
        np.array(3),
    ):
        assert shape_of(data) is None
        assert take_sample(data, positions=np.arange(1)) is None
        assert as_vector(data) is None
    assert next(generator) == 0


def test_column_names_are_safe_and_bounded(hostile):
    names = [("a", 1), None, "dup", "dup", 3, "x" * 1_000, "\ud800", hostile()]
    frame = pd.DataFrame(np.zeros((2, len(names))))
    frame.columns = pd.Index(np.fromiter(names, dtype=object, count=len(names)), tupleize_cols=False)
    read = column_names(frame)
    assert read is not None
    assert read[0] == "('a', 1)"
    assert read[2] == read[3] == "dup"
    assert len(read[5]) == 200
    assert read[7] == "column 7"
    assert all(name.encode("utf-8") for name in read)
    assert column_names(VALUES) is None
    assert column_names(frame, max_columns=2) == read[:2]


@given(rows=st.integers(0, 500), size=st.integers(0, 100), seed=st.integers(0, 2**32 - 1))
def test_positions_are_a_sorted_sample_without_replacement(rows, size, seed):
    state = np.random.get_state()[1].copy()
    positions = sample_positions(rows, size, seed)
    assert len(positions) == min(rows, size)
    assert np.all(np.diff(positions) > 0)
    assert np.array_equal(positions, sample_positions(rows, size, seed))
    assert np.array_equal(state, np.random.get_state()[1])
    if len(positions):
        assert positions[0] >= 0
        assert positions[-1] < rows


@pytest.mark.parametrize("kind", SPARSE_FORMATS)
def test_sparse_rows_are_those_of_the_dense_matrix(kind):
    matrix = sp.random(50, 7, density=0.3, format=kind, random_state=0)
    positions = np.array([0, 3, 49])
    sample = take_sample(matrix, positions=positions)
    assert sample is not None
    assert np.array_equal(sample.frame.to_numpy(), matrix.toarray()[positions])
    assert np.array_equal(take_rows(matrix, positions).toarray(), matrix.toarray()[positions])


@pytest.mark.parametrize(
    "convert",
    [
        lambda frame: frame,
        lambda frame: frame.to_numpy(),
        lambda frame: np.asfortranarray(frame.to_numpy()),
        lambda frame: frame.to_numpy().astype(object),
        lambda frame: frame.convert_dtypes(),
        lambda frame: frame.astype("float64[pyarrow]"),
        lambda frame: frame.astype(pd.SparseDtype("float64")),
        lambda frame: pl.from_pandas(frame),
        lambda frame: pa.Table.from_pandas(frame),
        lambda frame: frame.to_numpy().tolist(),
        lambda frame: sp.csr_array(frame.to_numpy()),
    ],
)
def test_samples_hold_the_same_numbers_whatever_the_container(convert):
    positions = np.array([1, 4, 8])
    sample = take_sample(convert(FRAME), positions=positions)
    assert sample is not None
    assert (sample.rows, sample.columns) == (10, 2)
    assert list(sample.frame.columns) == [0, 1]
    assert np.array_equal(sample.frame.to_numpy(dtype=float), VALUES[positions])


def test_samples_are_copies_and_leave_the_data_alone():
    values, frame = VALUES.copy(), FRAME.copy()
    for data in (values, frame):
        sample = take_sample(data, positions=np.arange(10))
        assert sample is not None
        sample.frame.iloc[0, 0] = -1.0
    assert np.array_equal(values, VALUES)
    pd.testing.assert_frame_equal(frame, FRAME)


def test_a_masked_value_is_missing_and_a_nested_field_a_list():
    masked = np.ma.masked_array(np.arange(6).reshape(3, 2), mask=[[0, 0], [1, 0], [0, 0]])
    sample = take_sample(masked, positions=np.arange(3))
    assert sample is not None
    assert sample.frame[0].isna().tolist() == [False, True, False]
    structured = np.zeros(3, dtype=[("x", "f4"), ("s", "f4", (2,))])
    nested = take_sample(structured, positions=np.arange(2))
    assert nested is not None
    assert nested.names == ("x", "s")
    assert nested.frame[1].tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_only_the_asked_rows_of_a_mapped_file_are_read(tmp_path):
    mapped = np.memmap(tmp_path / "x.bin", dtype="f8", mode="w+", shape=(100, 3))
    mapped[5] = 7.0
    sample = take_sample(mapped, positions=np.array([5, 6]))
    assert sample is not None
    assert sample.frame[0].tolist() == [7.0, 0.0]
    assert not isinstance(sample.frame[0].to_numpy().base, np.memmap)


def test_wide_tables_are_cut():
    sample = take_sample(np.zeros((4, 3_000)), positions=np.arange(4), max_columns=10)
    assert sample is not None
    assert sample.frame.shape == (4, 10)
    assert len(sample.names) == 10
    assert sample.columns == 3_000


@pytest.mark.parametrize("data", [FRAME, FRAME["a"], VALUES, pl.from_pandas(FRAME), pa.Table.from_pandas(FRAME)])
def test_rows_keep_their_container(data):
    taken = take_rows(data, np.array([0, 9]))
    assert type(taken) is type(data)
    assert shape_of(taken) == (2, shape_of(data)[1])


def test_rows_of_unsupported_containers_are_refused():
    with pytest.raises(TypeError, match=re.escape("rows of a dict")):
        take_rows({"a": 1}, np.arange(1))


@pytest.mark.parametrize(
    ("y", "kind", "values"),
    [
        (np.array([[1], [2]]), "i", [1, 2]),
        ([True, False], "b", [True, False]),
        (["a", "b"], "O", ["a", "b"]),
        ([1, "a"], "O", [1, "a"]),
        (pd.Series(["a", "b"]), "O", ["a", "b"]),
        (pd.Series(["a", "b"], dtype="category"), "O", ["a", "b"]),
        (pd.Series([1, 2], dtype="Int64"), "i", [1, 2]),
        (pd.Series([1, 2], dtype="int32[pyarrow]"), "i", [1, 2]),
        (pd.Series([True, False], dtype="boolean"), "b", [True, False]),
        (pl.Series([1.5, 2.5]), "f", [1.5, 2.5]),
        (pl.Series(["a", "b"]), "O", ["a", "b"]),
        (pd.DataFrame({"y": [1, 2]}), "i", [1, 2]),
    ],
)
def test_vectors_of_labels(y, kind, values):
    vector = as_vector(y)
    assert vector is not None
    assert vector.dtype.kind == kind
    assert vector.tolist() == values


def test_vectors_are_our_own_and_of_one_output():
    y = np.array([1.0, 2.0])
    vector = as_vector(y)
    assert vector is not None
    vector[0] = 9.0
    assert y[0] == 1.0
    assert as_vector(np.zeros((3, 2))) is None
    assert as_vector([[1, 2], [3, 4]]) is None
    gaps = as_vector(pd.Series([1, None], dtype="Int64"))
    assert gaps is not None
    assert np.isnan(gaps[1])


@given(hnp.arrays(dtype=hnp.scalar_dtypes(), shape=hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5)))
def test_every_array_gives_a_sample_or_none(values):
    shape = shape_of(values)
    assert shape is not None
    before = values.copy()
    sample = take_sample(values, positions=sample_positions(shape[0], 3, 0))
    assert sample is None or len(sample.frame) == min(3, shape[0])
    assert values.tobytes() == before.tobytes()

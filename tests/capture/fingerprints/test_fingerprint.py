from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.fingerprints.fingerprint import chance_of_match, column_digests, content_digest, row_hashes


def numbers(rows=2_000, columns=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


@pytest.mark.parametrize(
    "convert",
    [
        lambda frame: frame.to_numpy(),
        lambda frame: np.asfortranarray(frame.to_numpy()),
        lambda frame: frame.to_numpy().astype(np.float32),
        lambda frame: frame.to_numpy().astype(object),
        lambda frame: frame.convert_dtypes(),
        lambda frame: frame.astype("float64[pyarrow]"),
        lambda frame: pl.from_pandas(frame),
        lambda frame: sp.csr_matrix(frame.to_numpy()),
        lambda frame: frame.set_axis(range(len(frame), 0, -1)),
    ],
)
def test_content_is_the_same_in_another_container(convert):
    frame = pd.DataFrame(numbers(), columns=list("abcd"))
    other = convert(frame)
    assert content_digest(other) == content_digest(frame)
    assert column_digests(other) == column_digests(frame)
    assert np.array_equal(row_hashes(other, max_rows=10_000), row_hashes(frame, max_rows=10_000))


def test_mixed_frames_match_their_object_array():
    frame = pd.DataFrame(
        {
            "n": [1.5, np.nan, 3.0],
            "i": [1, 2, 3],
            "s": ["a", None, "ü"],
            "c": pd.Categorical(["x", None, "x"]),
            "b": [True, False, True],
            "t": pd.to_datetime(["2020-01-01", None, "2021-01-01"]),
        }
    )
    assert content_digest(frame) == content_digest(frame.to_numpy())
    hashes = row_hashes(frame, max_rows=10)
    assert np.array_equal(hashes, row_hashes(frame.to_numpy(), max_rows=10))
    assert len(set(hashes.tolist())) == 3


def test_another_order_value_or_shape_is_another_content():
    values = numbers()
    digests = {content_digest(values)}
    changed = values.copy()
    changed[0, 0] += 1.0
    for other in (values[::-1], values[:, ::-1], values[:-1], values[:, :-1], changed):
        digest = content_digest(other)
        assert digest
        assert digest not in digests
        digests.add(digest)


def test_a_selection_of_columns_is_found_in_its_whole():
    values = numbers(columns=6)
    whole = column_digests(values)
    assert column_digests(values[:, [4, 1]]) == (whole[4], whole[1])
    assert len(set(whole)) == 6
    assert column_digests(np.ones((50, 1))) == (0,)


def test_rare_labels_are_told_apart_by_a_fingerprint():
    vectors = np.random.default_rng(0).random((60, 20_000)) < 0.01
    assert len({content_digest(vector.astype(int)) for vector in vectors}) == 60


def test_equal_rows_have_equal_hashes_and_others_do_not():
    values = np.random.default_rng(1).integers(0, 3, size=(500, 4)).astype(float)
    values[values == 0] = -0.0
    values[::7, 2] = np.nan
    hashes = row_hashes(values, max_rows=500)
    groups = pd.DataFrame(values).groupby([0, 1, 2, 3], dropna=False).ngroup().to_numpy()
    for first in range(0, 500, 25):
        assert np.array_equal(hashes == hashes[first], groups == groups[first])
    assert len(np.unique(row_hashes(numbers(50_000), max_rows=50_000))) == 50_000


def test_exact_hashes_tell_large_integers_apart():
    ids = np.array([[2**24], [2**24 + 1]])
    assert len(set(row_hashes(ids, max_rows=2).tolist())) == 1
    assert len(set(row_hashes(ids, max_rows=2, exact=True).tolist())) == 2


def test_long_tables_are_hashed_at_evenly_spaced_rows():
    values = numbers(1_000)
    assert len(row_hashes(values, max_rows=100)) == 100
    assert np.isin(row_hashes(values, max_rows=100), row_hashes(values, max_rows=1_000)).all()
    assert len(row_hashes(iter([]), max_rows=5)) == 0
    assert content_digest(iter([])) == ""


def test_cells_that_cannot_be_compared_never_match_one_another(hostile):
    cells = np.empty(40, dtype=object)
    cells[:] = [
        hostile() if i % 4 == 0 else {"a": [i]} if i % 4 == 1 else [1] if i % 4 == 2 else {1} for i in range(40)
    ]
    frame = pd.DataFrame({"x": cells, "y": 1.0})
    hashes = row_hashes(frame, max_rows=100)
    assert len(set(hashes.tolist())) == 40
    assert content_digest(frame) == content_digest(frame.copy())


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.dates(), st.lists(st.integers())
)


@given(st.lists(st.tuples(cells, cells), max_size=12))
def test_any_cells_are_hashed(rows):
    values = np.empty((len(rows), 2), dtype=object)
    for i, row in enumerate(rows):
        values[i, 0], values[i, 1] = row
    frame = pd.DataFrame(values)
    assert len(row_hashes(frame, max_rows=100)) == len(rows)
    assert content_digest(frame) == content_digest(frame.copy())


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 4))))
def test_hashes_depend_on_the_values_alone(values):
    once = row_hashes(values, max_rows=100)
    assert np.array_equal(once, row_hashes(pd.DataFrame(values), max_rows=100))
    assert np.array_equal(once[::-1], row_hashes(values[::-1], max_rows=100))


def overlap_and_chance(frame: pd.DataFrame) -> tuple[float, float]:
    train, test = train_test_split(frame, random_state=0)
    found = np.isin(row_hashes(test, max_rows=10**6), row_hashes(train, max_rows=10**6)).mean()
    return float(found), chance_of_match(train, len(train), test)


def discrete(rows=4_000):
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, rows)
    return pd.DataFrame(
        {"class": group, "port": (group + (rng.random(rows) < 0.1)) % 3, "sex": rng.choice(["m", "f"], rows)}
    )


def derived(rows=8_000):
    code = np.random.default_rng(0).integers(0, 500, rows)
    return pd.DataFrame({"code": code, "price": code * 2.5, "root": np.sqrt(code)})


def correlated(rows=8_000):
    rng = np.random.default_rng(0)
    base = rng.normal(size=rows)
    return pd.DataFrame({i: (base + 0.1 * rng.normal(size=rows)).round(1) for i in range(4)})


@pytest.mark.parametrize("make", [discrete, derived, correlated, lambda: pd.DataFrame(numbers(8_000))])
def test_natural_twins_are_expected(make):
    found, chance = overlap_and_chance(make())
    assert 0.85 * found - 0.01 <= chance <= found + 0.03


def test_planted_copies_are_not_expected():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(4_000, 5)).round(2))
    train, test = frame[:3_000], pd.concat([frame[3_000:], frame[:300]])
    assert chance_of_match(train, len(train), test) < 0.01
    one = frame[[0]]
    assert chance_of_match(one[:3_000], 3_000, one[3_000:]) > 0.9


def test_chance_is_a_probability_of_corresponding_tables():
    frame = discrete(200)
    assert chance_of_match(frame, 200, frame[:0]) == 0.0
    assert chance_of_match(frame, 200, frame[["sex"]]) == 0.0
    assert 0.0 <= chance_of_match(frame, 10**9, frame) <= 1.0

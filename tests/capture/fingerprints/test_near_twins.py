from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_wine

from mlflow_pitfalls.capture.fingerprints.hashing import frame_words
from mlflow_pitfalls.capture.fingerprints.near_twins import natural_count, natural_part, natural_part_within

DATA = Path(__file__).parents[3] / "examples" / "data"


def _halves(frame: pd.DataFrame, copies: float, rows: int = 300) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(0)
    take = rng.permutation(len(frame))[:rows]
    again = rng.choice(take, int(copies * len(take)))
    mixed = frame.iloc[rng.permutation(np.r_[take, again])]
    cut = 3 * len(mixed) // 4
    return mixed[:cut], mixed[cut:]


@pytest.mark.parametrize("copies", [0.1, 1.0])
@pytest.mark.parametrize("load", [load_wine, load_breast_cancer])
def test_copies_of_real_measures_are_not_natural(load, copies):
    frame = load(as_frame=True).data
    part = natural_part(*_halves(frame, copies))
    assert part is not None
    assert part < 0.2


@pytest.mark.parametrize("copies", [0.1, 1.0])
def test_copies_among_categories_and_measures_are_not_natural(copies):
    frame = pd.read_csv(DATA / "telco_churn.csv").drop(columns="customerID", errors="ignore")
    part = natural_part(*_halves(frame, copies, rows=1_000))
    assert part is not None
    assert part < 0.2


def test_people_who_happen_to_be_alike_are_natural():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "class": rng.choice([1, 2, 3], 300, p=[0.2, 0.2, 0.6]),
            "sex": rng.choice(["m", "f"], 300),
            "alone": rng.random(300) < 0.7,
            "port": rng.choice(list("SCQ"), 300, p=[0.7, 0.2, 0.1]),
            "age": rng.normal(30, 12, 300).round(),
        }
    )
    assert natural_part(*_halves(frame, 0.0)) == 1.0


def test_indicators_that_go_in_pairs_are_natural():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(list("abcd"), 400) for name in "uvwxy"})
    assert natural_part(*_halves(pd.get_dummies(frame), 0.0, rows=200)) == 1.0


def test_nothing_is_told_without_pairs_columns_or_rows_that_differ():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 4)))
    assert natural_part(frame[:100], frame[100:]) is None
    assert natural_part(frame[[0, 1]], frame[[0, 1]]) is None
    assert natural_part(frame[:0], frame) is None
    assert natural_part(frame, frame[[0, 1, 2]]) is None
    assert natural_part(pd.concat([frame] * 3), frame) is None


@pytest.mark.parametrize("copies", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("load", [load_wine, load_breast_cancer])
def test_copies_within_a_table_are_not_natural(load, copies):
    frame = load(as_frame=True).data
    again = frame.sample(frac=copies, random_state=0)
    part = natural_part_within(frame_words(pd.concat([frame, again]), exact=True))
    assert part is not None
    assert part < 0.2


def test_people_of_one_table_who_happen_to_be_alike_are_natural():
    frame = pd.read_csv(DATA / "adult_income.csv")[["education_num", "sex", "race", "relationship", "class"]][:2_000]
    assert natural_part_within(frame_words(frame.assign(n=np.arange(2_000) % 40), exact=True)) == 1.0


def test_rows_without_equals_or_with_little_else_tell_nothing():
    words = frame_words(pd.DataFrame(np.random.default_rng(0).normal(size=(200, 4))), exact=True)
    assert natural_part_within(words) is None
    assert natural_part_within(words[:1]) is None
    assert natural_part_within(words[:, :2]) is None
    assert natural_part_within(np.concatenate([words] * 3)) is None


def test_what_nature_made_of_equal_rows():
    assert natural_count(40.0, 60.0, None) == 40.0
    assert natural_count(40.0, 60.0, 0.5) == 40.0
    assert natural_count(40.0, 60.0, 0.1) == pytest.approx(6.0)
    assert natural_count(40.0, 60.0, 1.0) == 60.0
    assert isinstance(natural_count(4.5, 5, 1.0), float)  # rows are counted in whole numbers


cells = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@given(st.lists(st.tuples(cells, cells, cells), max_size=12))
def test_any_cells_give_a_share_or_nothing(rows):
    values = np.empty((len(rows), 3), dtype=object)
    for i, row in enumerate(rows):
        values[i] = [None] * 3
        for j in range(3):
            values[i, j] = row[j]
    frame = pd.DataFrame(values)
    part = natural_part(frame, frame)
    assert part is None or 0.0 <= part <= 1.0

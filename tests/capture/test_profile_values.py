"""What profiles tell of single values: kinds in one column, codes for missing ones, rows that contradict others."""

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


def sentinels(profile_of, values, **options):
    return profile_of(pd.DataFrame({"a": values}), **options).columns[0].sentinels


@pytest.mark.parametrize("code", [-1.0, -999.0, 99.0, 999.0, 0.0])
def test_codes_at_the_end_of_the_range_are_found(profile_of, code):
    rng = np.random.default_rng(0)
    values = np.where(np.arange(500) % 10 == 0, code, rng.normal(50, 5, 500))
    (found,) = sentinels(profile_of, values)
    assert (found.value, found.count, found.sampled_rows) == (str(int(code)), 50, 500)
    assert found.neighbours == 1.0
    assert found.distance > 1.0
    assert found.breaks_sign is (code < 0)


def test_several_codes_are_measured_from_the_same_rest(profile_of):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 11, 500).astype(float)
    values[:60] = np.repeat([97, 98, 99], 20)
    found = {one.value: one for one in sentinels(profile_of, values)}
    assert all(found[value].distance > 10 for value in ("97", "98", "99"))


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.choice([-1.0, 1.0], 500),  # an encoding
        lambda rng: rng.normal(size=500),  # standardised
        lambda rng: rng.integers(-1, 2, 500),  # three grades
        lambda rng: rng.integers(1, 101, 500),  # 97 to 99 among others
        lambda rng: np.where(rng.random(500) < 0.9, 0.0, rng.lognormal(5, 1, 500)),  # mostly zero
        lambda rng: rng.choice(["a", "b"], 500),
        lambda rng: rng.choice(["unknown", "a", "b"], 500, p=[0.8, 0.1, 0.1]),  # a category of its own
        lambda rng: rng.choice(["NA", "DE", "FR"], 500),  # Namibia
        lambda rng: rng.choice(["+", "-"], 500),
    ],
)
def test_honest_values_are_no_codes(profile_of, draw):
    assert sentinels(profile_of, draw(np.random.default_rng(0))) == ()


def test_words_for_missing_are_found(profile_of):
    values = np.random.default_rng(0).choice(["red", "blue", " Unknown", "?"], 500, p=[0.5, 0.3, 0.1, 0.1])
    assert {one.value for one in sentinels(profile_of, values)} == {" Unknown", "?"}
    assert all(one.distance is None for one in sentinels(profile_of, values))


def test_rare_codes_and_strict_privacy_tell_no_value(profile_of):
    values = np.random.default_rng(0).normal(50, 5, 500)
    values[:10] = 999
    assert [one.value for one in sentinels(profile_of, values)] == [""]
    values[:50] = 999
    assert [one.value for one in sentinels(profile_of, values)] == ["999"]
    assert [one.value for one in sentinels(profile_of, values, privacy="strict")] == [""]


@pytest.mark.parametrize("rows", [600, 3_000])  # within and beyond the sample
@pytest.mark.parametrize("convert", [lambda frame: frame, lambda frame: frame.to_numpy()])
def test_rows_that_contradict_others_are_counted(profile_of, rows, convert):
    rng = np.random.default_rng(0)
    frame, y = pd.DataFrame(rng.normal(size=(rows, 4))), rng.integers(0, 2, rows)
    frame.iloc[:30] = frame.iloc[100:130].to_numpy()
    y[:30], y[100:110] = 0, 0
    y[110:130] = 1
    conflicts = profile_of(convert(frame), y).conflicts
    assert (conflicts.rows_checked, conflicts.conflicting) == (rows, 20)
    assert conflicts.expected < 1.0


def test_natural_twins_contradict_each_other_by_chance(profile_of):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"sex": rng.integers(0, 2, 800), "class": rng.integers(0, 3, 800)})
    conflicts = profile_of(frame, rng.integers(0, 2, 800)).conflicts
    assert conflicts.conflicting > 300
    assert conflicts.expected >= conflicts.conflicting


def test_numbers_as_a_target_do_not_conflict(profile_of):
    frame = pd.DataFrame({"a": np.ones(100)})
    assert profile_of(frame, np.random.default_rng(0).normal(size=100)).conflicts is None
    assert profile_of(frame).conflicts is None

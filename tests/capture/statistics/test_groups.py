from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.capture.statistics.groups import group_facts
from mlflow_pitfalls.capture.statistics.one_column import target_of_sides
from mlflow_pitfalls.model.record import GroupFacts
from mlflow_pitfalls.model.values import Task

GROUPS, ROWS = 50, 10


def _facts(frame: pd.DataFrame, y: Any, task: Task = Task.BINARY, seed: int = 0) -> dict[str, GroupFacts]:
    held_out = np.random.default_rng(seed).permutation(np.arange(len(frame)) % 4 == 0)
    values = np.asarray(y)
    target = target_of_sides(values[~held_out], values[held_out], task)
    assert target is not None
    plain = frame.set_axis(range(frame.shape[1]), axis=1)
    parts = [plain[side].reset_index(drop=True) for side in (~held_out, held_out)]
    return {fact.column: fact for fact in group_facts(*parts, [str(name) for name in frame.columns], target)}


def _patients(seed: int = 0) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(GROUPS), ROWS)
    voice = rng.normal(size=(GROUPS, 4))[person] + 0.4 * rng.normal(size=(GROUPS * ROWS, 4))
    frame = pd.DataFrame(voice, columns=list("abcd")).assign(patient=[f"P{i:03d}" for i in person])
    return frame, rng.integers(0, 2, GROUPS)[person]


@pytest.mark.parametrize("numbered", [False, True])
def test_people_on_both_sides(numbered: bool) -> None:
    frame, y = _patients()
    if numbered:
        frame["patient"] = frame["patient"].str[1:].astype(int) * 37 % 101
    fact = _facts(frame, y)["patient"]
    assert fact.groups == GROUPS >= fact.shared_groups > 40
    assert fact.lift is not None and fact.lift.interval is not None
    assert fact.lift.interval.low > 0.8
    assert fact.p_value is not None and fact.p_value < 0.01
    assert fact.likeness > 0.5
    assert not fact.is_prefix


def test_names_with_a_running_number() -> None:
    frame, y = _patients()
    frame["patient"] = [f"{key}_{i % ROWS + 1}" for i, key in enumerate(frame["patient"])]
    fact = _facts(frame, y)["patient"]
    assert fact.is_prefix and fact.groups == GROUPS
    assert fact.lift is not None and fact.lift.value > 0.8


def test_groups_that_tell_nothing_have_no_lift() -> None:
    clear = 0
    for seed in range(20):
        frame, _ = _patients(seed)
        fact = _facts(frame, np.random.default_rng(seed).integers(0, 2, len(frame)), seed=seed)["patient"]
        assert fact.lift is not None and fact.lift.interval is not None
        clear += fact.lift.interval.low > 0.05
    assert clear == 0


def test_an_order_is_no_group() -> None:
    rng = np.random.default_rng(0)
    age = rng.integers(18, 90, 1500)
    frame = pd.DataFrame({"x": rng.normal(size=1500), "age": age})
    fact = _facts(frame, age * 2.0 + rng.normal(0, 20, 1500), Task.REGRESSION)["age"]
    assert fact.lift is not None and fact.lift.value < 0.05


def test_a_category_is_alike_in_nothing_else() -> None:
    rng = np.random.default_rng(0)
    code = rng.integers(0, 80, 1500)
    frame = pd.DataFrame({"x": rng.normal(size=1500), "postcode": [f"z{i}" for i in code]})
    fact = _facts(frame, rng.normal(size=80)[code] + rng.normal(0, 0.5, 1500), Task.REGRESSION)["postcode"]
    assert fact.lift is not None and fact.lift.value > 0.5
    assert fact.likeness < 0.1


def test_few_levels_dates_and_single_rows_are_no_groups() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "colour": rng.choice(list("abcde"), 600),
            "unique": [f"u{i}x" for i in range(600)],
            "day": pd.date_range("2020", periods=200).strftime("%Y-%m-%d").tolist() * 3,
            "number": rng.normal(size=600),
            "big": rng.integers(0, 22, 600) % 10,
        }
    )
    assert _facts(frame, rng.integers(0, 2, 600)) == {}


CELLS = st.one_of(st.none(), st.floats(), st.integers(-5, 5), st.text(max_size=4), st.booleans(), st.just([1]))


@given(st.lists(CELLS, min_size=1, max_size=60))
@settings(max_examples=30)
def test_any_column_may_be_asked(cells: list[Any]) -> None:
    frame = pd.DataFrame({"x": [cells[i % len(cells)] for i in range(240)], "n": np.arange(240) // 4}, dtype=object)
    with np.errstate(all="ignore"):
        for fact in _facts(frame, np.arange(240) % 2).values():
            assert fact.shared_groups <= fact.groups
            assert 0 <= fact.held_out_share <= 1

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.capture.statistics.one_column import target_of_sides
from mlflow_pitfalls.capture.statistics.time_order import time_order_facts
from mlflow_pitfalls.capture.statistics.times import times_of_column, times_of_index
from mlflow_pitfalls.model.record import TimeOrderFacts
from mlflow_pitfalls.model.values import Task

DAYS = pd.date_range("2021-01-30", periods=400, freq="D")


def _facts(times: Any, y: Any, held_out: Any, task: Task = Task.REGRESSION, **index: Any) -> TimeOrderFacts | None:
    frame = pd.DataFrame({0: np.arange(len(y)) % 7, 1: times})
    values = np.asarray(y)
    target = target_of_sides(values[~held_out], values[held_out], task)
    assert target is not None
    parts = [frame[side].reset_index(drop=True) for side in (~held_out, held_out)]
    return time_order_facts(*parts, ["x", "when"], target, **index)


def _shuffled(rows: int = 400) -> Any:
    return np.random.default_rng(0).permutation(np.arange(rows) % 4 == 0)


def _walk(rows: int = 400) -> Any:
    return np.random.default_rng(1).normal(size=rows).cumsum()


@pytest.mark.parametrize(
    "times",
    [
        DAYS,
        DAYS.tz_localize("Europe/Oslo"),
        DAYS.strftime("%Y-%m-%d"),
        DAYS.strftime("%Y-%m-%dT%H:%M:%S"),
        DAYS.strftime("%Y-%m-%d %H:%M"),
        DAYS.strftime("%d.%m.%Y"),
        DAYS.strftime("%m/%d/%Y"),
        DAYS.strftime("%d/%m/%Y %H:%M"),
        [day.date() for day in DAYS],
    ],
)
def test_dates_however_they_are_written(times: Any) -> None:
    found = times_of_column(pd.Series(times))
    assert found is not None
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize(
    "values",
    [
        ["2011", "2012", "2013"],
        ["12.5", "3.25", "4.75"],
        ["1-2-3x", "abc", ""],
        ["99-99-9999", "45/45/45"],
        [1, 2, 3],
        [1.5, None],
        [None, None],
        [],
        [["2020-01-01"]],
        [dt.timedelta(1)],
    ],
)
def test_what_is_no_date(values: list[Any]) -> None:
    assert times_of_column(pd.Series(values, dtype=object)) is None


def test_indexes_of_times() -> None:
    assert times_of_index(DAYS) is not None
    assert times_of_index(DAYS.tz_localize("UTC")) is not None
    assert times_of_index(pd.period_range("2020-01", periods=5, freq="M")) is not None
    assert times_of_index(pd.RangeIndex(4)) is None
    assert times_of_index(None) is None


def test_a_walk_that_was_shuffled() -> None:
    facts = _facts(DAYS, _walk(), _shuffled())
    assert facts is not None and facts.dependence is not None and facts.dependence.interval is not None
    assert (facts.source, facts.column, facts.rows) == ("column", "when", 400)
    assert facts.between > 0.85 and facts.held_out_before_last > 0.95
    assert facts.dependence.interval.low > 0.9


def test_the_last_quarter_is_not_mixed_in() -> None:
    facts = _facts(DAYS, _walk(), np.arange(400) >= 300)
    assert facts is not None
    assert facts.between < 0.05 and facts.held_out_before_last == 0.0


def test_noise_does_not_depend_on_time() -> None:
    clear = 0
    for seed in range(60):
        facts = _facts(DAYS, np.random.default_rng(seed).integers(0, 3, 400), _shuffled(), Task.MULTICLASS)
        assert facts is not None and facts.dependence is not None and facts.dependence.interval is not None
        clear += facts.dependence.interval.low > 0 or facts.dependence.interval.high < 0
    assert clear <= 8


def test_classes_that_come_in_spells() -> None:
    spells = np.repeat(np.random.default_rng(0).integers(0, 3, 40), 10)
    facts = _facts(DAYS, spells, _shuffled(), Task.MULTICLASS)
    assert facts is not None and facts.dependence is not None
    assert facts.dependence.value > 0.7


def test_an_index_counts_where_no_column_does() -> None:
    held_out = _shuffled()
    index = {"train_index": DAYS[~held_out], "held_out_index": DAYS[held_out]}
    facts = _facts(np.zeros(400), _walk(), held_out, **index)
    assert facts is not None and facts.source == "index"
    assert _facts(np.zeros(400), _walk(), held_out) is None


def test_few_points_in_time_are_batches() -> None:
    assert _facts(pd.to_datetime(["2020-01-01", "2020-02-01"] * 200), _walk(), _shuffled()) is None


CELLS = st.one_of(st.none(), st.floats(), st.text(max_size=12), st.dates(), st.just("2020-01-01"), st.just([1]))


@given(st.lists(CELLS, min_size=1, max_size=6))
@settings(max_examples=40)
def test_any_column_may_be_asked(cells: list[Any]) -> None:
    column = pd.Series([cells[i % len(cells)] for i in range(60)], dtype=object)
    found = times_of_column(column)
    assert found is None or len(found) == 60

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.capture.statistics.segmentation import segmentation
from mlflow_pitfalls.capture.statistics.segments import losses_of, segment_facts
from mlflow_pitfalls.model.values import Task


def _planted(task: Task, seed: int = 0, rows: int = 1500) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """A model that is good everywhere but in the north."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south", "east"], rows, p=[0.15, 0.45, 0.4])
    y = rng.normal(size=rows) if task is Task.REGRESSION else rng.integers(0, 2, rows)
    lost = region == "north"
    if task is Task.REGRESSION:
        predicted = np.where(lost, rng.normal(size=rows), y + rng.normal(scale=0.3, size=rows))
    else:
        predicted = np.where(rng.random(rows) < np.where(lost, 0.5, 0.1), 1 - y, y)
    return pd.DataFrame({0: region, 1: rng.normal(size=rows)}), y, predicted


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_the_weak_segment_comes_first(task: Task) -> None:
    frame, y, predicted = _planted(task)
    losses = losses_of(task, y, predicted)
    assert losses is not None
    facts = segment_facts(frame, losses, ("region", "size"))
    worst = facts[0]
    assert (worst.column, worst.segment) == ("region", "region = north")
    assert worst.rows == (frame[0] == "north").sum()
    assert worst.rows + worst.other_rows == len(frame)
    assert worst.difference.interval is not None
    assert worst.difference.interval.high < -0.2
    assert worst.skill is not None
    assert worst.skill.value < 0.1
    assert worst.tested == 8
    if task is Task.BINARY:
        inside = (frame[0] == "north").to_numpy()
        assert worst.score.value == pytest.approx((y == predicted)[inside].mean())


def test_a_harder_mixture_is_no_lack_of_skill() -> None:
    rng = np.random.default_rng(0)
    married = rng.random(4000) < 0.5
    chance = np.where(married, rng.uniform(0.05, 0.95, 4000), rng.beta(1, 30, 4000))
    y = (rng.random(4000) < chance).astype(int)
    losses = losses_of(Task.BINARY, y, (chance > 0.5).astype(int))
    assert losses is not None
    facts = next(f for f in segment_facts(pd.DataFrame({0: married}), losses, ("married",)) if f.segment.endswith("1"))
    assert facts.difference.value < -0.1
    assert facts.skill_difference is not None
    assert facts.skill_difference.value > 0


def test_values_that_few_rows_share_are_not_told() -> None:
    column = pd.Series(["common"] * 60 + ["Jane Doe"] * 19)
    found = segmentation(column, "name")
    assert found is not None
    assert found.labels == ("name = common", "name: value 2", "name is missing")
    strict = segmentation(column, "name", privacy="strict")
    assert strict is not None
    assert strict.labels == ("name: value 1", "name: value 2", "name is missing")
    numbers = segmentation(pd.Series(np.arange(100.0)), "age", privacy="strict")
    assert numbers is not None
    assert numbers.labels[0] == "age: range 1 of 5"


def test_ranges_missing_values_and_whole_numbers() -> None:
    numbers = segmentation(pd.Series([*np.arange(100.0), np.nan]), "age")
    assert numbers is not None
    assert numbers.labels == ("age ≤ 19.8", "age 19.8 to 39.6", "age 39.6 to 59.4", "age 59.4 to 79.2", "age > 79.2",
                              "age is missing")  # fmt: skip
    assert np.bincount(numbers.codes).tolist() == [20, 20, 20, 20, 20, 1]
    few = segmentation(pd.Series([1, 2, 3] * 30), "rooms")
    assert few is not None
    assert few.labels == ("rooms = 1", "rooms = 2", "rooms = 3", "rooms is missing")


def test_what_makes_no_segments_gives_nothing() -> None:
    assert segmentation(pd.Series([1.0] * 50), "constant") is None
    assert segmentation(pd.Series([str(i) for i in range(500)]), "key") is None
    assert segmentation(pd.Series([[1], {}] * 30), "lists") is None
    assert losses_of(Task.CLUSTERING, np.zeros(3), np.zeros(3)) is None
    assert losses_of(Task.REGRESSION, np.ones(50), np.ones(50)) is None
    assert losses_of(Task.BINARY, np.array([0, 1]), np.array([0])) is None


@given(
    st.lists(
        st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=3), st.booleans()), min_size=0, max_size=80
    )
)
@settings(max_examples=60)
def test_any_column_is_survived(values: list[object]) -> None:
    y = np.arange(len(values)) % 2
    losses = losses_of(Task.BINARY, y, np.roll(y, 1))
    if losses is None:
        assert not values
        return
    for facts in segment_facts(pd.DataFrame({0: pd.Series(values, dtype=object)}), losses, ("any",)):
        assert facts.rows >= 20
        assert np.isfinite(facts.difference.value)


def test_a_class_that_is_hard_everywhere_makes_no_segment_weak() -> None:
    """Three classes; the third is half missed wherever it stands, and fills one range of a column."""
    rng = np.random.default_rng(0)
    y_true = np.repeat([0, 1, 2], 300)
    wrong = (y_true == 2) & (rng.random(900) < 0.5)
    y_pred = np.where(wrong, 0, y_true)
    frame = pd.DataFrame({"home of the third": np.where(y_true == 2, "c", "a"), "noise": rng.choice(["a", "b"], 900)})
    losses = losses_of(Task.MULTICLASS, y_true, y_pred)
    assert losses is not None
    assert not [facts for facts in segment_facts(frame, losses, list(frame)) if facts.segment.endswith("c")]
    # Spread evenly over the classes, the same errors are the segment's.
    place = rng.choice(["a", "c"], 900, p=[0.8, 0.2])
    y_pred = np.where((place == "c") & (rng.random(900) < 0.5), (y_true + 1) % 3, y_true)
    losses = losses_of(Task.MULTICLASS, y_true, y_pred)
    assert losses is not None
    (found, *_) = segment_facts(pd.DataFrame({"place": place}), losses, ["place"])
    assert abs(found.difference.value) > 0.4

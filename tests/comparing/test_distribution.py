from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlflow_pitfalls.capture.profile.cells import MAX_CELLS, cells_of
from mlflow_pitfalls.comparing.distribution import distribution_of, largest_difference

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def distribution(values):
    cells = cells_of(np.sort(np.asarray(values, dtype=float)))
    return distribution_of(cells) if cells is not None else None


def below(rows, values, side):
    return np.searchsorted(np.sort(rows), values, side) / len(rows)


def statistic_of_rows(first, second):
    values = np.sort(np.r_[first, second])
    return max(np.abs(below(first, values, side) - below(second, values, side)).max() for side in ("left", "right"))


@given(st.lists(FINITE, min_size=20, max_size=200))
@example([0.0] * 18 + [2.7021597764222976e16, -2.2e-309])  # lies below 0, though its share of a cell is 0
def test_cells_count_every_value_once(values):
    cells = cells_of(np.sort(np.array(values)))
    if cells is None:
        return
    assert cells.rows == len(values)
    assert len(cells.counts) <= MAX_CELLS
    width = 2.0**cells.exponent
    low, high = cells.start * width, (cells.start + len(cells.counts)) * width
    assert sum(cells.counts) == sum(low <= value < high for value in values)
    assert cells.below == sum(value < low for value in values)


@given(st.lists(FINITE, min_size=20, max_size=100), st.lists(FINITE, min_size=20, max_size=100))
def test_the_statistic_never_exceeds_that_of_the_rows(first, second):
    one, two = distribution(first), distribution(second)
    if one is not None and two is not None:
        assert largest_difference(one, two) <= statistic_of_rows(first, second) + 1e-12


@pytest.mark.parametrize("scale", [1e-9, 1.0, 3.7e8])
@pytest.mark.parametrize("shift", [0.2, 1.0, 8.0])
def test_the_statistic_comes_near_that_of_the_rows(scale, shift):
    rng = np.random.default_rng(0)
    first, second = scale * rng.normal(size=3_000), scale * (shift + 1.5 * rng.normal(size=2_000))
    exact = statistic_of_rows(first, second)
    assert largest_difference(distribution(first), distribution(second)) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("values", [np.zeros(30), np.full(30, -7.5), np.full(30, 1e300), np.full(30, 5e-324)])
def test_one_value(values):
    own = distribution(values)
    assert own is None or largest_difference(own, own) == 0.0


def test_one_value_against_another():
    assert largest_difference(distribution(np.zeros(30)), distribution(np.full(30, 3.0))) == 1.0


def test_mostly_one_value():
    rng = np.random.default_rng(1)
    first = np.r_[np.zeros(900), rng.exponential(size=100)]
    second = np.r_[np.zeros(700), rng.exponential(size=300)]
    found = largest_difference(distribution(first), distribution(second))
    assert found == pytest.approx(statistic_of_rows(first, second), abs=0.03)


def test_too_few_values():
    assert cells_of(np.arange(19.0)) is None

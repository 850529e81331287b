from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.probes.error_floor import error_floor, log_odds

ROWS = 1_500


def simulated(floor: float, *, hard: float, seed: int = 0):
    """Rows whose own error falls with their log odds, and labels wrong at a constant rate."""
    rng = np.random.default_rng(seed)
    odds = rng.exponential(3.0 / hard, ROWS)
    own = 1.0 / (1.0 + np.exp(odds))
    return odds, rng.random(ROWS) < floor + (1.0 - floor) * own


@pytest.mark.parametrize("floor", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", [0, 2])
def test_the_floor_is_found_within_its_interval(floor, seed):
    found = error_floor(*simulated(floor, hard=0.7, seed=seed))
    assert found.floor.interval.low <= floor + 0.01
    assert found.floor.interval.high >= floor - 0.01
    assert found.floor.interval.low > 0.03
    assert not found.is_falling


@pytest.mark.parametrize("hard", [0.3, 0.7, 1.0])
def test_errors_that_confidence_explains_have_no_floor(hard):
    found = error_floor(*simulated(0.0, hard=hard))
    assert found.floor.interval.low < 0.03


def test_errors_that_still_fall_where_the_model_is_surest_reach_no_floor():
    rng = np.random.default_rng(0)
    odds = rng.uniform(0.0, 1.5, 4 * ROWS)
    assert error_floor(odds, rng.random(len(odds)) < 1.0 / (1.0 + np.exp(odds))).is_falling


def test_flat_errors_are_all_floor():
    rng = np.random.default_rng(0)
    found = error_floor(np.full(ROWS, 3.0), rng.random(ROWS) < 0.1)
    assert found.floor.value == pytest.approx(0.1, abs=0.03)
    assert found.own_errors.max() < 0.05


def test_log_odds_are_bounded():
    found = log_odds(np.array([[0.0, 1.0], [0.5, 0.5]]))
    assert np.isfinite(found).all()
    assert found[1] == pytest.approx(0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
@settings(max_examples=20)
def test_any_rows_have_a_floor_between_none_and_half(rows):
    first = np.array([share for share, _ in rows])
    found = error_floor(log_odds(np.column_stack([first, 1.0 - first])), np.array([wrong for _, wrong in rows]))
    assert 0.0 <= found.floor.interval.low <= found.floor.value <= found.floor.interval.high <= 0.5
    assert np.isfinite(found.own_errors).all()

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from mlflow_pitfalls.comparing.pairing import paired_difference
from mlflow_pitfalls.model.losses import RowLosses


def test_many_rows_give_the_paired_t_test(losses):
    rng = np.random.default_rng(0)
    first = rng.normal(size=2_000)
    second = first - 0.05 + 0.3 * rng.normal(size=2_000)
    found = paired_difference(losses(first), losses(second))
    expected = ttest_rel(second, first).confidence_interval()
    assert found.difference.rows == 2_000
    assert found.difference.value == pytest.approx(second.mean() - first.mean())
    assert (found.difference.interval.low, found.difference.interval.high) == pytest.approx(expected, abs=2e-3)
    assert found.effect == pytest.approx(-0.05 / 0.3, abs=0.05)


@pytest.mark.parametrize(("lost", "certain"), [(5, False), (6, True)])
def test_a_few_rows_decide_as_mcnemars_exact_test_does(losses, lost, certain):
    before = [1.0] * 300
    after = [0.0] * lost + [1.0] * (300 - lost)
    found = paired_difference(losses(before), losses(after))
    assert (found.difference.interval.high < 0) is certain


def test_one_row_decides_nothing(losses):
    before, after = [0.0] * 500, [-1e6] + [0.0] * 499
    assert paired_difference(losses(before), losses(after)).difference.interval.high > 0


def test_rows_in_the_same_order_pair_whatever_became_of_their_features(losses):
    values = np.arange(50.0)
    found = paired_difference(losses(values), losses(values, fingerprints=range(100, 150)))
    assert (found.difference.value, found.difference.rows) == (0.0, 50)
    assert paired_difference(losses(values), losses(values, range(100, 150), held_out="other")) is None


def test_rows_in_another_order_pair_by_their_fingerprints(losses):
    values, order = np.arange(100.0), np.random.default_rng(1).permutation(100)
    found = paired_difference(losses(values), losses(values[order] - 1, order, held_out="other"))
    assert found.difference.rows == 100
    assert found.difference.interval.high < -0.5


def test_equal_rows_pair_one_by_one(losses):
    found = paired_difference(losses([1.0] * 40, [7] * 40, held_out="a"), losses([1.0] * 30, [7] * 30, held_out="b"))
    assert found.difference.rows == 30


def test_rows_that_are_partly_the_same_gain_less(losses):
    rng = np.random.default_rng(2)
    skill = rng.normal(size=600)

    def side(rows):
        return losses(skill[rows] + 0.1 * rng.normal(size=len(rows)), rows, held_out=str(rows[0]))

    whole = paired_difference(side(np.arange(400)), side(np.arange(400)))
    partly = paired_difference(side(np.arange(400)), side(np.arange(150, 550)))
    assert partly.difference.rows == 250
    assert partly.difference.interval.width > 3 * whole.difference.interval.width
    assert paired_difference(side(np.arange(400)), side(np.arange(300, 600))) is None


def test_nothing_to_pair(losses):
    assert paired_difference(None, losses([1.0] * 30)) is None
    assert paired_difference(losses([1.0] * 30, metric="roc_auc"), losses([1.0] * 30)) is None
    assert paired_difference(losses([1.0] * 10), losses([1.0] * 10)) is None
    assert paired_difference(losses([float("nan")] * 30), losses([1.0] * 30)) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=20, max_size=60), st.lists(st.integers(0, 5), min_size=60, max_size=60))
def test_a_run_does_not_differ_from_itself(values, fingerprints):
    own = RowLosses(
        metric="r2",
        score=0.0,
        held_out="",
        fingerprints=tuple(fingerprints[: len(values)]),
        contributions=tuple(values),
        rows=len(values),
    )
    found = paired_difference(own, own)
    assert found.difference.value == 0.0
    assert found.difference.interval.low <= 0.0 <= found.difference.interval.high

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlflow_pitfalls.capture.profile.skewness import skew_interval


def pairs_of(profile_of, frame, **options):
    return {(pair.first, pair.second): pair for pair in profile_of(frame, **options).collinear}


def test_pairs_agree_with_scipy(profile_of):
    rng = np.random.default_rng(0)
    a = rng.normal(size=800)
    frame = pd.DataFrame(
        {"a": a, "cube": -(a**3), "near": a + rng.normal(scale=0.1, size=800), "far": rng.normal(size=800)}
    )
    pairs = pairs_of(profile_of, frame)
    assert set(pairs) == {("a", "cube"), ("a", "near"), ("cube", "near")}
    assert pairs["a", "cube"].correlation == pytest.approx(-1.0)
    expected = stats.spearmanr(frame["a"], frame["near"]).statistic
    assert pairs["a", "near"].correlation == pytest.approx(expected)
    assert next(iter(pairs)) == ("a", "cube")


def test_ties_and_gaps_are_measured_where_both_are_present(profile_of):
    rng = np.random.default_rng(1)
    a = rng.integers(0, 30, 900).astype(float)
    b = a + rng.integers(0, 2, 900)
    a[:100], b[50:150] = np.nan, np.nan
    (pair,) = pairs_of(profile_of, pd.DataFrame({"a": a, "b": b})).values()
    assert pair.rows == 750
    assert pair.correlation == pytest.approx(stats.spearmanr(a, b, nan_policy="omit").statistic)


def test_what_does_not_vary_has_no_pairs(profile_of):
    rng = np.random.default_rng(2)
    rare = (np.arange(800) < 10).astype(float)
    frame = pd.DataFrame(
        {
            "rare": rare,
            "rarer": 2 * rare,
            "constant": np.ones(800),
            "empty": np.full(800, np.nan),
            "text": rng.choice(["a", "b"], 800),
        }
    )
    assert pairs_of(profile_of, frame) == {}
    assert pairs_of(profile_of, pd.DataFrame({"a": range(10), "b": range(10)})) == {}


def test_wide_tables_are_bounded(profile_of):
    base = np.random.default_rng(3).normal(size=(200, 1))
    assert len(profile_of(np.repeat(base, 250, axis=1)).collinear) == 20


def test_a_tail_is_certain_and_an_outlier_is_not(profile_of):
    rng = np.random.default_rng(4)
    tail = rng.lognormal(sigma=0.8, size=20_000)
    interval = skew_interval(tail, float(stats.skew(tail)))
    assert interval.low > 2.0
    outlier = rng.normal(size=500)
    outlier[0] = 100.0
    assert skew_interval(outlier, float(stats.skew(outlier))).low < 2.0
    assert skew_interval(tail[:50], 3.0) is None
    assert skew_interval(np.full(100, np.nan), 3.0) is None


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        values = rng.gamma(1.0, size=2_000)  # skewness 2
        interval = skew_interval(values, float(stats.skew(values)))
        covered += interval.low <= 2.0 <= interval.high
    assert covered >= 170


def test_profiles_tell_the_interval_of_skewed_targets_alone(profile_of):
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"a": rng.normal(size=500)})
    assert profile_of(frame, rng.lognormal(size=500)).target.skew_interval is not None
    assert profile_of(frame, rng.normal(size=500)).target.skew_interval is None

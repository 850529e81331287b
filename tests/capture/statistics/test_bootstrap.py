from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm
from sklearn.metrics import f1_score, roc_auc_score

from mlflow_pitfalls.capture.statistics.bootstrap import (
    MAX_ROWS,
    difference,
    percentile_interval,
    resample,
    score_estimate,
    score_interval,
    wilson_interval,
)
from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER, SPECS
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.model.values import Estimate, Interval

REPLICATIONS = 200
NEEDED_COVERAGE = 0.90


def _binary(rows: int, rng: np.random.Generator, shift: float = 1.0) -> Predictions:
    y = np.r_[0, 1, rng.integers(0, 2, rows - 2)]
    score = y * shift + rng.normal(size=rows)
    return Predictions(y_true=y, y_pred=(score > shift / 2).astype(int), y_score=norm.cdf(score), classes=np.arange(2))


def _regression(rows: int, rng: np.random.Generator) -> Predictions:
    x = rng.normal(size=rows)
    return Predictions(y_true=x + rng.normal(size=rows), y_pred=x)


@pytest.mark.parametrize(
    ("name", "truth", "rows"),
    [
        ("accuracy", norm.cdf(0.5), 60),
        ("balanced_accuracy", norm.cdf(0.5), 80),
        ("recall", norm.cdf(0.5), 80),
        ("roc_auc", norm.cdf(1 / np.sqrt(2)), 80),
    ],
)
def test_intervals_of_classification_cover_the_truth(name: str, truth: float, rows: int) -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for seed in range(REPLICATIONS):
        resampled = resample(BY_SCORER[name], [_binary(rows, rng)], resamples=300, seed=(seed,))
        assert resampled is not None
        interval = score_interval(BY_SCORER[name], resampled)
        assert interval is not None
        covered += interval.low <= truth <= interval.high
    assert covered >= NEEDED_COVERAGE * REPLICATIONS


@pytest.mark.parametrize(("name", "truth"), [("r2", 0.5), ("neg_mean_squared_error", -1.0)])
def test_intervals_of_regression_cover_the_truth(name: str, truth: float) -> None:
    rng = np.random.default_rng(12)
    covered = 0
    for seed in range(REPLICATIONS):
        resampled = resample(BY_SCORER[name], [_regression(150, rng)], resamples=300, seed=(seed,))
        assert resampled is not None
        interval = score_interval(BY_SCORER[name], resampled)
        assert interval is not None
        covered += interval.low <= truth <= interval.high
    assert covered >= NEEDED_COVERAGE * REPLICATIONS


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1"])
def test_intervals_cover_where_errors_are_rare(name: str) -> None:
    """98 % right on 50 rows: a third of the samples shows no error at all, and plain resampling sees certainty."""
    rng = np.random.default_rng(13)
    covered = 0
    for seed in range(REPLICATIONS):
        y = np.arange(50) % 2
        wrong = rng.random(50) < 0.02
        predictions = Predictions(y_true=y, y_pred=np.where(wrong, 1 - y, y))
        resampled = resample(BY_SCORER[name], [predictions], resamples=200, seed=(seed,))
        assert resampled is not None
        interval = score_interval(BY_SCORER[name], resampled)
        assert interval is not None
        assert interval.width > 0
        covered += interval.low <= 0.98 <= interval.high
    assert covered >= NEEDED_COVERAGE * REPLICATIONS


def test_the_gap_of_two_sides_covers_the_truth() -> None:
    rng = np.random.default_rng(14)
    metric, covered = BY_SCORER["accuracy"], 0
    truth = norm.cdf(1.0) - norm.cdf(0.5)
    for seed in range(REPLICATIONS):
        sides = [
            resample(metric, [_binary(rows, rng, shift)], resamples=100, seed=(seed, rows))
            for rows, shift in ((150, 2.0), (70, 1.0))
        ]
        estimates = [score_estimate(metric, side) for side in sides if side is not None]
        gap = difference(*[estimate for estimate in estimates if estimate is not None])
        assert gap.interval is not None
        covered += gap.interval.low <= truth <= gap.interval.high
    assert covered >= NEEDED_COVERAGE * REPLICATIONS


def test_resampled_scores_are_distributed_as_scores_of_resampled_rows() -> None:
    predictions = _binary(120, np.random.default_rng(3))
    assert predictions.y_pred is not None
    assert predictions.y_score is not None
    rng = np.random.default_rng(4)
    rows = [rng.integers(0, 120, 120) for _ in range(1_000)]
    plain = {
        "f1": [f1_score(predictions.y_true[r], predictions.y_pred[r]) for r in rows[:400]],
        "roc_auc": [roc_auc_score(predictions.y_true[r], predictions.y_score[r]) for r in rows[:400]],
    }
    for name, expected in plain.items():
        resampled = resample(BY_SCORER[name], [predictions], resamples=2_000, seed=(0,))
        assert resampled is not None
        assert np.mean(resampled.scores) == pytest.approx(np.mean(expected), abs=4 * np.std(expected) / 20)
        assert np.std(resampled.scores) == pytest.approx(np.std(expected), rel=0.15)


def test_two_predictions_share_their_resamples() -> None:
    predictions = _binary(200, np.random.default_rng(5))
    for name in ("accuracy", "roc_auc", "neg_log_loss"):
        resampled = resample(BY_SCORER[name], [predictions, predictions], resamples=100, seed=(0,))
        assert resampled is not None
        assert np.array_equal(resampled.scores[0], resampled.scores[1])
        assert np.ptp(resampled.scores[0]) > 0


def test_the_same_seed_gives_the_same_scores_and_leaves_the_global_state_alone() -> None:
    predictions = _binary(300, np.random.default_rng(6))
    before = np.random.get_state()[1].copy()
    first, second, third = (
        resample(BY_SCORER["roc_auc"], [predictions], resamples=50, seed=seed) for seed in ((1,), (1,), (2,))
    )
    assert first is not None
    assert second is not None
    assert third is not None
    assert np.array_equal(first.scores, second.scores)
    assert not np.array_equal(first.scores, third.scores)
    assert np.array_equal(before, np.random.get_state()[1])


def test_long_inputs_are_sampled() -> None:
    predictions = _binary(4 * MAX_ROWS, np.random.default_rng(7))
    resampled = resample(BY_SCORER["accuracy"], [predictions], seed=(0,))
    assert resampled is not None
    assert resampled.rows == MAX_ROWS
    assert resampled.points[0] == pytest.approx(norm.cdf(0.5), abs=0.03)


def test_too_few_rows_have_a_score_and_no_bootstrap_interval() -> None:
    estimate = None
    resampled = resample(BY_SCORER["r2"], [_regression(6, np.random.default_rng(0))], seed=(0,))
    assert resampled is not None
    estimate = score_estimate(BY_SCORER["r2"], resampled)
    assert estimate is not None
    assert estimate.interval is None


def test_a_perfect_ranking_of_few_rows_is_not_certain() -> None:
    y = np.r_[np.zeros(30, int), np.ones(8, int)]
    resampled = resample(BY_SCORER["roc_auc"], [Predictions(y_true=y, y_score=y + 0.0)], seed=(0,))
    assert resampled is not None
    interval = score_interval(BY_SCORER["roc_auc"], resampled)
    assert interval is not None
    assert interval.high == 1.0
    assert interval.low == pytest.approx(wilson_interval(1.0, 8).low)


@pytest.mark.parametrize(
    "predictions",
    [
        Predictions(y_true=np.array([]), y_pred=np.array([])),
        Predictions(y_true=np.array([0, 1, 1])),
        Predictions(y_true=np.array([0, 1, 1]), y_pred=np.array(["a", "b", "b"]), y_score=np.array([np.nan, 0, 1])),
        Predictions(y_true=np.array([0, 1, None], dtype=object), y_pred=np.array([0, 1, None], dtype=object)),
        Predictions(y_true=np.array([0.0, np.nan]), y_pred=np.array([0.0, 1.0]), y_score=np.ones((2, 7))),
        Predictions(y_true=np.array([{}, []], dtype=object), y_pred=np.array([{}, []], dtype=object)),
        Predictions(y_true=np.zeros((3, 2)), y_pred=np.zeros((3, 2))),
        Predictions(y_true=np.array([0, 1]), y_pred=np.array([5, 6])),
    ],
)
def test_what_cannot_be_scored_gives_none(predictions: Predictions) -> None:
    for name in ("accuracy", "roc_auc", "neg_log_loss", "f1_macro"):
        assert resample(BY_SCORER[name], [predictions], resamples=10, seed=(0,)) is None


def test_objects_that_raise_give_none(hostile: Any) -> None:
    values = np.array([hostile(), hostile()], dtype=object)
    for spec in SPECS:
        assert resample(spec, [Predictions(y_true=values, y_pred=values)], resamples=10, seed=(0,)) is None


@settings(max_examples=60)
@given(
    spec=st.sampled_from(SPECS),
    y=hnp.arrays(st.sampled_from([np.float64, np.float32]), 12),
    p=hnp.arrays(st.sampled_from([np.float64, np.int64]), 12),
)
def test_any_numbers_give_finite_bounds_or_none(spec: Any, y: Any, p: Any) -> None:
    with np.errstate(all="raise"):
        resampled = resample(spec, [Predictions(y_true=y, y_pred=p, y_score=p)], resamples=20, seed=(0,))
        if resampled is None:
            return
        estimate = score_estimate(spec, resampled)
        if estimate is not None and estimate.interval is not None:
            assert np.isfinite([estimate.value, estimate.interval.low, estimate.interval.high]).all()
            assert estimate.interval.low <= estimate.interval.high


def test_wilson_agrees_with_scipys() -> None:
    from scipy.stats import binomtest

    for hits, rows in ((0, 5), (3, 17), (990, 1000), (20, 20)):
        expected = binomtest(hits, rows).proportion_ci(method="wilson")
        found = wilson_interval(hits / rows, rows)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_difference_follows_newcombe() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), example (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339."""
    first = Estimate(value=56 / 70, interval=wilson_interval(56 / 70, 70), rows=70)
    second = Estimate(value=48 / 80, interval=wilson_interval(48 / 80, 80), rows=80)
    gap = difference(first, second)
    assert gap.interval is not None
    assert (gap.interval.low, gap.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(first, Estimate(value=0.5)).interval is None


def test_percentiles_need_defined_resamples() -> None:
    values = np.arange(100.0)
    assert percentile_interval(values) == Interval(low=pytest.approx(2.475), high=pytest.approx(96.525))
    values[:20] = np.nan
    assert percentile_interval(values) is None

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.probes.curves import gain_at_double, time_exponent
from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.learning_curve import LEARNING_CURVE


def test_an_inverse_power_law_is_found_again():
    rows = np.array([100.0, 200, 400, 800, 1600])
    score = 0.9 - 2.0 * rows**-0.5
    noise = np.random.default_rng(0).normal(scale=0.002, size=(200, 5))
    value, interval = gain_at_double(rows, np.vstack([score, score + noise]))
    truth = 2.0 * (1600**-0.5 - 3200**-0.5)
    assert value == pytest.approx(truth, abs=0.001)
    assert interval.low < truth < interval.high and interval.low > 0


def test_a_flat_or_falling_curve_promises_nothing():
    rows = np.array([100.0, 200, 400, 800])
    flat = np.full((201, 4), 0.8) + np.random.default_rng(0).normal(scale=0.01, size=(201, 4))
    assert gain_at_double(rows, flat)[1].low == 0.0
    falling = np.vstack([[0.9, 0.8, 0.7, 0.6]] * 3)
    assert gain_at_double(rows, falling)[0] == 0.0
    assert gain_at_double(rows[:3], falling[:, :3]) is None
    assert gain_at_double(rows, np.full((3, 4), np.nan)) is None


def test_the_exponent_of_the_time():
    rows = np.array([100.0, 200, 400, 800])
    found = time_exponent(rows, 1e-5 * rows**2)
    assert found.value == pytest.approx(2.0) and found.interval.width < 1e-6
    assert time_exponent(rows, np.full(4, 0.001)) is None  # all start-up


def hard(rows=1200):
    return make_classification(rows, 10, n_informative=8, n_clusters_per_class=4, random_state=0)


def test_a_model_that_starves_rises(make_context):
    record, context = make_context(KNeighborsClassifier(), *hard())
    curve = run_probes(record, context, [LEARNING_CURVE]).learning_curve
    assert [point.rows for point in curve.points] == [56, 112, 225, 450]
    scores = [point.score.value for point in curve.points]
    assert scores == sorted(scores) and curve.points[0].gap_to_full.interval.low > 0
    assert curve.gain_at_double.value > 0 and curve.full_rows == 900


def test_a_line_that_knows_all_is_flat(make_context):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 2))
    y = (x[:, 0] + rng.normal(size=3000) > 0).astype(int)
    record, context = make_context(LogisticRegression(), x, y)
    curve = run_probes(record, context, [LEARNING_CURVE]).learning_curve
    assert curve.points[-1].gap_to_full.interval.high < 0.01 and curve.gain_at_double.value < 0.01


def test_of_a_sample_the_whole_of_it_is_a_point_too(make_context):
    record, context = make_context(DecisionTreeClassifier(random_state=0), *hard(), sample=700)
    curve = run_probes(record, context, [LEARNING_CURVE]).learning_curve
    assert curve.points[-1].rows == 700 and curve.full_rows == 900


def test_a_budget_that_ends_keeps_the_sizes_so_far(make_context):
    record, context = make_context(DecisionTreeClassifier(random_state=0), *hard(), fit_seconds=10, seconds=29)
    answered = run_probes(record, context, [LEARNING_CURVE])
    assert answered.probes[0].status == "done"
    assert all(point.rows <= 450 for point in answered.learning_curve.points)
    record, context = make_context(DecisionTreeClassifier(random_state=0), *hard(), fit_seconds=10, seconds=9)
    assert run_probes(record, context, [LEARNING_CURVE]).probes[0].status == "cut"


def test_few_rows_and_perfect_scores_need_none(make_context, cancer):
    record, context = make_context(LogisticRegression(max_iter=9000), metric="roc_auc")
    assert "nearly perfect" in run_probes(record, context, [LEARNING_CURVE]).probes[0].reason
    few = replace(record, fit=replace(record.fit, rows=199))
    assert "200" in run_probes(few, context, [LEARNING_CURVE]).probes[0].reason

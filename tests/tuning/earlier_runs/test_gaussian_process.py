from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.tuning.earlier_runs.gaussian_process import fit_surrogate, winsorised

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=30).map(np.array))
def test_bad_scores_are_drawn_in_and_good_ones_stay(scores):
    found = winsorised(scores)
    better = scores >= np.median(np.clip(scores, -1e100, 1e100))
    assert np.isfinite(found).all()
    assert np.array_equal(found[better], np.clip(scores, -1e100, 1e100)[better])
    assert (found >= np.clip(scores, -1e100, 1e100)).all()


def test_a_failed_run_does_not_stretch_the_scale():
    scores = np.array([0.8, 0.81, 0.82, 0.83, 0.84, 0.0])
    assert 0.75 < winsorised(scores)[-1] < 0.8


def test_the_expectation_follows_the_runs_and_doubts_where_there_are_none():
    draw = np.random.default_rng(0)
    features = draw.random((25, 2)) * [0.5, 1.0]
    scores = -np.square(features[:, 0] - 0.25) + 0.001 * draw.normal(size=25)
    surrogate = fit_surrogate(features, scores)
    mean, deviation = surrogate.predict(np.array([[0.25, 0.5], [0.02, 0.5], [1.0, 0.5]]))
    assert mean[0] > mean[1]
    assert deviation[2] > 3 * deviation[0]


def test_a_score_that_is_taken_for_granted_leaves_no_doubt():
    features = np.random.default_rng(1).random((12, 2))
    surrogate = fit_surrogate(features, features[:, 0])
    place = np.array([[0.9, 0.9]])
    mean, before = surrogate.predict(place)
    _, after = surrogate.believing(place, mean).predict(place)
    assert after[0] < before[0]


def test_runs_that_all_scored_the_same_are_no_fault():
    mean, deviation = fit_surrogate(np.random.default_rng(2).random((8, 3)), np.full(8, 0.9)).predict(np.zeros((1, 3)))
    assert np.isfinite([*mean, *deviation]).all()

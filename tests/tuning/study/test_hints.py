from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.tuning.study.hints import levelled

numbers = st.floats(-1e3, 1e3)


@given(st.lists(numbers, min_size=1, max_size=20), numbers)
def test_other_rows_that_are_harder_for_all_change_nothing(scores, easier):
    scores = np.array(scores)
    places = np.random.default_rng(0).random((len(scores), 3))
    assert levelled(scores, places, scores[:1] + easier, places[:1]) == pytest.approx(scores + easier, abs=1e-6)


def test_a_close_pair_tells_more_than_many_that_are_far_apart():
    places = np.array([[0.1, 0.1], [0.2, 0.1]])
    own = np.array([[0.1, 0.1], [0.9, 0.9], [0.9, 0.8], [0.8, 0.9]])
    moved = levelled(np.array([0.7, 0.6]), places, np.array([0.75, 0.2, 0.2, 0.2]), own)
    assert moved == pytest.approx([0.75, 0.65], abs=1e-3)


def test_without_trials_of_its_own_the_scores_are_as_they_were():
    scores = np.array([0.7, 0.6])
    assert levelled(scores, np.zeros((2, 1)), np.zeros(0), np.zeros((0, 1))) is scores

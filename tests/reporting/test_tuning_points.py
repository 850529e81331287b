from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.reporting.tuning_points import below_the_axis, lowest_shown

GOOD = [0.80, 0.81, 0.82, 0.83, 0.84, 0.85]


def test_a_run_that_failed_does_not_flatten_the_others():
    assert lowest_shown([*GOOD, 0.1]) == 0.80
    assert below_the_axis([*GOOD, 0.1, -7.0]) == "; 2 runs far below, at the lower edge"
    assert below_the_axis(GOOD) == ""


def test_scores_that_are_almost_all_the_same_keep_the_whole_axis():
    assert lowest_shown([0.9] * 8 + [0.2]) == 0.2


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40))
def test_the_axis_ends_at_a_score_and_holds_most_of_them(scores):
    low = lowest_shown(scores)
    assert low in scores
    assert 2 * sum(score >= low for score in scores) >= len(scores)

"""What trials will take."""

from __future__ import annotations

import numpy as np
import optuna
from optuna.trial import TrialState, create_trial

from mlflow_pitfalls.model.suggestions import Aim, Direction, Kind, Move, Parameter
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates
from mlflow_pitfalls.tuning.study.objective import SECONDS
from mlflow_pitfalls.tuning.study.pace import pace_of, seconds_of

CHEAPER = (Move(aim=Aim.SLOW, direction=Direction.LOWER),)
TREES = Parameter(name="n_estimators", kind=Kind.INTEGER, low=10, high=1000, log=True, moves=CHEAPER)
LEAF = Parameter(name="leaf", kind=Kind.INTEGER, low=1, high=64, log=True)
WAY = Parameter(name="way", kind=Kind.CATEGORY, choices=("a", "b", "c"))
SPACE = Coordinates((TREES, LEAF, WAY))


def points(*settings):
    return np.array([SPACE.point({"n_estimators": 100, "leaf": 8, "way": "a"} | each) for each in settings])


def test_what_is_known_to_be_slower_is_expected_to_be_after_one_trial():
    pace = pace_of(SPACE, points({}), np.array([1.0]))
    few, same, many = pace.seconds(points({"n_estimators": 10}, {}, {"n_estimators": 1000}))
    assert few < 0.5 < 0.99 < same < 1.01 < 4.0 < many
    leaves = pace.seconds(points({"leaf": 1}, {"leaf": 64}))
    assert np.allclose(leaves, 1.0)


def test_trials_teach_what_was_not_known():
    tried = points({"leaf": 1}, {"leaf": 2}, {"leaf": 32}, {"leaf": 64}, {"way": "b"})
    pace = pace_of(SPACE, tried, np.array([8.0, 4.0, 0.25, 0.125, 1.0]))
    slow, quick = pace.seconds(points({"leaf": 1}, {"leaf": 64}))
    assert slow > 10 * quick


def test_a_trial_that_was_given_up_counts_as_a_whole_one():
    whole = create_trial(
        state=TrialState.COMPLETE,
        value=0.5,
        intermediate_values=dict.fromkeys(range(5), 0.5),
        user_attrs={SECONDS: 2.0},
    )
    pruned = create_trial(state=TrialState.PRUNED, value=0.1, intermediate_values={0: 0.1}, user_attrs={SECONDS: 0.3})
    untimed = create_trial(state=TrialState.PRUNED, value=0.1, intermediate_values={0: 0.1})
    study = optuna.create_study(direction="maximize")
    study.add_trials([whole, pruned, untimed])
    assert seconds_of(study.trials) == {0: 2.0, 1: 1.5}

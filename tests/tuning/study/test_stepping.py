from __future__ import annotations

import numpy as np

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates
from mlflow_pitfalls.tuning.study.stepping import first_new, steps_from

SOLVER = Parameter(name="solver", kind=Kind.CATEGORY, choices=("saga", "lbfgs"))
RATIO = Parameter(name="l1_ratio", kind=Kind.FLOAT, low=0.0, high=1.0, when=(("solver", "saga"),))
LEAF = Parameter(name="leaf", kind=Kind.INTEGER, low=1, high=64, log=True)
SPACE = Coordinates((SOLVER, RATIO, LEAF))
START = SPACE.point({"solver": "saga", "l1_ratio": 0.5, "leaf": 8}).reshape(1, -1)


def test_steps_stay_inside_and_follow_the_conditions():
    points = steps_from(START, 200, SPACE, np.random.default_rng(0))
    has_ratio = ~np.isnan(points[:, 1])
    assert np.array_equal(has_ratio, points[:, 0] == 0)
    assert has_ratio.any() and not has_ratio.all()
    assert ((points[:, 2] >= 0) & (points[:, 2] <= 1)).all()


def test_small_steps_stay_close():
    small, large = (
        steps_from(START, 200, SPACE, np.random.default_rng(1), step=step)[:, 2].std() for step in (0.02, 0.2)
    )
    assert small < large / 3


def test_what_is_taken_is_passed_over():
    other = SPACE.point({"solver": "lbfgs", "leaf": 8})
    found = first_new([START[0], other], START, SPACE)
    assert SPACE.settings(found) == {"solver": "lbfgs", "leaf": 8}
    assert first_new([START[0]], START, SPACE) is None

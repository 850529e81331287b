"""Conditions, what is set together, tuples, and the cube of the sampler."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.suggest_values import choose, distribution_of, enqueued, holds, in_order
from mlflow_pitfalls.tuning.surrogate import next_point
from mlflow_pitfalls.tuning.unit_cube import UnitCube

SOLVER = Parameter(name="solver", kind=Kind.CATEGORY, choices=("saga", "lbfgs"))
RATIO = Parameter(name="l1_ratio", kind=Kind.FLOAT, low=0.0, high=1.0, when=(("solver", "saga"),))
SUBSAMPLE = Parameter(name="subsample", kind=Kind.FLOAT, low=0.5, high=1.0, together=(("subsample_freq", 1),))
LAYERS = Parameter(name="layers", kind=Kind.CATEGORY, choices=((32,), (64, 64)))
LEAF = Parameter(name="leaf", kind=Kind.INTEGER, low=1, high=64, log=True)
FLAG = Parameter(name="flag", kind=Kind.CATEGORY, choices=(False, True))
ALL = (RATIO, SOLVER, SUBSAMPLE, LAYERS, LEAF, FLAG)


@pytest.fixture
def ask():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))

    def asked(**fixed):
        study.enqueue_trial(fixed)
        return study.ask()

    return asked


def test_conditions_hold_on_what_was_chosen(ask):
    ordered = in_order(ALL)
    assert ordered.index(SOLVER) < ordered.index(RATIO)
    assert "l1_ratio" in choose(ask(solver="saga"), ordered, {})
    assert "l1_ratio" not in choose(ask(solver="lbfgs"), ordered, {})


def test_conditions_on_what_is_not_searched_hold_on_the_estimators_own(ask):
    assert "l1_ratio" in choose(ask(), (RATIO,), {"solver": "saga"})
    assert choose(ask(), (RATIO,), {"solver": "lbfgs"}) == {}
    assert choose(ask(), (RATIO,), {}) == {}


def test_what_belongs_together_is_set_together(ask):
    assert choose(ask(), (SUBSAMPLE,), {})["subsample_freq"] == 1


def test_tuples_come_back_as_tuples(ask):
    assert choose(ask(**enqueued((LAYERS,), {"layers": (64, 64)})), (LAYERS,), {}) == {"layers": (64, 64)}


def test_a_circle_of_conditions_ends():
    one = Parameter(name="one", kind=Kind.INTEGER, low=0, high=1, when=(("two", 1),))
    two = Parameter(name="two", kind=Kind.INTEGER, low=0, high=1, when=(("one", 1),))
    assert {each.name for each in in_order((one, two))} == {"one", "two"}


@pytest.mark.parametrize(
    ("parameter", "value", "held"),
    [
        (LEAF, 1, True), (LEAF, 65, False), (LEAF, None, False), (LEAF, True, False), (LEAF, 2.5, False),
        (FLAG, 0, False), (FLAG, False, True), (SOLVER, "newton", False), (LAYERS, (32,), True),
        (SUBSAMPLE, float("nan"), False),
    ],
)  # fmt: skip
def test_what_a_parameter_holds(parameter, value, held):
    assert holds(parameter, value) is held
    assert bool(enqueued((parameter,), {parameter.name: value})) is held


@given(arrays(np.float64, len(ALL), elements=st.floats(0.0, 1.0)))
def test_every_point_of_the_cube_is_a_configuration_and_back(point):
    cube = UnitCube(ALL)
    values = cube.values(point)
    for parameter in ALL:
        distribution = distribution_of(parameter)
        assert distribution._contains(distribution.to_internal_repr(values[parameter.name]))
    assert cube.values(cube.point(values)) == pytest.approx(values)


def test_the_surrogate_finds_the_top_of_a_hill():
    cube = UnitCube((SUBSAMPLE, RATIO))
    rng = np.random.default_rng(0)
    points = rng.random((12, 2))
    for number in range(15):
        scores = -((points - 0.3) ** 2).sum(axis=1)
        found = next_point(cube, points, scores, np.empty((0, 2)), np.random.default_rng(number))
        points = np.vstack([points, found])
    assert np.abs(points - 0.3).max(axis=1).min() < 0.05


def test_the_surrogate_keeps_away_from_what_is_being_tried():
    cube = UnitCube((FLAG,))
    points, scores = cube.settled(np.array([[0.1], [0.1]])), np.array([0.0, 0.1])
    other = cube.settled(np.array([[0.9]]))
    assert next_point(cube, points, scores, np.empty((0, 1)), np.random.default_rng(0)) == other

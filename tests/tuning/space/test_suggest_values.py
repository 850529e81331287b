"""Conditions, what is set together, and tuples."""

from __future__ import annotations

from dataclasses import replace

import optuna
import pytest

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.space.suggest_values import (
    choose,
    distribution_of,
    enqueued,
    holds,
    in_order,
    label,
    unlabelled,
)

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


def test_choices_come_back_from_their_labels():
    assert [unlabelled(LAYERS, label(each)) for each in LAYERS.choices] == list(LAYERS.choices)
    assert unlabelled(FLAG, False) is False
    assert unlabelled(LEAF, 3) == 3


def test_choices_in_another_order_are_the_same_distribution():
    turned = replace(SOLVER, choices=SOLVER.choices[::-1])
    assert distribution_of(turned) == distribution_of(SOLVER)

"""What a study tries next, on hills whose tops are known."""

from __future__ import annotations

import time
import warnings

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlflow_pitfalls.model.suggestions import Kind, Parameter, TriedConfiguration
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates
from mlflow_pitfalls.tuning.space.suggest_values import choose, distribution_of, label
from mlflow_pitfalls.tuning.study.earlier_trials import earlier_trials
from mlflow_pitfalls.tuning.study.observations import MAX_OBSERVATIONS, informative
from mlflow_pitfalls.tuning.study.sampler import GROWTH, MixedSampler, milestone
from mlflow_pitfalls.tuning.study.thrift import Thrift

SOLVER = Parameter(name="solver", kind=Kind.CATEGORY, choices=("saga", "lbfgs"))
RATIO = Parameter(name="l1_ratio", kind=Kind.FLOAT, low=0.0, high=1.0, when=(("solver", "saga"),))
LAYERS = Parameter(name="layers", kind=Kind.CATEGORY, choices=((32,), (64, 64)))
LEAF = Parameter(name="leaf", kind=Kind.INTEGER, low=1, high=64, log=True)
ALL = (SOLVER, RATIO, LAYERS, LEAF)
X = Parameter(name="x", kind=Kind.FLOAT, low=0.0, high=1.0)
Y = Parameter(name="y", kind=Kind.FLOAT, low=1e-3, high=1.0, log=True)
TOP = {"x": 0.3, "y": 0.1}


_TAKEN_SECONDS = 0.5  # so that there is none left for a while


def height(values):
    return -((values["x"] - TOP["x"]) ** 2) - (np.log10(values["y"] / TOP["y"]) / 3) ** 2


def study_of(*parameters, seed=0):
    return optuna.create_study(direction="maximize", sampler=MixedSampler(parameters, seed))


def climb(study, trials):
    for _ in range(trials):
        trial = study.ask()
        study.tell(trial, height(choose(trial, (X, Y), {})))


@given(arrays(np.float64, len(ALL), elements=st.floats(0.0, 1.0)))
def test_every_spread_point_is_a_configuration(shares):
    settings = Coordinates(ALL).settings(Coordinates(ALL).spread(shares.reshape(1, -1))[0])
    assert ("l1_ratio" in settings) == (settings["solver"] == "saga")
    for parameter in ALL:
        if parameter.name in settings:
            distribution = distribution_of(parameter)
            assert distribution._contains(distribution.to_internal_repr(label(settings[parameter.name])))


def test_the_top_of_a_hill_is_found_and_warnings_are_left_alone():
    climb(study_of(X, Y), 1)  # scipy sets filters when it is first imported
    before = list(warnings.filters)
    study = study_of(X, Y)
    climb(study, 20)
    assert study.best_value > -0.003
    assert warnings.filters == before


def test_earlier_runs_lead_to_the_top_whatever_their_level():
    places = np.random.default_rng(0).random((20, 2))
    tried = [
        TriedConfiguration(run_id=str(i), values=(("x", x), ("y", 10 ** (3 * y - 3))), score=0.0, started_ms=i)
        for i, (x, y) in enumerate(places)
    ]
    runs = [
        TriedConfiguration(run_id=each.run_id, values=each.values, score=7.0 + height(dict(each.values)))
        for each in tried
    ]
    study = study_of(X, Y)
    study.add_trials(earlier_trials((X, Y), runs))
    study.enqueue_trial({"x": 0.9, "y": 0.9})
    climb(study, 8)
    assert study.best_value > max(each.score for each in runs) - 7.0 - 0.002
    assert study.best_value < 0.0  # of the study's own scores, not of the runs'


def test_earlier_runs_in_a_corner_do_not_keep_the_study_there():
    runs = [
        TriedConfiguration(run_id=str(i), values=(("x", 0.9 + 0.005 * i), ("y", 0.9)), score=float(i), started_ms=i)
        for i in range(12)
    ]
    study = study_of(X, Y)
    study.add_trials(earlier_trials((X, Y), runs))
    climb(study, 8)
    assert min(trial.params["x"] for trial in study.trials[12:]) < 0.5


def test_two_workers_at_once_try_different_things():
    study = study_of(X, Y)
    climb(study, 8)
    one, other = study.ask(), study.ask()
    assert choose(one, (X, Y), {}) != choose(other, (X, Y), {})


def test_where_everything_has_been_tried_it_goes_on():
    study = study_of(SOLVER)
    for _ in range(8):
        trial = study.ask()
        study.tell(trial, float(choose(trial, (SOLVER,), {})["solver"] == "saga"))
    assert study.best_params == {"solver": "saga"}


@given(st.integers(0, 300))
def test_the_process_learns_from_a_bounded_number_of_scores(count):
    scores = {number: float(-abs(number - 20)) for number in range(count)}
    found = informative(scores)
    assert len(found) == min(count, MAX_OBSERVATIONS)
    assert list(found) == sorted(found)
    assert not scores or max(found.values()) == pytest.approx(max(scores.values()))


def test_without_time_for_the_process_it_still_climbs():
    thrift = Thrift(time.time() + 60.0)
    with thrift.spent():
        time.sleep(_TAKEN_SECONDS)
    study = optuna.create_study(direction="maximize", sampler=MixedSampler((X, Y), 0, thrift))
    climb(study, 60)
    assert study.best_value > -0.01


def test_an_interrupted_study_goes_on_as_it_would_have():
    whole, first = study_of(X, Y), study_of(X, Y)
    climb(whole, 16)
    climb(first, 11)
    later = study_of(X, Y)
    later.add_trials(first.trials)
    climb(later, 5)
    assert [trial.params for trial in later.trials] == [trial.params for trial in whole.trials]


@given(st.integers(1, 500))
def test_hyperparameters_are_sought_again_after_some_growth(count):
    found = milestone(count)
    assert found <= count < max(found + 1, round(GROWTH * found))
    assert milestone(found) == found

"""How much of the time is left for judging."""

from __future__ import annotations

import math
from dataclasses import replace

import optuna
import pytest
from optuna.trial import TrialState, create_trial
from sklearn.datasets import load_iris
from sklearn.metrics import get_scorer
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.tuning.study.ending import is_over, judging_seconds, search_end
from mlflow_pitfalls.tuning.study.loop import Order
from mlflow_pitfalls.tuning.study.objective import PRESENT, SECONDS, problem_of
from mlflow_pitfalls.tuning.study.quiet import quiet_optuna
from mlflow_pitfalls.tuning.study.storage import Place


def trial(seconds, value, **attributes):
    return create_trial(value=value, user_attrs={SECONDS: seconds, **attributes})


def test_judging_costs_what_both_configurations_cost():
    present, quick, best = trial(1.0, 0.5, **{PRESENT: []}), trial(0.1, 0.4), trial(3.0, 0.9)
    dear = judging_seconds([present, quick, best], 5)
    assert dear > 2 * (1.0 + 3.0)
    assert judging_seconds([present, quick], 5) < dear
    assert judging_seconds([trial(0.01, 0.5, **{PRESENT: []})], 5) == pytest.approx(0.2, abs=0.1)


def test_nothing_is_known_before_the_present_configuration_is_scored():
    assert judging_seconds([], 5) == math.inf
    failed = optuna.trial.create_trial(state=TrialState.FAIL, user_attrs={PRESENT: []})
    assert judging_seconds([failed, trial(1.0, 0.9)], 5) == math.inf


def test_the_search_goes_on_as_long_as_it_leaves_time_for_judging(tmp_path):
    X, y = load_iris(return_X_y=True)
    splits = tuple(StratifiedKFold(5).split(X, y))
    model, scorer = DecisionTreeClassifier(), get_scorer("accuracy")
    problem = problem_of(model, X, y, splits=splits, scorer=scorer, parameters=(), seed=0)
    order = Order(problem=problem, place=Place(study="mine", folder=tmp_path), trials=9, deadline=80.0, end=100.0)
    with quiet_optuna():
        study = optuna.create_study(direction="maximize")
    assert search_end(order, study) == 80.0
    study.add_trial(trial(1.0, 0.5, **{PRESENT: []}))
    assert search_end(order, study) == 100.0 - judging_seconds(study.trials, 5)
    assert search_end(replace(order, end=None), study) == 80.0
    assert is_over(order, study, 2.0)
    assert not is_over(replace(order, deadline=math.inf), study, 2.0)
    study.add_trial(trial(30.0, 0.9))
    assert search_end(order, study) == 80.0

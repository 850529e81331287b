"""Single trials."""

from __future__ import annotations

import optuna
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import get_scorer
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.capture.undisturbed import undisturbed
from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.study.objective import ERROR, PRESENT, FitError, LostError, problem_of, run_trial
from mlflow_pitfalls.tuning.study.pruning import pruner
from mlflow_pitfalls.tuning.study.quiet import quiet_optuna

DEPTH = Parameter(name="max_depth", kind=Kind.INTEGER, low=1, high=8)


@pytest.fixture(scope="module")
def problem():
    X, y = load_breast_cancer(return_X_y=True)
    splits = tuple(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    model = DecisionTreeClassifier(max_depth=1, random_state=0)
    return problem_of(model, X, y, splits=splits, scorer=get_scorer("roc_auc"), parameters=(DEPTH,), seed=0)


@pytest.fixture
def study():
    with undisturbed(), quiet_optuna():
        yield optuna.create_study(direction="maximize", pruner=pruner())


def done(problem, study, depth, score=None, **attributes):
    study.enqueue_trial({"max_depth": depth}, user_attrs=attributes)
    trial = study.ask()
    run_trial(problem, study, trial, score=score)
    return study.trials[trial.number]


def test_the_present_configuration_is_scored_on_every_fold(problem, study):
    for depth in (5, 4, 6, 3):
        assert done(problem, study, depth).state.name == "COMPLETE"
    worse = done(problem, study, 1)
    assert worse.state.name == "PRUNED"
    present = done(problem, study, 1, **{PRESENT: ["max_depth"]})
    assert present.state.name == "COMPLETE"
    assert len(present.intermediate_values) == 5


def test_what_computes_folds_elsewhere_may_be_lost(problem, study):
    def lost(values, fold):
        raise LostError("gone")

    trial = done(problem, study, 2, lost)
    assert trial.state.name == "FAIL"
    assert ERROR not in trial.user_attrs


def test_an_error_elsewhere_keeps_its_name(problem, study):
    def failing(values, fold):
        raise FitError("ZeroDivisionError")

    assert done(problem, study, 2, failing).user_attrs[ERROR] == "ZeroDivisionError"

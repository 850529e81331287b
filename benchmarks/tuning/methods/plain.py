"""What needs no more than a loop: the defaults, random search, and Optuna's TPE."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.tuning.draws import Draws
from benchmarks.tuning.found import Found, Search
from benchmarks.tuning.task import Task
from mlflow_pitfalls.tuning.space.suggest_values import choose
from mlflow_pitfalls.tuning.study.phases import present_values


def defaults(task: Task, seconds: float) -> Found:
    """Nothing is tuned."""
    return Found(path=((0.0, {}),), seconds=0.0, core_seconds=0.0, trials=0)


def random_search(task: Task, seconds: float) -> Found:
    """As scikit-learn's ``RandomizedSearchCV`` with so many candidates as the time allows."""
    search = Search(task.problem, seconds)
    draws, random = Draws(task.problem), np.random.RandomState(task.seed)
    search.score({})
    while search.left > 0:
        search.score(draws.rvs(random))
    return search.found()


def tpe(task: Task, seconds: float) -> Found:
    """Optuna's default sampler at its defaults, in memory, without pruning."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    search = Search(task.problem, seconds)
    problem, own = task.problem, task.problem.estimator.get_params()
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=task.seed))
    present = present_values(problem)
    study.enqueue_trial(present)
    only: frozenset[str] | None = frozenset(present)
    while search.left > 0:
        trial = study.ask()
        values = choose(trial, problem.parameters, own, only=only)
        score = search.score(values if only is None else {})
        only = None
        if score is None or not math.isfinite(score):
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(trial, score)
    return search.found()

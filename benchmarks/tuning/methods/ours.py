"""Ours, as a user calls it: from nothing, and in an experiment that holds thirty runs already."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.tuning.found import Found
from benchmarks.tuning.histories import suggested
from benchmarks.tuning.task import Task
from mlflow_pitfalls.model.suggestions import Suggestions

MANY_TRIALS = 100_000  # the time ends the search


def from_none(task: Task, seconds: float) -> Found:
    """``mlflow_pitfalls.tune`` with a timeout."""
    return _tuned(task, seconds, False)


def from_history(task: Task, seconds: float) -> Found:
    """The same, with what a run's suggestions hold where thirty runs on the same rows were logged before."""
    return _tuned(task, seconds, suggested(task))


def _tuned(task: Task, seconds: float, history: Suggestions | bool) -> Found:
    import mlflow_pitfalls

    started, core = time.time(), time.process_time()
    result = mlflow_pitfalls.tune(
        task.estimator,
        task.rows.X,
        task.rows.y,
        metric=task.rows.metric,
        trials=MANY_TRIALS,
        timeout=seconds,
        random_state=task.seed,
        history=history,
    )
    return _found(result, started, time.time() - started, time.process_time() - core)


def _found(result: Any, started: float, seconds: float, core_seconds: float) -> Found:
    """The study's own trials tell what was the best, and when."""
    import optuna

    from mlflow_pitfalls.tuning.study.phases import values_of
    from mlflow_pitfalls.tuning.study.storage import Place, default_folder

    place = Place(study=result.facts.study, folder=default_folder())
    study = optuna.load_study(study_name=place.study, storage=place.open())
    path, best = [], float("-inf")
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    for trial in sorted(complete, key=lambda each: each.datetime_complete):
        if trial.value > best:
            best = trial.value
            path.append((trial.datetime_complete.timestamp() - started, values_of(trial)))
    facts = result.facts
    last = max((each.datetime_complete for each in study.get_trials() if each.datetime_complete), default=None)
    return Found(
        path=tuple(path) or ((0.0, {}),),
        seconds=seconds,
        core_seconds=core_seconds,
        trials=len(facts.trials),
        keeps_defaults=not facts.taken,
        notes={
            "verdict": facts.verdict.value,
            "fits": sum(each.seconds or 0.0 for each in facts.trials),
            "searched": last.timestamp() - started if last is not None else 0.0,
        },
    )

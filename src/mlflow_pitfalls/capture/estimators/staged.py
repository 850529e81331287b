"""What an iterative model answers after a part of its rounds, for a few rows and inside a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls import private_names
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import base_names, is_estimator, own_attributes

MAX_STAGES = 10
_LEAST_ROUNDS = 20
_MAX_DEPTH = 4  # of searches and pipelines around the model

Array = npt.NDArray[Any]
Stages = Iterator[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """Answers of one model after some of its rounds, the last ones after all of them.

    Attributes:
        estimator: The model's class.
        parameter: What sets its number of rounds.
        early_stopping: It stopped, or could have stopped, by a validation set of its own.
        rounds: Numbers of rounds, ascending.
        answers: For each of them an array over the rows: labels, or scores as ``predict_proba`` returns them.
    """

    estimator: str
    parameter: str
    early_stopping: bool
    rounds: tuple[int, ...]
    answers: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class _Rounds:
    """How one kind of model tells of its rounds. ``stages`` yields answers after the rounds it is asked for."""

    parameter: str
    total: Callable[[Any], int]
    stops: Callable[[Any], bool]
    stages: Callable[[Any, Any, bool, tuple[int, ...]], Stages]


def staged_answers(estimator: Any, rows: Any, *, scores: bool, deadline: float) -> Staged | None:
    """Ask a fitted iterative model, inside of pipelines and searches, what it would have said earlier.

    Args:
        estimator: The fitted estimator.
        rows: A few rows, as the estimator takes them.
        scores: Probabilities rather than labels are wanted; regressors have labels only.
        deadline: Time of ``time.perf_counter`` at which to give up.

    Returns:
        None for other estimators, for few rounds, or where the deadline came first.
    """
    found = _iterative(estimator, rows)
    if found is None:
        return None
    model, rows, kind = found
    total = kind.total(model)
    if total < _LEAST_ROUNDS or time.perf_counter() >= deadline:
        return None
    wanted = tuple(sorted({max(1, round(total * i / MAX_STAGES)) for i in range(1, MAX_STAGES + 1)}))
    answers: list[Array] = []
    for answer in kind.stages(model, rows, scores, wanted):
        if answer is not None:
            answers.append(np.array(answer))
        if time.perf_counter() >= deadline and len(answers) < len(wanted):
            return None
    if len(answers) != len(wanted):
        return None
    return Staged(safe_text(type(model).__name__), kind.parameter, kind.stops(model), wanted, tuple(answers))


def _iterative(estimator: Any, rows: Any) -> tuple[Any, Any, _Rounds] | None:
    """The iterative model at the end of the pipeline, with the rows as they reach it."""
    for _ in range(_MAX_DEPTH):
        stored, bases = own_attributes(estimator), base_names(estimator)
        kind = next((kind for base, kind in _KINDS.items() if base in bases), None)
        if kind is not None:
            return estimator, rows, kind
        if "Pipeline" in bases:
            *before, (_, estimator) = stored["steps"]
            for _, step in before:
                if is_estimator(step) and hasattr(step, "transform"):  # samplers act on training rows only
                    rows = step.transform(rows)
        elif is_estimator(stored.get("best_estimator_")):
            estimator = stored["best_estimator_"]
        else:
            return None
    return None


def _sklearn_stages(model: Any, rows: Any, scores: bool, wanted: tuple[int, ...]) -> Stages:
    """None for the rounds in between, so that the caller can look at its clock."""
    staged = getattr(model, "staged_predict_proba", None) if scores else None
    for number, answer in enumerate((staged or model.staged_predict)(rows), start=1):
        yield answer if number in wanted else None


def _xgboost_stages(model: Any, rows: Any, scores: bool, wanted: tuple[int, ...]) -> Stages:
    call = model.predict_proba if scores and hasattr(model, "predict_proba") else model.predict
    return (call(rows, iteration_range=(0, number)) for number in wanted)


def _lightgbm_stages(model: Any, rows: Any, scores: bool, wanted: tuple[int, ...]) -> Stages:
    call = model.predict_proba if scores and hasattr(model, "predict_proba") else model.predict
    return (call(rows, num_iteration=number) for number in wanted)


def _catboost_stages(model: Any, rows: Any, scores: bool, wanted: tuple[int, ...]) -> Stages:
    call = model.predict_proba if scores and hasattr(model, "predict_proba") else model.predict
    return (np.asarray(call(rows, ntree_end=number)).squeeze() for number in wanted)


def _boosted_stops(model: Any) -> bool:
    """XGBoost and LightGBM are asked to stop by a parameter; LightGBM's callback leaves a best round behind."""
    stored = own_attributes(model)
    others = stored.get(private_names.LIGHTGBM_OPTIONS.name)
    asked = stored.get("early_stopping_rounds") or (isinstance(others, dict) and others.get("early_stopping_rounds"))
    best = stored.get(private_names.LIGHTGBM_BEST.name)
    return bool(asked) or (isinstance(best, int | np.integer) and int(best) > 0)


_GRADIENT = _Rounds(
    "n_estimators",
    lambda model: len(model.estimators_),
    lambda model: model.n_iter_no_change is not None,
    _sklearn_stages,
)
_KINDS: dict[str, _Rounds] = {
    "BaseHistGradientBoosting": _Rounds(
        "max_iter", lambda model: int(model.n_iter_), lambda model: bool(model.do_early_stopping_), _sklearn_stages
    ),
    "BaseGradientBoosting": _GRADIENT,
    "BaseWeightBoosting": _Rounds(
        "n_estimators", lambda model: len(model.estimators_), lambda model: False, _sklearn_stages
    ),
    "XGBModel": _Rounds(
        "n_estimators",
        lambda model: int(model.get_booster().num_boosted_rounds()),
        _boosted_stops,
        _xgboost_stages,
    ),
    "LGBMModel": _Rounds("n_estimators", lambda model: int(model.n_iter_), _boosted_stops, _lightgbm_stages),
    "CatBoost": _Rounds(
        "iterations",
        lambda model: int(model.tree_count_),
        lambda model: bool(model.get_best_iteration()),
        _catboost_stages,
    ),
}

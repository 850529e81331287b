"""The search itself: on a part of the rows first where there are many, then on all; here or in worker processes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.suggestions import Parameter, TriedConfiguration
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.folds import readable_target, sampled_target
from mlflow_pitfalls.tuning.space.suggest_values import enqueued
from mlflow_pitfalls.tuning.study.earlier_trials import earlier_trials, is_earlier
from mlflow_pitfalls.tuning.study.folds import Positions, folds_of
from mlflow_pitfalls.tuning.study.loop import Order, connect, counted, fail_abandoned, is_lost, work
from mlflow_pitfalls.tuning.study.objective import PRESENT, VALUES, Problem, rows_of
from mlflow_pitfalls.tuning.study.storage import Place

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

MANY_ROWS = 20_000  # from which on a part of them is searched first
SUBSET_ROWS = 5_000
FINALISTS = 3  # of the subset, tried on all rows first
_SUBSET_SHARE = 0.6  # of trials
_SUBSET_TIME_SHARE = 0.4
_SIGNATURE = "signature"

Runner = Callable[[Order, Callable[[], None]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is searched.

    Attributes:
        problem: On all training rows.
        place: Where trials are kept.
        trials: Of all phases together.
        deadline: Until when the search may go on in any case, of :func:`time.time`.
        end: Of everything, the judgement included; the search goes on until then as far as judging leaves time.
        subset: Rows of the first phase; None where all rows are searched at once.
        signature: What must not change between a study and its resumption.
        first: Configurations to try before any other, as changes of the model's own.
        earlier: Runs of before, which guide what is tried.
        started: Of :func:`time.time`.
    """

    problem: Problem
    place: Place
    trials: int
    deadline: float
    end: float
    subset: Positions | None
    signature: str
    started: float
    first: tuple[Mapping[str, Any], ...] = ()
    earlier: tuple[TriedConfiguration, ...] = ()


def subset_of(task: Task, y: npt.NDArray[Any], trials: int, seed: int) -> Positions | None:
    """Positions of a part of many rows, classes in their own shares; None where it does not pay."""
    if len(y) < MANY_ROWS or trials < 2 * FINALISTS:
        return None
    target = readable_target(y, task)
    return sampled_target(target, SUBSET_ROWS, seed).positions if target is not None else None


def search(plan: Plan, task: Task, y: npt.NDArray[Any], run: Runner, told: Callable[[], None]) -> None:
    """Make the trials of every phase.

    Args:
        plan: What is searched.
        task: For the folds of the subset.
        y: Targets, shape (n,).
        run: Works on one phase's order.
        told: Called when something has happened.

    Raises:
        PitfallsError: The study of this name is about something else.
        KeyboardInterrupt: What was found until then is kept.
    """
    first = plan.first
    if plan.subset is not None:
        order = subset_order(plan, task, y)
        study = _prepared(order, plan, first)
        run(order, told)
        first = tuple(values_of(each) for each in _best(study, FINALISTS) if PRESENT not in each.user_attrs)
    order = main_order(plan)
    _prepared(order, plan, first)
    run(order, told)


def main_order(plan: Plan) -> Order:
    """The phase on all rows."""
    left = plan.trials - subset_trials(plan)
    return Order(problem=plan.problem, place=plan.place, trials=left, deadline=plan.deadline, end=plan.end)


def subset_order(plan: Plan, task: Task, y: npt.NDArray[Any]) -> Order:
    """The phase on a part of the rows, which may take its share of the time."""
    assert plan.subset is not None
    splits = folds_of(task, y[plan.subset], seed=plan.problem.seed).splits
    share = plan.started + _SUBSET_TIME_SHARE * (plan.deadline - plan.started)
    return Order(
        problem=rows_of(plan.problem, plan.subset, splits),
        place=replace(plan.place, study=f"{plan.place.study}-subset"),
        trials=subset_trials(plan),
        deadline=share if math.isfinite(share) else plan.deadline,
    )


def subset_trials(plan: Plan) -> int:
    """How many of the trials look at a part of the rows."""
    return round(_SUBSET_SHARE * plan.trials) if plan.subset is not None else 0


def here(order: Order, told: Callable[[], None]) -> None:
    """Work on an order in this process."""
    study = connect(order)
    work(order, study, told=lambda _: told())
    with order.place.lock("ask"):
        fail_abandoned(study, order.place)


def finished(order: Order) -> list[FrozenTrial]:
    """All of a phase's own trials, lost ones too; none where it was not begun."""
    import optuna

    try:
        study = optuna.load_study(study_name=order.place.study, storage=order.place.open())
    except KeyError:
        return []
    return [each for each in study.get_trials(deepcopy=False) if not is_earlier(each)]


def done(order: Order, study: Study) -> int:
    """How many of an order's trials are done or under way."""
    return min(order.trials, counted(study.get_trials(deepcopy=False)))


def _prepared(order: Order, plan: Plan, first: Sequence[Mapping[str, Any]]) -> Study:
    """The phase's study, with the earlier runs in it, and what is to be tried first waiting behind them."""
    study = connect(order)
    with order.place.lock("ask"):
        known = study.user_attrs.get(_SIGNATURE)
        if known not in (None, plan.signature):
            raise PitfallsError(
                f"the study {order.place.study!r} is about another model, other rows or another metric: "
                "give it another name"
            )
        study.set_user_attr(_SIGNATURE, plan.signature)
        trials = study.get_trials(deepcopy=False)
        start = present_values(order.problem)
        if not trials:
            study.add_trials(earlier_trials(order.problem.parameters, plan.earlier))
        present = [each for each in trials if PRESENT in each.user_attrs]
        if not [each for each in present if not is_lost(each)]:
            study.enqueue_trial(start, user_attrs={PRESENT: sorted(start)})
        if not present:
            for each in first:
                study.enqueue_trial({**start, **enqueued(order.problem.parameters, each)})
    return study


def present_values(problem: Problem) -> dict[str, Any]:
    """Where the model stands in the space, as far as it does."""
    own = problem.estimator.get_params()
    values = {each.name: _stand(each, own.get(each.name)) for each in problem.parameters}
    return enqueued(problem.parameters, values)


def _stand(parameter: Parameter, own: Any) -> Any:
    return parameter.start if parameter.start is not None else own


def _best(study: Study, count: int) -> list[FrozenTrial]:
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return sorted(complete, key=lambda each: -float(np.float64(each.value)))[:count]


def values_of(trial: FrozenTrial) -> dict[str, Any]:
    """What a trial gave ``set_params``; nothing for the configuration that the model had."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in trial.user_attrs.get(VALUES, [])
    }


def time_left(plan: Plan, done_trials: int, begun_with: int) -> float | None:
    """Seconds until the search ends, by its pace so far and its deadline; None where nothing tells.

    Args:
        plan: What is searched.
        done_trials: So far, those of an earlier session included.
        begun_with: Trials of earlier sessions, which took none of this one's time.
    """
    own = done_trials - begun_with
    spent = time.time() - plan.started
    paced = spent / own * max(0, plan.trials - done_trials) if own > 0 else math.inf
    found = min(plan.deadline - time.time(), paced)
    return max(0.0, found) if math.isfinite(found) else None

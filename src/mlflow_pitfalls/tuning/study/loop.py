"""One worker's work on a study: trial after trial until there are enough, or the time is over."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_pitfalls.tuning.study.earlier_trials import is_earlier
from mlflow_pitfalls.tuning.study.ending import search_end
from mlflow_pitfalls.tuning.study.objective import ERROR, OutOfTimeError, Problem, Score, run_trial
from mlflow_pitfalls.tuning.study.pruning import pruner
from mlflow_pitfalls.tuning.study.storage import Place, holding, host

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial, Trial

OWNER = "owner"
HOST = "host"
_SIGNING_SECONDS = 60.0
_QUICK_SECONDS = 0.3  # of a trial: what it tries is over before another worker could make use of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is asked for. It can be sent to another process.

    Attributes:
        problem: What is tuned.
        place: Where its trials are kept.
        trials: How many the study shall have, those of earlier and of other workers included.
        deadline: Of :func:`time.time`.
        end: Of everything, the judgement that follows included: as far as that leaves time, trials are begun after the
            deadline. None where the deadline stands.
    """

    problem: Problem
    place: Place
    trials: int
    deadline: float = math.inf
    end: float | None = None


def connect(order: Order) -> Study:
    """The study as this worker sees it; it is made where there is none.

    Raises:
        PitfallsError: The storage cannot be opened.
    """
    import optuna

    from mlflow_pitfalls.tuning.study.sampler import MixedSampler
    from mlflow_pitfalls.tuning.study.thrift import Thrift

    until = order.deadline if order.end is None else order.end
    thrift = Thrift(until) if math.isfinite(until) else None
    return optuna.create_study(
        storage=order.place.open(),
        study_name=order.place.study,
        direction="maximize",
        sampler=MixedSampler(order.problem.parameters, order.problem.seed, thrift),
        pruner=pruner(),
        load_if_exists=True,
    )


def work(
    order: Order, study: Study, *, told: Callable[[Study], None] = lambda study: None, score: Score | None = None
) -> None:
    """Make trials until the study has enough of them.

    Args:
        order: What is asked for.
        study: From :func:`connect`.
        told: Called after each trial.
        score: Computes a fold elsewhere; None for here.

    Raises:
        KeyboardInterrupt: The trial under way is lost, the others are kept.
    """
    import sklearn

    owner = uuid.uuid4().hex
    took = math.inf
    with order.place.lock(owner), sklearn.config_context(**order.problem.config):
        while time.time() < (end := search_end(order, study)) and (trial := _next(order, study, owner)) is not None:
            started = time.perf_counter()
            try:
                run_trial(order.problem, study, trial, deadline=end, score=score, shown=took > _QUICK_SECONDS)
            except OutOfTimeError:
                return
            took = time.perf_counter() - started
            told(study)
    _remove_lock(order.place, owner)


def _next(order: Order, study: Study, owner: str) -> Trial | None:
    """The next trial; None where there are enough. One worker asks at a time, so that there are not too many."""
    with order.place.lock("ask"):
        fail_abandoned(study, order.place)
        if counted(study.get_trials(deepcopy=False)) >= order.trials:
            return None
        trial = study.ask()
        with holding(study):
            trial.set_user_attr(OWNER, owner)
            trial.set_user_attr(HOST, host())
        return trial


def counted(trials: Sequence[FrozenTrial]) -> int:
    """The study's own trials that are done or under way; what was lost through no fault of its own is made up for."""
    from optuna.trial import TrialState

    own = [each for each in trials if not is_earlier(each)]
    return sum(each.state is not TrialState.WAITING and not is_lost(each) for each in own)


def is_lost(trial: FrozenTrial) -> bool:
    """Whether a trial ended early without an error of the estimator's."""
    from optuna.trial import TrialState

    return trial.state is TrialState.FAIL and ERROR not in trial.user_attrs


def fail_abandoned(study: Study, place: Place) -> int:
    """Tell the study of trials whose worker on this machine has ended without a word; under the lock ``ask``.

    Returns:
        How many there were.
    """
    from optuna.trial import TrialState

    found = [each for each in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)) if _is_over(each, place)]
    for each in found:
        study.tell(each.number, state=TrialState.FAIL, skip_if_finished=True)
    return len(found)


def _is_over(trial: FrozenTrial, place: Place) -> bool:
    owner = trial.user_attrs.get(OWNER)
    if owner is None:  # its worker ended between asking and signing, or is on another machine and about to sign
        started = trial.datetime_start
        is_local = not place.url  # signing happens under the lock that is held here
        return is_local or started is None or (datetime.now() - started).total_seconds() > _SIGNING_SECONDS
    return trial.user_attrs.get(HOST) == host() and not _is_alive(place, owner)


def _is_alive(place: Place, owner: str) -> bool:
    """Whether somebody holds the owner's lock."""
    from filelock import Timeout

    lock = place.lock(owner)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    _remove_lock(place, owner)
    return False


def _remove_lock(place: Place, owner: str) -> None:
    Path(place.lock(owner).lock_file).unlink(missing_ok=True)

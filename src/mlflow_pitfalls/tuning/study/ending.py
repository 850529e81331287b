"""When a search with a time limit ends: what judging its best configuration will cost is kept for it, no more."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlflow_pitfalls.tuning.study.objective import PRESENT, SECONDS

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

    from mlflow_pitfalls.tuning.study.loop import Order

FRESH_RUNS = 2  # cross-validations of both configurations on folds that the search did not see
_REFIT_FOLDS = 1.25  # what fitting all rows takes, in fits of a fold
_MARGIN = 1.5  # under load the next fits may take longer
_LEAST_SECONDS = 0.2


def search_end(order: Order, study: Study) -> float:
    """Until when trials may be started, of :func:`time.time`; the order's own deadline at least."""
    if order.end is None or not math.isfinite(order.end):
        return order.deadline
    trials = study.get_trials(deepcopy=False)
    return max(order.deadline, order.end - judging_seconds(trials, len(order.problem.splits)))


def is_over(order: Order, study: Study, grace: float) -> bool:
    """Whether trials that are still under way should have ended so many seconds ago."""
    now = time.time() - grace
    return now > order.deadline and now > search_end(order, study)


def judging_seconds(trials: Sequence[FrozenTrial], folds: int) -> float:
    """What judging and refitting will take, from the seconds of the present configuration and of the best so far.

    Args:
        trials: Of the study.
        folds: Of each of them.

    Returns:
        Infinite where there is nothing to tell it by.
    """
    timed = [each for each in trials if each.state.name == "COMPLETE" and SECONDS in each.user_attrs]
    present = next((each for each in timed if PRESENT in each.user_attrs), None)
    if present is None:
        return math.inf
    best = max(timed, key=lambda each: float(each.value or 0.0))
    both = float(present.user_attrs[SECONDS]) + float(best.user_attrs[SECONDS])
    return _LEAST_SECONDS + _MARGIN * both * (FRESH_RUNS + _REFIT_FOLDS / folds)

"""scikit-learn's ``HalvingRandomSearchCV`` over numbers of rows, bracket after bracket until the time is over."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import FitFailedWarning
from sklearn.utils.metaestimators import available_if

from benchmarks.pitfallbench.datasets import CLASSES
from benchmarks.tuning.draws import Draws
from benchmarks.tuning.found import Found, Search
from benchmarks.tuning.task import Task

FACTOR = 3  # scikit-learn's
FIRST_RUNGS = 3  # 9 candidates, of which 3 and then 1 go on
MOST_RUNGS = 5
FEWEST_ROWS = 5  # of each class and fold in the first rung
SEED_STEP = 1_009  # between brackets


def halving(task: Task, seconds: float) -> Found:
    """The first bracket has 9 candidates; the others as many as the time left allows by the pace so far."""
    search = Search(task.problem, seconds)
    before = search.left
    if search.score({}) is None:
        return search.found()
    paces = {len(task.rows.y): before - search.left}
    most, bracket = _most_rungs(task), 0
    rungs = min(FIRST_RUNGS, most)
    while rungs and _bracket(task, search, rungs, task.seed + SEED_STEP * bracket, paces):
        bracket += 1
        fitting = [each for each in range(1, most + 1) if _seconds(task, each, paces) <= search.left]
        rungs = max(fitting, default=0)
    return search.found()


class _Deadline:
    """Shared by all copies of an estimator."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def __deepcopy__(self, memo: Any) -> _Deadline:
        return self

    def check(self) -> None:
        if self._search.left <= 0:
            raise TimeoutError


class Configured(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not followed
    """An estimator whose one parameter is a whole configuration, so that conditions between parameters hold."""

    def __init__(self, base: Any = None, deadline: Any = None, values: Mapping[str, Any] | None = None) -> None:
        self.base = base
        self.deadline = deadline
        self.values = values

    def fit(self, X: Any, y: Any) -> Configured:
        """Fit the base with these values.

        Raises:
            TimeoutError: The time is over; scikit-learn takes it for a failed fit, and is through in no time.
        """
        self.deadline.check()
        self.model_ = clone(self.base).set_params(**(self.values or {})).fit(X, y)
        if hasattr(self.model_, "classes_"):
            self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Any) -> Any:
        return self.model_.predict(X)

    @available_if(lambda self: hasattr(self.base, "predict_proba"))
    def predict_proba(self, X: Any) -> Any:
        return self.model_.predict_proba(X)

    @available_if(lambda self: hasattr(self.base, "decision_function"))
    def decision_function(self, X: Any) -> Any:
        return self.model_.decision_function(X)

    def __sklearn_tags__(self) -> Any:
        return self.base.__sklearn_tags__()


def _rows_of(task: Task, rungs: int) -> list[int]:
    """Rows of each rung."""
    first = len(task.rows.y) // FACTOR ** (rungs - 1)
    return [first * FACTOR**rung for rung in range(rungs)]


def _most_rungs(task: Task) -> int:
    classes = len(np.unique(task.rows.y)) if task.rows.task == CLASSES else 1
    fewest = FEWEST_ROWS * classes * len(task.problem.splits)
    return max(rungs for rungs in range(1, MOST_RUNGS + 1) if rungs == 1 or _rows_of(task, rungs)[0] >= fewest)


def _seconds(task: Task, rungs: int, paces: Mapping[int, float]) -> float:
    """Of a bracket: candidates of each rung by what one has cost on as many rows, or on the next larger number."""
    total = 0.0
    for rung, rows in enumerate(_rows_of(task, rungs)):
        known = min((size for size in paces if size >= rows), default=max(paces))
        total += FACTOR ** (rungs - 1 - rung) * paces[known]
    return total


def _bracket(task: Task, search: Search, rungs: int, seed: int, paces: dict[int, float]) -> bool:
    """Whether it was done in time; what a later one will cost is learnt."""
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    problem = task.problem
    halved = HalvingRandomSearchCV(
        Configured(problem.estimator, _Deadline(search)),
        {"values": Draws(problem)},
        n_candidates=FACTOR ** (rungs - 1),
        factor=FACTOR,
        min_resources=_rows_of(task, rungs)[0],
        max_resources=len(task.rows.y),
        cv=list(problem.splits),
        scoring=problem.scorer,
        refit=False,
        random_state=seed,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitFailedWarning)  # some fits fail, as they do when the time is over
            warnings.filterwarnings("ignore", "One or more of the (test|train) scores are non-finite")
            halved.fit(task.rows.X, task.rows.y)
    except ValueError:  # every fit failed
        return False
    if search.left <= 0:
        return False
    table = halved.cv_results_
    seconds = (table["mean_fit_time"] + table["mean_score_time"]) * len(problem.splits)
    for rows in np.unique(table["n_resources"]):
        paces[int(rows)] = float(seconds[table["n_resources"] == rows].mean())
    last = np.flatnonzero(table["iter"] == table["iter"].max())
    scores = np.nan_to_num(table["mean_test_score"][last], nan=-np.inf)
    best = last[int(np.argmax(scores))]
    search.tell(table["params"][best]["values"], float(scores.max()), trials=halved.n_candidates_[0])
    return True

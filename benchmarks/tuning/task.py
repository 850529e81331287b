"""One case as every method gets it: estimator, training rows, folds, metric and search space."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.pitfallbench.datasets import CLASSES
from benchmarks.tuning.cases import Case
from benchmarks.tuning.estimators import estimator_of
from benchmarks.tuning.rows import Rows, rows_of
from mlflow_pitfalls.model.suggestions import SearchSpace
from mlflow_pitfalls.model.values import Task as Predicts
from mlflow_pitfalls.tuning.space.spaces import space_of
from mlflow_pitfalls.tuning.study.folds import folds_of
from mlflow_pitfalls.tuning.study.objective import Problem, problem_of

HISTORY_RUNS = 30
SMALL_ROWS, SMALL_HISTORY = 60, 6  # of the warm-up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What a method is asked for.

    Attributes:
        case: Which one.
        rows: Training and held-out rows; a method looks at the training rows only.
        estimator: At its defaults, unfitted.
        problem: Five folds of the training rows and the space, for the methods that score configurations themselves.
        space: The same space, whole.
        history_runs: How many runs were logged before, for the method that begins from them.
    """

    case: Case
    rows: Rows
    estimator: Any
    problem: Problem
    space: SearchSpace
    history_runs: int = HISTORY_RUNS

    @property
    def seed(self) -> int:
        """Of every choice."""
        return self.case.seed

    def small(self) -> Task:
        """The same on few rows, for a warm-up: it imports and compiles whatever the real one needs."""
        picked = np.concatenate([np.flatnonzero(self.rows.y == each)[:SMALL_ROWS] for each in np.unique(self.rows.y)])
        if self.rows.task != CLASSES:
            picked = np.arange(SMALL_ROWS)
        rows = replace(self.rows, X=self.rows.X[picked], y=self.rows.y[picked])
        return replace(_task(self.case, rows), history_runs=SMALL_HISTORY)


def task_of(case: Case, *, most: int | None = None) -> Task:
    """Read and split the table.

    Args:
        case: Which one.
        most: Training rows, in place of the usual number.
    """
    return _task(case, rows_of(case.table, case.seed, **({} if most is None else {"most": most})))


def _task(case: Case, rows: Rows) -> Task:
    from sklearn.metrics import get_scorer

    estimator = estimator_of(case.estimator, rows.task, case.seed)
    predicts, counts = Predicts.REGRESSION, None
    if rows.task == CLASSES:
        counts = tuple(int(count) for count in np.unique(rows.y, return_counts=True)[1])
        predicts = Predicts.BINARY if len(counts) == 2 else Predicts.MULTICLASS
    n, columns = rows.X.shape
    space = space_of(estimator, task=predicts, class_counts=counts, rows=n, columns=columns)
    problem = problem_of(
        estimator,
        rows.X,
        rows.y,
        splits=folds_of(predicts, rows.y, seed=case.seed).splits,
        scorer=get_scorer(rows.metric),
        parameters=space.parameters,
        seed=case.seed,
    )
    return Task(case=case, rows=rows, estimator=estimator, problem=problem, space=space)

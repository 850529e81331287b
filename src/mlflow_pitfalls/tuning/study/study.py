"""Tuning from beginning to end: what is tuned, the search, the judgement, and the refit."""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import as_vector, shape_of
from mlflow_pitfalls.capture.fingerprints.fingerprint import content_digest
from mlflow_pitfalls.capture.task import task_of
from mlflow_pitfalls.capture.undisturbed import undisturbed
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.suggestions import Parameter, SearchSpace, Suggestions
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.copying import CannotCopyError, quiet_copy
from mlflow_pitfalls.tuning.study.beginning import Asked, Beginning, beginning_of
from mlflow_pitfalls.tuning.study.folds import Folds, folds_of
from mlflow_pitfalls.tuning.study.objective import Problem, problem_of
from mlflow_pitfalls.tuning.study.phases import Plan, search, subset_of
from mlflow_pitfalls.tuning.study.quiet import quiet_optuna
from mlflow_pitfalls.tuning.study.result import TuningResult
from mlflow_pitfalls.tuning.study.runners import runner
from mlflow_pitfalls.tuning.study.scoring import Scoring, scoring_of
from mlflow_pitfalls.tuning.study.storage import Place, default_folder
from mlflow_pitfalls.tuning.study.watching import Watch

DEFAULT_TRIALS = 50
SEARCH_TIME_SHARE = 0.8  # of the timeout, and more where the judgement and the refit will take less than the rest
TASKS = frozenset({Task.BINARY, Task.MULTICLASS, Task.REGRESSION})
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_DIGEST_BYTES = 6

SpaceMaker = Callable[..., SearchSpace]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """What the caller gave.

    Attributes:
        model: Classifier or regressor, fitted or not; it is not changed.
        x: Training rows, shape (n, columns), in any container.
        y: Targets, shape (n,).
        x_test: Held-out rows, which no trial sees; None where there are none.
        y_test: Their targets.
        metric: scikit-learn's name of a scorer; None for the task's own.
        trials: How many there shall be, those of an interrupted study included.
        timeout: Seconds for all of it; None for no end.
        jobs: Worker processes; 1 works in this one. On Spark: trials at a time, 1 for as many as it has cores.
        spark: Spark's master, or a session or context of it, whose executors fit the folds; None for this machine.
        storage: A database of SQLAlchemy's; None for a journal file.
        folder: For the journal and for locks; None for one under the user's state folder.
        study_name: By which a study is resumed; made from model, rows and metric where it is None.
        space: What is searched; None for what suits the model.
        cv: Number of folds, or a splitter of scikit-learn's.
        groups: What each training row belongs to, shape (n,).
        known: What the run whose model is tuned suggests: the space in the order of its flags, earlier runs, and what
            to try first. None where nothing is known.
        ask: Looks for such suggestions where none are given.
        seed: Of folds, choices and of random states that the model leaves open.
        show: Whether to show progress on a terminal.
        mute: Called first in each further thread of this process: what it fits is ours, and for nobody to log.
    """

    model: Any
    x: Any
    y: Any
    x_test: Any = None
    y_test: Any = None
    metric: str | None = None
    trials: int = DEFAULT_TRIALS
    timeout: float | None = None
    jobs: int = 1
    spark: Any = None
    storage: str | None = None
    folder: Path | None = None
    study_name: str | None = None
    space: SearchSpace | None = None
    cv: Any = None
    groups: Any = None
    known: Suggestions | None = None
    ask: Callable[[Asked], Suggestions | None] | None = None
    seed: int = 0
    show: bool = True
    mute: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A request that was read: rows and model fit together, the metric and the folds are known."""

    request: Request
    task: Task
    target: npt.NDArray[Any]
    scoring: Scoring
    space: SearchSpace
    folds: Folds
    plan: Plan
    beginning: Beginning
    deadline: float

    @property
    def problem(self) -> Problem:
        """What is tuned, on all training rows."""
        return self.plan.problem


def tune_model(request: Request, space_of: SpaceMaker) -> TuningResult:
    """Tune a model by cross-validation inside its training rows; on the calling thread, which may be interrupted.

    Args:
        request: What the caller gave.
        space_of: Makes the search space where the request has none.

    Raises:
        PitfallsError: The model cannot be copied or fitted, there is nothing to search, the rows cannot be split, or
            Spark does not work.
        MissingExtraError: Spark is asked for, but not installed.
    """
    from mlflow_pitfalls.tuning.study.conclusion import concluded

    _check(request)
    with undisturbed(), quiet_optuna():
        prepared = _prepared(request, space_of)
        interrupted = False
        with Watch(prepared.plan, prepared.scoring.name, prepared.task, prepared.target, show=request.show) as watch:
            try:
                with runner(jobs=request.jobs, spark=request.spark, mute=request.mute) as run:
                    search(prepared.plan, prepared.task, prepared.target, run, watch.look)
                watch.say("Judging the best")
            except KeyboardInterrupt:
                interrupted = True
            return concluded(prepared, interrupted=interrupted)


def _check(request: Request) -> None:
    if not isinstance(request.trials, int) or request.trials < 1:
        raise PitfallsError(f"trials must be a positive whole number, found {request.trials!r}")
    if request.timeout is not None and not request.timeout > 0:
        raise PitfallsError(f"timeout must be a positive number of seconds, found {request.timeout!r}")
    if not isinstance(request.jobs, int) or request.jobs < 1:
        raise PitfallsError(f"jobs must be a positive whole number, found {request.jobs!r}")
    if request.spark is not None:
        from mlflow_pitfalls.tuning.spark.spark_session import check_spark

        check_spark(request.spark)
    if (request.x_test is None) is not (request.y_test is None):
        raise PitfallsError("X_test and y_test belong together")
    _check_rows(request.x, request.y, "X and y")
    if request.x_test is not None:
        _check_rows(request.x_test, request.y_test, "X_test and y_test")


def _check_rows(rows: Any, target: Any, names: str) -> None:
    shapes = shape_of(rows), shape_of(target)
    if shapes[0] is None or shapes[1] is None or shapes[0][0] != shapes[1][0]:
        raise PitfallsError(f"{names} must be tables or arrays with as many rows")


def _prepared(request: Request, space_of: SpaceMaker) -> Prepared:
    started = time.time()
    deadline = started + request.timeout if request.timeout is not None else math.inf
    try:
        estimator = quiet_copy(request.model, request.seed, foreign_code=True)
    except CannotCopyError as error:
        raise PitfallsError(f"the model cannot be tuned: {error}") from error
    task, target = task_of(request.y, estimator), as_vector(request.y)
    if task not in TASKS or target is None:
        raise PitfallsError("only classifiers and regressors of one target can be tuned")
    space = _space(request, space_of, estimator, task, target)
    if not space.parameters:
        raise PitfallsError(
            f"there is nothing to tune in {space.estimator}" + (f": {space.note}" if space.note else "")
        )
    scoring = scoring_of(request.metric, task, estimator, target)
    folds = folds_of(task, target, cv=request.cv, groups=request.groups, seed=request.seed)
    problem = problem_of(
        estimator,
        request.x,
        request.y,
        splits=folds.splits,
        scorer=scoring.scorer,
        parameters=space.parameters,
        seed=request.seed,
    )
    signature = _signature(request, problem, scoring.name)
    known = request.known
    if known is None and request.ask is not None:
        asked = Asked(estimator=estimator, x=request.x, space=space, task=task, metric=scoring.name)
        known = request.ask(asked)
    beginning = beginning_of(known, problem.parameters, metric=scoring.name, trials=request.trials)
    searched = started + SEARCH_TIME_SHARE * (deadline - started) if math.isfinite(deadline) else deadline
    has_own_folds = request.cv is not None or request.groups is not None
    plan = Plan(
        problem=problem,
        place=_place(request, signature),
        trials=request.trials,
        deadline=searched,
        end=deadline,
        subset=None if has_own_folds else subset_of(task, target, request.trials, request.seed),
        signature=signature,
        started=started,
        first=beginning.first,
        earlier=beginning.earlier,
    )
    return Prepared(
        request=request,
        task=task,
        target=target,
        scoring=scoring,
        space=space,
        folds=folds,
        plan=plan,
        beginning=beginning,
        deadline=deadline,
    )


def _space(request: Request, space_of: SpaceMaker, estimator: Any, task: Task, target: npt.NDArray[Any]) -> SearchSpace:
    if request.space is not None:
        return request.space
    if request.known is not None:
        return request.known.space
    counts = tuple(np.unique(target.astype(str), return_counts=True)[1].tolist()) if task.is_classification else None
    shape = shape_of(request.x)
    assert shape is not None
    return space_of(estimator, task=task, class_counts=counts, rows=shape[0], columns=shape[1])


def _signature(request: Request, problem: Problem, metric: str) -> str:
    """Equal for the same model, rows, metric and space, also in another process."""
    parts = [
        type(problem.estimator).__qualname__,
        _ADDRESS.sub("", repr(sorted(problem.estimator.get_params().items(), key=lambda item: item[0]))),
        metric,
        content_digest(request.x),
        content_digest(request.y),
        repr(problem.parameters if request.space is not None else _searched(problem.parameters)),
        str(len(problem.splits)),
        str(request.seed),
    ]
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).hexdigest()


def _searched(parameters: Sequence[Parameter]) -> list[tuple[str, ...]]:
    """What trials must have in common. Ranges may move from run to run, with the times and flags that they follow."""
    return sorted((each.name, each.kind, str(each.log), *sorted(map(repr, each.choices))) for each in parameters)


def _place(request: Request, signature: str) -> Place:
    name = request.study_name or f"{type(request.model).__name__}-{signature}"
    folder = request.folder or default_folder()
    return Place(study=name, folder=folder, url=request.storage or "")

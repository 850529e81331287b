"""One trial: a configuration, fitted and scored fold by fold inside the training rows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.capture.containers import take_rows
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.model.suggestions import Parameter
from mlflow_pitfalls.tuning.space.suggest_values import choose, in_order
from mlflow_pitfalls.tuning.study.folds import Positions, Split
from mlflow_pitfalls.tuning.study.storage import holding, show

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial

PRESENT = "present"  # marks the trial of the configuration that the model has
VALUES = "values"  # what set_params was given
SECONDS = "seconds"
ERROR = "error"  # a failed trial without it was cut short through no fault of its own

_QUICK_FOLD_SECONDS = 0.02  # of a fold, below which the test that might end a trial costs more than the fold

Score = Callable[[dict[str, Any], int], float]  # of these values on the fold of this number


class OutOfTimeError(Exception):
    """The study's time ended within a trial."""


class LostError(Exception):
    """What computed a trial elsewhere is gone, through no fault of the estimator's."""


class FitError(Exception):
    """An estimator raised elsewhere; ``name`` is the class of its exception."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is tuned, on which rows. It can be sent to another process, and nothing in it is the user's own object.

    Attributes:
        estimator: Unfitted, quiet, on one core, every random state set.
        x: Training rows, in any container.
        y: Their targets.
        splits: Positions of the folds.
        scorer: Of scikit-learn, ``scorer(model, x, y)``, higher is better.
        parameters: What is searched, conditions behind what they depend on.
        seed: Of what is tried.
        config: scikit-learn's configuration on the user's thread.
    """

    estimator: Any
    x: Any
    y: Any
    splits: tuple[Split, ...]
    scorer: Callable[[Any, Any, Any], float]
    parameters: tuple[Parameter, ...]
    seed: int
    config: dict[str, Any]

    def on(self, splits: tuple[Split, ...]) -> Problem:
        """The same with other folds."""
        return replace(self, splits=splits)

    def configured(self, values: dict[str, Any]) -> Any:
        """An unfitted estimator with these values."""
        from sklearn.base import clone

        return clone(self.estimator).set_params(**values)

    def fold_score(self, values: dict[str, Any], fold: int) -> float:
        """Fit on one fold's training rows and score its validation rows.

        Raises:
            ValueError: The score is no number.
            Exception: Whatever the estimator raises.
        """
        train, validation = self.splits[fold]
        model = self.configured(values)
        model.fit(take_rows(self.x, train), take_rows(self.y, train))
        score = float(self.scorer(model, take_rows(self.x, validation), take_rows(self.y, validation)))
        if not math.isfinite(score):
            raise ValueError("the score is not a number")
        return score


def problem_of(
    estimator: Any, x: Any, y: Any, *, splits: tuple[Split, ...], scorer: Any, parameters: Any, seed: int
) -> Problem:
    """A problem with the parameters in their order, and the present configuration of scikit-learn."""
    import sklearn

    ordered = tuple(in_order(parameters))
    return Problem(estimator, x, y, splits, scorer, ordered, seed, dict(sklearn.get_config()))


def rows_of(problem: Problem, positions: Positions, splits: tuple[Split, ...]) -> Problem:
    """The same problem on some of the rows."""
    return replace(problem, x=take_rows(problem.x, positions), y=take_rows(problem.y, positions), splits=splits)


def run_trial(
    problem: Problem,
    study: Study,
    trial: Trial,
    *,
    deadline: float = math.inf,
    score: Score | None = None,
    shown: bool = True,
) -> None:
    """Score one trial and tell the study how it ended; an estimator that raises fails this trial only.

    Args:
        problem: What is tuned.
        study: Of the trial.
        trial: Just asked for.
        deadline: Of :func:`time.time`, looked at between fits.
        score: Computes a fold elsewhere; None for here.
        shown: Whether other workers are to see what is tried while it is tried.

    Raises:
        KeyboardInterrupt: The trial is told as failed first.
        OutOfTimeError: Likewise.
    """
    with holding(study):
        _told(problem, study, trial, _Way(deadline, score or problem.fold_score, shown))


@dataclass(frozen=True, slots=True)
class _Way:
    deadline: float
    score: Score
    shown: bool


def _told(problem: Problem, study: Study, trial: Trial, way: _Way) -> None:
    from optuna.trial import TrialState

    started = time.perf_counter()
    try:
        values = _values(problem, trial)
        if way.shown:
            show(study)
        mean = _scored(problem, trial, values, way)
    except (KeyboardInterrupt, SystemExit, OutOfTimeError):
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        raise
    except LostError:
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        return
    except Exception as error:  # noqa: BLE001 - estimators raise what they like
        trial.set_user_attr(ERROR, safe_text(error.name if isinstance(error, FitError) else type(error).__name__))
        study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        return
    trial.set_user_attr(SECONDS, time.perf_counter() - started)
    if mean is None:
        show(study)  # Optuna gives a pruned trial the last score that was written
        study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        return
    study.tell(trial, mean, skip_if_finished=True)


def _scored(problem: Problem, trial: Trial, values: dict[str, Any], way: _Way) -> float | None:
    """The mean over all folds; None where the trial was pruned, which the configuration to compare with never is."""
    may_end = PRESENT not in trial.user_attrs  # another worker's trial may be done, and better, before this one is
    is_hurried = math.isfinite(way.deadline)
    scores: list[float] = []
    started = time.perf_counter()
    for fold in range(len(problem.splits)):
        if time.time() > way.deadline:
            raise OutOfTimeError
        scores.append(way.score(values, fold))
        trial.report(scores[-1], fold)
        is_quick = is_hurried and time.perf_counter() - started < _QUICK_FOLD_SECONDS * len(scores)
        if may_end and len(scores) < len(problem.splits) and not is_quick and trial.should_prune():
            return None
    return sum(scores) / len(scores)


def _values(problem: Problem, trial: Trial) -> dict[str, Any]:
    own = problem.estimator.get_params()
    if PRESENT in trial.user_attrs:
        # Only where it stands in the space is told; the estimator stays exactly as it is.
        choose(trial, problem.parameters, own, only=frozenset(trial.user_attrs[PRESENT]))
        return {}
    values = choose(trial, problem.parameters, own)
    plain = [[name, list(each) if isinstance(each, tuple) else each] for name, each in values.items()]
    trial.set_user_attr(VALUES, plain)
    return values

"""What runs on Spark's executors: one fold of one configuration. Needs this package and what the model imports."""

from __future__ import annotations

import pickle
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.capture.containers.text import safe_text

if TYPE_CHECKING:
    from pyspark import Broadcast

    from mlflow_pitfalls.tuning.study.objective import Problem


class Shipment:
    """A problem on its way: each Python process of an executor unpacks it once, and then has the problem itself.

    Args:
        content: The problem as ``workers.packed`` makes it: no rows but those for training.
        path: Folders from which the model's own modules were imported, tried last.
    """

    def __init__(self, content: bytes, path: tuple[str, ...]) -> None:
        self.content = content
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return unpacked, (self.content, self.path)


def unpacked(content: bytes, path: tuple[str, ...]) -> Problem | str:
    """The problem; where something that it needs is missing here, which error that was."""
    sys.path.extend(entry for entry in path if entry not in sys.path)
    try:
        problem: Problem = pickle.loads(content)  # noqa: S301 - from our own driver
    except Exception as error:  # noqa: BLE001 - classes of the user's raise what they like
        return safe_text(f"{type(error).__name__}: {error}")
    return problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A fold's score; or the class of what the estimator raised; or what is missing on the executor."""

    score: float = 0.0
    error: str = ""
    missing: str = ""


def answers(held: Broadcast[Any], values: dict[str, Any], folds: tuple[int, ...]) -> list[Answer]:
    """Fit and score folds until one fails; never raises for an estimator's sake, since Spark would only try again.

    Args:
        held: A :class:`Shipment`.
        values: For ``set_params``.
        folds: Their numbers.

    Returns:
        One answer a fold, the last one without a score where something has failed.
    """
    problem = held.value
    if isinstance(problem, str):
        return [Answer(missing=problem)]
    import sklearn  # unpacking has told this process where it may be

    found: list[Answer] = []
    with warnings.catch_warnings(), sklearn.config_context(**problem.config):
        warnings.simplefilter("ignore")
        for fold in folds:
            try:
                found.append(Answer(score=problem.fold_score(values, fold)))
            except Exception as error:  # noqa: BLE001 - estimators raise what they like
                return [*found, Answer(error=safe_text(type(error).__name__))]
    return found


def missing_here(held: Broadcast[Any], _: object) -> str:
    """Whether an executor can work: empty, or which error reading the problem ended with."""
    problem = held.value
    return problem if isinstance(problem, str) else ""

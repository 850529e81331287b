"""Folds inside the training rows, as the task asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.values import Task

Positions = npt.NDArray[np.intp]
Split = tuple[Positions, Positions]

FOLDS = 5
_SEED_RANGE = 2**31  # of scikit-learn's random states


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Training and validation positions of each fold, and what they are called.

    ``fresh`` tells whether another seed gives other folds: a splitter of the user's may give always the same.
    """

    splits: tuple[Split, ...]
    text: str
    fresh: bool


def folds_of(task: Task, y: npt.NDArray[Any], *, cv: Any = None, groups: Any = None, seed: int = 0) -> Folds:
    """Folds of rows.

    Args:
        task: Classes are spread evenly over the folds.
        y: Targets, shape (n,).
        cv: A number of folds, or a splitter of scikit-learn's; five folds by default.
        groups: What each row belongs to, shape (n,): rows of a group stay in one fold.
        seed: Of the shuffle.

    Raises:
        PitfallsError: The rows cannot be split like that.
    """
    splitter, text = _splitter(task, y, cv, groups, seed % _SEED_RANGE)
    try:
        splits = tuple((np.asarray(a), np.asarray(b)) for a, b in splitter.split(np.zeros((len(y), 1)), y, groups))
    except (ValueError, TypeError) as error:
        raise PitfallsError(f"the training rows cannot be split into folds: {error}") from error
    if len(splits) < 2:
        raise PitfallsError("tuning needs two folds at least")
    own = cv is not None and not isinstance(cv, int)
    return Folds(splits, f"{len(splits)} {text}", not own and _is_shuffled(splitter))


def _splitter(task: Task, y: npt.NDArray[Any], cv: Any, groups: Any, seed: int) -> tuple[Any, str]:
    from sklearn import model_selection as sk

    if cv is not None and not isinstance(cv, int):
        if not hasattr(cv, "split"):
            raise PitfallsError("cv must be a number of folds or a splitter of scikit-learn's")
        return cv, f"folds of {type(cv).__name__}"
    folds = cv if cv is not None else FOLDS
    if groups is not None:
        folds = min(folds, len(np.unique(np.asarray(groups))))
        if task.is_classification:
            return sk.StratifiedGroupKFold(folds, shuffle=True, random_state=seed), "stratified folds of whole groups"
        return sk.GroupKFold(folds, shuffle=True, random_state=seed), "folds of whole groups"
    if task.is_classification:
        rarest = int(np.unique(y.astype(str), return_counts=True)[1].min())
        if rarest >= 2:
            return sk.StratifiedKFold(min(folds, rarest), shuffle=True, random_state=seed), "stratified folds"
    return sk.KFold(folds, shuffle=True, random_state=seed), "folds"


def _is_shuffled(splitter: Any) -> bool:
    return bool(getattr(splitter, "shuffle", False))

"""Sets of rows and how they descend from one another: the algebra behind "did this fit see these rows?"."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from mlflow_pitfalls.model.values import Role

_ids = itertools.count(1)
_MAX_GENERATIONS = 64
REMADE = -2  # in a node's space: columns that the script computed by itself, unlike any that were seen


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One call of a splitter, or one fold of it."""

    method: str
    shuffled: bool | None
    stratified: bool | None
    is_fold: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """One ``fit_resample``."""

    sampler: str
    rows_before: int
    rows_after: int
    site: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """A transformer that learned something from ``rows``; not the object itself."""

    transformer: str
    supervised: bool
    changes_columns: bool
    rows: Rows
    site: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A set of rows, whichever columns of it an object holds.

    ``side`` says which output of ``split`` these rows are (0 is the training side); ``parent`` are the rows that were
    split or resampled; ``prepared`` is what every table of that split had gone through.
    """

    count: int
    split: Split | None = None
    side: int = 0
    parent: Rows | None = None
    resampling: Resampling | None = None
    prepared: tuple[Preparation, ...] = ()
    number: int = field(default_factory=lambda: next(_ids))

    def lineage(self) -> list[Rows]:
        """These rows, the rows that they came from, and so on; bounded."""
        chain: list[Rows] = []
        current: Rows | None = self
        while current is not None and len(chain) < _MAX_GENERATIONS:
            chain.append(current)
            current = current.parent
        return chain

    def resamplings(self) -> list[Resampling]:
        """The resamplings on the way to these rows, latest first."""
        return [rows.resampling for rows in self.lineage() if rows.resampling is not None]


@dataclass(slots=True, eq=False)
class Node:
    """What is known about one object: which rows, which array of the split, in which feature space.

    ``slot`` numbers the arrays of one split call: ``X`` is 0 and ``y`` 1 in ``train_test_split(X, y)``; ``space`` lists
    the transformers that the columns went through, ``prepared`` those of them that learned something, also before a
    split. ``prediction`` is set where a fitted model predicted the object.
    """

    rows: Rows
    slot: int = 0
    space: tuple[int, ...] = ()
    prediction: Any = None
    prepared: tuple[Preparation, ...] = ()


def role_of(seen: Rows | None, rows: Rows | None) -> Role:
    """Whether ``rows`` are among those that a fit has ``seen``.

    Args:
        seen: The rows that were given to ``fit``; None where they are not known.
        rows: The rows in question; None where they are not known.
    """
    if seen is None or rows is None:
        return Role.UNKNOWN
    ours, theirs = seen.lineage(), rows.lineage()
    if rows in ours:
        return _role_of_ancestor(ours, rows)
    if seen in theirs:
        return Role.TRAIN
    for mine in ours:
        for other in theirs:
            if mine.split is not None and mine.split is other.split:
                return Role.HELD_OUT if mine.side != other.side else Role.TRAIN
    return Role.MIXED if any(mine in theirs for mine in ours) else Role.UNKNOWN


def _role_of_ancestor(ours: list[Rows], rows: Rows) -> Role:
    """``rows`` is where the fit's rows came from: all of them were seen unless a split took some away."""
    between = ours[: ours.index(rows)]
    return Role.MIXED if any(step.split is not None for step in between) else Role.TRAIN


def resampled_before_split(rows: Rows) -> Resampling | None:
    """The resampling whose output was split into these rows, if one was."""
    split_below = False
    for step in rows.lineage():
        if step.resampling is not None and split_below:
            return step.resampling
        split_below = split_below or step.split is not None
    return None

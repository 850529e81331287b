"""How many rows, columns and rows of each class a fit inside of a fold has, as far as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlflow_pitfalls.model.values import Task

FOLD_SHARE = 2 / 3  # of the rows that a fit gets in the coarsest usual cross-validation, three folds


@dataclass(frozen=True, slots=True)
class Sizes:
    """What one part of an estimator is fitted on. None: unknown.

    Attributes:
        task: What the whole estimator predicts.
        rows: Of a fold's training side.
        columns: That reach the part.
        counts: Rows of each class in a fold, rarest first; empty where they are unknown.
    """

    task: Task
    rows: int | None = None
    columns: int | None = None
    counts: tuple[int, ...] = ()

    @property
    def rarest(self) -> int | None:
        """Rows of the rarest class."""
        return self.counts[0] if self.counts else None

    @property
    def ratio(self) -> float | None:
        """Rows of the rare class by those of the common one; None unless there are two classes, both with rows."""
        if self.task is not Task.BINARY or len(self.counts) != 2 or self.counts[0] < 1:
            return None
        return self.counts[0] / self.counts[1]

    def shrunk(self, share: float) -> Sizes:
        """The same for a part of the rows."""
        rows = None if self.rows is None else int(self.rows * share)
        return replace(self, rows=rows, counts=tuple(int(count * share) for count in self.counts))

    def with_columns(self, columns: int | None) -> Sizes:
        """The same with another number of columns."""
        return replace(self, columns=columns)

    def undersampled(self) -> Sizes:
        """After the common classes were cut down to the rarest one."""
        if not self.counts:
            return replace(self, rows=None)
        rows = self.counts[0] * len(self.counts)
        return replace(self, rows=rows, counts=(self.counts[0],) * len(self.counts))


def sizes_of_fold(task: Task, rows: int | None, columns: int | None, class_counts: Sequence[int] | None) -> Sizes:
    """Sizes of a fold's training side.

    Args:
        task: What is predicted.
        rows: Training rows of the fit that is tuned.
        columns: Columns that go into it.
        class_counts: Rows of each class among them, in any order.
    """
    counts = tuple(sorted(int(count) for count in class_counts or () if int(count) > 0))
    if rows is None and counts:
        rows = sum(counts)
    return Sizes(task, rows, columns, counts).shrunk(FOLD_SHARE)

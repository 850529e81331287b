"""One column as it stands on both sides of the split, in numbers or in common codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray
from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd


_MAX_CELLS = 500_000  # of one side: with many columns, each is looked at on fewer rows
_MIN_ROWS = 500


def row_step(frame: pd.DataFrame, max_columns: int) -> int:
    """Which every so-manieth row of a side to look at, so that the cost of a wide table stays bounded."""
    rows, columns = len(frame), min(frame.shape[1], max_columns)
    rows_kept = max(_MIN_ROWS, _MAX_CELLS // max(1, columns))
    return max(1, math.ceil(rows / rows_kept))


@dataclass(frozen=True, slots=True, eq=False)
class TwoSides:
    """A column of the training and of the held-out rows.

    Attributes:
        kind: What it holds in training.
        train: Numbers with NaN where missing, or codes with −1 where missing; shape (rows,).
        held_out: Likewise for the held-out rows.
        levels: Number of codes; 0 for numbers.
    """

    kind: ColumnKind
    train: Array
    held_out: Array
    levels: int = 0

    @property
    def is_numeric(self) -> bool:
        """Whether it is held as numbers."""
        return self.levels == 0


def two_sides(train: pd.Series[Any], held_out: pd.Series[Any]) -> TwoSides | None:
    """Read a column on both sides; None where they hold different kinds, or values that cannot be compared."""
    try:
        return _paired(read_column(train), read_column(held_out))
    except Exception:  # noqa: BLE001 - foreign values
        return None


def columns_of(train: pd.DataFrame, held_out: pd.DataFrame) -> Iterator[tuple[int, TwoSides]]:
    """The columns that both frames have in common, by position; those that cannot be compared are left out."""
    for position in range(min(train.shape[1], held_out.shape[1])):
        sides = two_sides(train.iloc[:, position], held_out.iloc[:, position])
        if sides is not None:
            yield position, sides


def _paired(train: SampledColumn, held_out: SampledColumn) -> TwoSides | None:
    if train.numbers is not None and held_out.numbers is not None:
        if train.kind is ColumnKind.BOOLEAN and held_out.kind is ColumnKind.BOOLEAN:
            return TwoSides(train.kind, _codes(train.numbers), _codes(held_out.numbers), 2)
        return TwoSides(train.kind, train.numbers, held_out.numbers)
    if train.codes is None or held_out.codes is None:
        return None
    return _recoded(train, held_out)


def _codes(booleans: FloatArray) -> IntArray:
    return np.where(np.isnan(booleans), -1, booleans).astype(np.intp)


def _recoded(train: SampledColumn, held_out: SampledColumn) -> TwoSides | None:
    """Both sides' codes over one list of values."""
    import pandas as pd

    values = [np.asarray(side.values, dtype=object) for side in (train, held_out)]
    common, distinct = pd.factorize(np.concatenate(values))
    of_train, of_held_out = np.split(np.append(common, -1), [len(values[0])])
    of_train = np.append(of_train, -1)  # code −1 picks the last entry: missing stays missing
    assert train.codes is not None
    assert held_out.codes is not None
    if not len(distinct):
        return None
    return TwoSides(train.kind, of_train[train.codes], of_held_out[held_out.codes], len(distinct))

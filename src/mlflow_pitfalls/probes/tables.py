"""Any container's rows as one plain table that every quick model can take, and the preprocessing that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.rows import take_rows, take_sample
from mlflow_pitfalls.capture.containers.shapes import shape_of
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Positions = npt.NDArray[np.intp]

MAX_LEVELS = 20  # of one categorical column; the rarer ones share a level
MIN_LEVEL_ROWS = 5  # a level of fewer rows goes with the rare ones
MAX_DISTINCT_SHARE = 0.5  # a column of labels with more values than that names rows, and says nothing of others
HUGE = 1e30  # greater numbers are cut to it: squares and float32 stay finite


@dataclass(frozen=True, slots=True, eq=False)
class PlainTable:
    """Rows for quick models.

    Attributes:
        values: Numbers with NaN where missing, then the codes of categories; shape (n, columns), or a sparse matrix.
        numeric: Columns that hold numbers: the first so many.
        categorical: Columns that hold codes: the rest.
    """

    values: Any
    numeric: int
    categorical: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns, before categories are spread."""
        return self.numeric + self.categorical

    @property
    def is_sparse(self) -> bool:
        """Whether the values are a sparse matrix."""
        return not isinstance(self.values, np.ndarray)


def plain_table(x: Any, positions: Positions) -> PlainTable | None:
    """Some rows of a table as numbers and codes.

    Args:
        x: Rows in any container that can be read.
        positions: Which of them, ascending.

    Returns:
        None where the container cannot be read, or no column is of use.
    """
    if family_of(x) is Family.SPARSE:
        return _of_sparse(x, positions)
    if family_of(x) is Family.UNSUPPORTED or shape_of(x) is None:
        return None
    sample = take_sample(x, positions=positions)
    return None if sample is None else _of_frame(sample.frame)


def both_sides(x_train: Any, x_held_out: Any) -> tuple[PlainTable, PlainTable] | None:
    """All training and all held-out rows, read together so that a category has one code on both sides.

    Returns:
        None where one of them cannot be read, or they differ in columns.
    """
    import pandas as pd

    shapes = [shape_of(x) if x is not None else None for x in (x_train, x_held_out)]
    if shapes[0] is None or shapes[1] is None or shapes[0][1] != shapes[1][1]:
        return None
    sides = [(x, np.arange(shape[0])) for x, shape in zip((x_train, x_held_out), shapes, strict=True) if shape]
    if family_of(x_train) is Family.SPARSE:
        tables = [plain_table(x, positions) for x, positions in sides]
        return (tables[0], tables[1]) if tables[0] is not None and tables[1] is not None else None
    samples = [take_sample(x, positions=positions) for x, positions in sides]
    frames = [sample.frame for sample in samples if sample is not None]
    table = _of_frame(pd.concat(frames, ignore_index=True)) if len(frames) == len(sides) else None
    if table is None:
        return None
    rows = shapes[0][0]
    train, held_out = (PlainTable(part, table.numeric, table.categorical) for part in np.split(table.values, [rows]))
    return train, held_out


def categorical_positions(x: Any, positions: Positions) -> list[int]:
    """Which columns hold categories (text, or several kinds of values); none of a sparse matrix."""
    sample = None if family_of(x) is Family.SPARSE else take_sample(x, positions=positions)
    if sample is None:
        return []
    columns = (read_column(sample.frame[place]) for place in sample.frame.columns)
    return [place for place, column in enumerate(columns) if column.codes is not None]


def preparation(table: PlainTable) -> Any:
    """Unfitted steps that fill gaps, scale numbers and spread categories; they never warn and never fail on new rows.

    Returns:
        A scikit-learn transformer for ``table.values``.
    """
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder, StandardScaler

    if table.is_sparse:
        return MaxAbsScaler()
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    levels = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=MIN_LEVEL_ROWS,
        max_categories=MAX_LEVELS,
        sparse_output=False,
    )
    return make_column_transformer(
        (numbers, list(range(table.numeric))), (levels, list(range(table.numeric, table.columns)))
    )


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFold:
    """One fold's rows after a preparation that only its training rows were shown."""

    train: Positions
    validation: Positions
    x_train: Any
    x_validation: Any


def prepared_folds(table: PlainTable, splits: Sequence[tuple[Positions, Positions]]) -> list[PreparedFold]:
    """Prepare each fold once, for all the models to come."""
    folds = []
    for train, validation in splits:
        steps = preparation(table)
        x_train = steps.fit_transform(table.values[train])
        folds.append(PreparedFold(train, validation, x_train, steps.transform(table.values[validation])))
    return folds


def _of_sparse(x: Any, positions: Positions) -> PlainTable | None:
    taken = take_rows(x, positions).tocsr().astype(np.float64)
    if not np.isfinite(taken.data).all():
        return None
    return PlainTable(taken, taken.shape[1], 0)


def _of_frame(frame: pd.DataFrame) -> PlainTable | None:
    columns = [read_column(frame[place]) for place in frame.columns]
    numbers = [_tamed(column.numbers) for column in columns if column.numbers is not None]
    codes = [column.codes for column in columns if _is_of_use(column) and column.codes is not None]
    if not numbers and not codes:
        return None
    values = np.column_stack([*numbers, *(each.astype(np.float64) for each in codes)])
    return PlainTable(values, len(numbers), len(codes))


def _is_of_use(column: SampledColumn) -> bool:
    if column.kind not in (ColumnKind.CATEGORICAL, ColumnKind.MIXED) or column.codes is None:
        return False
    return len(np.unique(column.codes)) <= max(2.0, MAX_DISTINCT_SHARE * len(column.codes))


def _tamed(numbers: Floats) -> Floats:
    """No infinities, and nothing whose square is one."""
    return np.clip(np.where(np.isinf(numbers), np.nan, numbers), -HUGE, HUGE)

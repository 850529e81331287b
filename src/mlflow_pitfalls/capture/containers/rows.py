"""Bounded copies of a container's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.shapes import column_names, default_name, shape_of
from mlflow_pitfalls.capture.containers.values import one_dimensional, plain_array, vector_of_list

if TYPE_CHECKING:
    import pandas as pd

Positions = npt.NDArray[np.intp]

MAX_COLUMNS = 2_000
# Formats of SciPy sparse without row indexing are converted first, a copy, only up to this many stored values.
MAX_CONVERTED_VALUES = 20_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A bounded copy of a table's rows.

    Attributes:
        frame: The copied rows; columns are labelled 0, 1, … by position, the index is 0, 1, …
        names: The columns' names, as long as ``frame`` is wide.
        rows: Rows of the whole table.
        columns: Columns of the whole table.
        positions: Which rows were taken, ascending.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    rows: int
    columns: int
    positions: Positions


def sample_positions(rows: int, size: int, seed: int) -> Positions:
    """Row positions of a simple random sample without replacement, ascending; all of them where ``rows <= size``."""
    if rows <= size:
        return np.arange(max(rows, 0), dtype=np.intp)
    generator = np.random.default_rng(seed)
    return np.sort(generator.choice(rows, size=size, replace=False, shuffle=False)).astype(np.intp, copy=False)


def take_sample(data: Any, *, positions: Positions, max_columns: int = MAX_COLUMNS) -> Sample | None:
    """Copy these rows into a pandas frame.

    Args:
        data: A table in any container; only the rows asked for are read.
        positions: Row positions, ascending, each within the table.
        max_columns: Columns beyond the first so many are left out.

    Returns:
        None where the container is not supported, or its rows cannot be had.
    """
    shape = shape_of(data)
    if shape is None:
        return None
    try:
        frame = _frame(data, positions, max_columns)
    except Exception:  # noqa: BLE001 - foreign containers raise what they like; the profile then says "not read"
        return None
    if frame is None or len(frame) != len(positions):
        return None
    width = frame.shape[1]
    frame = frame.set_axis(range(width), axis=1).set_axis(range(len(frame)), axis=0)
    names = column_names(data, max_columns=width) or tuple(default_name(i) for i in range(width))
    return Sample(frame, names, shape[0], shape[1], positions)


def _frame(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame | None:
    reader = _READERS[family_of(data)]
    return reader(data, positions, max_columns)


def _frame_of_pandas(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame:
    import pandas as pd

    taken = data.iloc[positions, :max_columns]
    is_whole = len(positions) == len(data)  # then pandas gives a view, and copies at the user's next write
    return pd.DataFrame(taken.copy() if is_whole else taken)


def _frame_of_series(data: Any, positions: Positions, _max_columns: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({0: pd.Series(data.take(positions), copy=True).reset_index(drop=True)})


def _frame_of_sparse(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(_sparse_rows(data, positions, max_columns).toarray(), copy=False)


def _frame_of_array(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame:
    import pandas as pd

    if data.dtype.names:
        fields = data.dtype.names[:max_columns]
        return pd.DataFrame({i: one_dimensional(data[field][positions]) for i, field in enumerate(fields)})
    taken = data[positions, :max_columns] if data.ndim == 2 else data[positions].reshape(-1, 1)
    plain = plain_array(taken)
    return pd.DataFrame(plain, dtype=object if plain.dtype == object else None, copy=False)


def _sparse_rows(data: Any, positions: Positions, max_columns: int | None = None) -> Any:
    if data.format not in ("csr", "csc", "lil"):
        if data.nnz > MAX_CONVERTED_VALUES:
            raise ValueError("too many values to convert")
        data = data.tocsr()
    if max_columns is not None and data.shape[1] > max_columns:
        data = data[:, :max_columns]
    return data[positions]


def _frame_of_table(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame:
    import narwhals
    import pandas as pd

    table = narwhals.from_native(data, eager_only=True)
    taken = table[positions, list(range(min(max_columns, table.shape[1])))]
    columns = (taken.get_column(name) for name in taken.columns)
    return pd.DataFrame({i: pd.Series(_plain_column(column)) for i, column in enumerate(columns)})


def _frame_of_table_column(data: Any, positions: Positions, _max_columns: int) -> pd.DataFrame:
    import narwhals
    import pandas as pd

    return pd.DataFrame({0: pd.Series(_plain_column(narwhals.from_native(data, series_only=True)[positions]))})


def _plain_column(column: Any) -> Any:
    """A narwhals series as pandas; what pandas has no counterpart for becomes Python objects."""
    try:
        return column.to_pandas().reset_index(drop=True)
    except Exception:  # noqa: BLE001 - nested and exotic types differ by library
        values = np.empty(len(column), dtype=object)
        values[:] = column.to_list()
        return values


def _frame_of_sequence(data: Any, positions: Positions, max_columns: int) -> pd.DataFrame | None:
    import pandas as pd

    rows = [data[i] for i in positions.tolist()]
    if not rows:
        return pd.DataFrame()
    if family_of(rows[0]) is Family.UNSUPPORTED:
        return pd.DataFrame({0: vector_of_list(rows)})
    lists = [list(row)[:max_columns] for row in rows]
    if len({len(row) for row in lists}) != 1:
        return None
    return pd.DataFrame({i: vector_of_list([row[i] for row in lists]) for i in range(len(lists[0]))})


_READERS: dict[Family, Callable[[Any, Positions, int], pd.DataFrame | None]] = {
    Family.PANDAS_FRAME: _frame_of_pandas,
    Family.PANDAS_SERIES: _frame_of_series,
    Family.ARRAY: _frame_of_array,
    Family.SPARSE: _frame_of_sparse,
    Family.TABLE: _frame_of_table,
    Family.TABLE_COLUMN: _frame_of_table_column,
    Family.SEQUENCE: _frame_of_sequence,
}


def take_rows(data: Any, positions: Positions) -> Any:
    """These rows in the same kind of container, copied: what an estimator can be called with.

    Raises:
        TypeError: The container is not supported.
    """
    family = family_of(data)
    if family is Family.PANDAS_FRAME:
        return data.iloc[positions].copy()
    if family is Family.PANDAS_SERIES:
        taken = data.take(positions)
        return taken.copy()
    if family is Family.ARRAY:
        return np.array(data[positions], subok=not isinstance(data, np.memmap))
    if family is Family.SPARSE:
        return _sparse_rows(data, positions)
    if family in (Family.TABLE, Family.TABLE_COLUMN):
        import narwhals

        return narwhals.from_native(data, eager_only=True, allow_series=True)[positions].to_native()
    if family is Family.SEQUENCE:
        return [data[i] for i in positions.tolist()]
    raise TypeError(f"rows of a {type(data).__name__} cannot be taken")

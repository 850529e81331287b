"""Counts and moments over all rows of a container, read in bounded chunks and never copied whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import take_sample
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.values import unmasked
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, holds_numbers, object_numbers
from mlflow_pitfalls.capture.profile.moments import Moments, Reader, moments_of_columns, moments_of_matrix
from mlflow_pitfalls.capture.profile.sparse import moments_of_sparse

# Larger tables are measured on the sample, so that the time of a profile stays bounded.
MAX_EXACT_CELLS = 150_000_000
# Cells of lists of Python objects that are converted, each of them slowly.
MAX_LISTED_CELLS = 100_000

Source = tuple[Callable[[], int], Reader | None]


def exact_moments(data: Any, columns: Sequence[SampledColumn], rows: int) -> Moments | None:
    """Counts for every column and moments for the numeric ones, over all rows.

    Args:
        data: The whole table.
        columns: Its first columns as the sample showed them; they decide how each is read.
        rows: How many rows there are.

    Returns:
        None where the table is too large, is a file mapped into memory, or cannot be read in chunks.
    """
    if rows * len(columns) > MAX_EXACT_CELLS or _is_mapped(data):
        return None
    family = family_of(data)
    try:
        if family is Family.SEQUENCE:
            return _moments_of_lists(data, columns, rows)
        if family is Family.SPARSE:
            return moments_of_sparse(data, len(columns))
        if _is_row_major_matrix(data, family):
            return moments_of_matrix(data, len(columns))
        sources = _sources(data, family, columns)
        return None if sources is None else _moments_of_sources(sources, rows)
    except Exception:  # noqa: BLE001 - foreign containers raise what they like; the sample then stands in
        return None


def _moments_of_lists(data: Any, columns: Sequence[SampledColumn], rows: int) -> Moments | None:
    if rows * len(columns) > MAX_LISTED_CELLS:
        return None
    whole = take_sample(data, positions=np.arange(rows), max_columns=len(columns))
    return None if whole is None else exact_moments(whole.frame, columns, rows)


def _is_mapped(data: Any) -> bool:
    return isinstance(data, np.memmap) or isinstance(getattr(data, "base", None), np.memmap)


def _is_row_major_matrix(data: Any, family: Family) -> bool:
    return (
        family is Family.ARRAY
        and not isinstance(data, np.ma.MaskedArray)
        and data.ndim == 2
        and data.dtype.kind in "biuf"
        and abs(data.strides[0]) > abs(data.strides[1])
    )


def _moments_of_sources(sources: Sequence[Source], rows: int) -> Moments:
    numeric = [i for i, (_, read) in enumerate(sources) if read is not None]
    readers = [read for _, read in sources if read is not None]
    measured = moments_of_columns(readers, rows)
    moments = Moments(len(sources))
    for name in ("finite", "missing", "infinite", "mean", "second", "third", "low", "high"):
        getattr(moments, name)[numeric] = getattr(measured, name)
    for i, (missing, read) in enumerate(sources):
        if read is None:
            moments.missing[i] = missing()
    return moments


def _sources(data: Any, family: Family, columns: Sequence[SampledColumn]) -> list[Source] | None:
    if family is Family.PANDAS_FRAME:
        series = (column for _, column in zip(columns, (c for _, c in data.items()), strict=False))
        return [_source_of_series(one, column) for one, column in zip(series, columns, strict=True)]
    if family is Family.PANDAS_SERIES:
        import pandas as pd

        return [_source_of_series(pd.Series(data, copy=False), columns[0])]
    if family is Family.ARRAY:
        return [_source_of_array(_array_column(data, i), column) for i, column in enumerate(columns)]
    if family in (Family.TABLE, Family.TABLE_COLUMN):
        return _sources_of_table(data, family, columns)
    return None


def _array_column(data: Any, position: int) -> npt.NDArray[Any]:
    if data.dtype.names:
        return np.asarray(data[data.dtype.names[position]])
    column: npt.NDArray[Any] = data[:, position] if data.ndim == 2 else data
    return column


def _source_of_array(values: npt.NDArray[Any], column: SampledColumn) -> Source:
    if isinstance(values, np.ma.MaskedArray):
        return lambda: int(np.ma.getmaskarray(values).sum()), (
            (lambda start, stop: unmasked(values[start:stop])) if column.kind.is_numeric else None
        )
    # The sample may have met numbers only where the whole column holds text as well.
    if not column.kind.is_numeric or (values.dtype == object and not holds_numbers(values)):
        return (lambda: _missing_in_array(values)), None
    if values.dtype == object:
        return (lambda: 0), lambda start, stop: object_numbers(values[start:stop])
    return (lambda: 0), lambda start, stop: values[start:stop]


def _missing_in_array(values: npt.NDArray[Any]) -> int:
    import pandas as pd

    if values.dtype.kind in "biuUSV":
        return 0
    return int(np.asarray(pd.isna(values)).sum())


def _source_of_series(series: Any, column: SampledColumn) -> Source:
    import pandas as pd

    if isinstance(series.dtype, np.dtype):
        return _source_of_array(series.to_numpy(), column)
    if not column.kind.is_numeric:
        return (lambda: int(series.isna().sum())), None
    values = series.array
    if isinstance(series.dtype, pd.SparseDtype) or not pd.api.types.is_numeric_dtype(series.dtype):
        return (lambda: 0), lambda start, stop: np.asarray(values[start:stop], dtype=np.float64)
    return (lambda: 0), lambda start, stop: values[start:stop].to_numpy(dtype=np.float64, na_value=np.nan)


def _sources_of_table(data: Any, family: Family, columns: Sequence[SampledColumn]) -> list[Source]:
    import narwhals

    if family is Family.TABLE_COLUMN:
        return [_source_of_table_column(narwhals.from_native(data, series_only=True), columns[0])]
    table = narwhals.from_native(data, eager_only=True)
    names = table.columns[: len(columns)]
    return [_source_of_table_column(table.get_column(n), c) for n, c in zip(names, columns, strict=True)]


def _source_of_table_column(values: Any, column: SampledColumn) -> Source:
    import narwhals

    if not column.kind.is_numeric:
        return (lambda: int(values.null_count())), None
    return (lambda: 0), lambda start, stop: values[start:stop].cast(narwhals.Float64).to_numpy()

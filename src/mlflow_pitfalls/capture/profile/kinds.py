"""What the columns of a sample hold, as numbers or as codes of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_ARRAY_KINDS = {
    "b": ColumnKind.BOOLEAN,
    "i": ColumnKind.INTEGER,
    "u": ColumnKind.INTEGER,
    "f": ColumnKind.FLOAT,
    "M": ColumnKind.DATETIME,
    "m": ColumnKind.TIMEDELTA,
}
# What pandas.api.types.infer_dtype calls the content of an object array.
_OBJECT_KINDS = {
    "boolean": ColumnKind.BOOLEAN,
    "integer": ColumnKind.INTEGER,
    "floating": ColumnKind.FLOAT,
    "mixed-integer-float": ColumnKind.FLOAT,
    "decimal": ColumnKind.FLOAT,
    "datetime": ColumnKind.DATETIME,
    "datetime64": ColumnKind.DATETIME,
    "date": ColumnKind.DATETIME,
    "timedelta": ColumnKind.TIMEDELTA,
    "timedelta64": ColumnKind.TIMEDELTA,
    "string": ColumnKind.CATEGORICAL,
    "bytes": ColumnKind.CATEGORICAL,
    "empty": ColumnKind.CATEGORICAL,
}
_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)


@dataclass(frozen=True, slots=True)
class SampledColumn:
    """One column of a sample.

    Attributes:
        kind: What it holds.
        missing: Which rows are missing.
        numbers: Values as float64 with NaN where missing: numbers, booleans as 0 and 1, dates and times in
            microseconds; None for the other kinds.
        codes: Position of each row's value in ``values``, −1 where missing; None for numbers and for OTHER.
        values: The distinct values that ``codes`` points at.
    """

    kind: ColumnKind
    missing: npt.NDArray[np.bool_]
    numbers: Floats | None = None
    codes: Codes | None = None
    values: Any = None


def read_column(column: pd.Series[Any]) -> SampledColumn:
    """Tell a sampled column's kind and bring it into numbers or codes. Never raises: what fails is OTHER."""
    try:
        return _read(column)
    except Exception:  # noqa: BLE001 - foreign values and dtypes raise what they like
        return SampledColumn(ColumnKind.OTHER, _missing(column))


def _missing(column: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    try:
        return column.isna().to_numpy(dtype=bool)
    except Exception:  # noqa: BLE001 - as above
        return np.zeros(len(column), dtype=bool)


def _read(column: pd.Series[Any]) -> SampledColumn:
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, np.dtype | pd.SparseDtype):
        return _read_array(np.asarray(column))
    if isinstance(dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.intp)
        return SampledColumn(ColumnKind.CATEGORICAL, codes < 0, codes=codes, values=column.cat.categories)
    return _read_extension(column, dtype)


def _read_extension(column: pd.Series[Any], dtype: Any) -> SampledColumn:
    import pandas as pd

    types = pd.api.types
    if types.is_numeric_dtype(dtype):  # nullable and Arrow, booleans among them
        return _numeric(_numeric_kind(dtype), column.to_numpy(dtype=np.float64, na_value=np.nan))
    if types.is_datetime64_any_dtype(dtype):
        return _read_array(column.to_numpy(dtype="M8[us]"))
    if types.is_string_dtype(dtype):
        return _coded(ColumnKind.CATEGORICAL, column)
    return _read_array(column.to_numpy(dtype=object))


def _numeric_kind(dtype: Any) -> ColumnKind:
    import pandas as pd

    if pd.api.types.is_bool_dtype(dtype):
        return ColumnKind.BOOLEAN
    return ColumnKind.INTEGER if pd.api.types.is_integer_dtype(dtype) else ColumnKind.FLOAT


def _read_array(values: npt.NDArray[Any]) -> SampledColumn:
    import pandas as pd

    if values.dtype == object:
        return _read_objects(values)
    kind = _ARRAY_KINDS.get(values.dtype.kind, ColumnKind.OTHER)
    if kind is ColumnKind.OTHER:
        return SampledColumn(kind, np.asarray(pd.isna(values)))
    return _numeric(kind, _microseconds(values) if values.dtype.kind in "mM" else values.astype(np.float64))


def _numeric(kind: ColumnKind, numbers: Floats) -> SampledColumn:
    return SampledColumn(kind, np.isnan(numbers), numbers=numbers)


def _microseconds(values: npt.NDArray[Any]) -> Floats:
    numbers = values.astype(f"{values.dtype.kind}8[us]").view(np.int64).astype(np.float64)
    numbers[np.isnat(values)] = np.nan
    return numbers


def _read_objects(values: npt.NDArray[Any]) -> SampledColumn:
    import pandas as pd

    content = pd.api.types.infer_dtype(values, skipna=True)
    kind = _OBJECT_KINDS.get(content) or _mixture(values)
    missing = np.asarray(pd.isna(values))
    if kind is ColumnKind.OTHER:
        return SampledColumn(kind, missing)
    if kind in (ColumnKind.DATETIME, ColumnKind.TIMEDELTA):
        parse = pd.to_datetime if kind is ColumnKind.DATETIME else pd.to_timedelta
        return _read(parse(pd.Series(values)))
    if kind in (ColumnKind.CATEGORICAL, ColumnKind.MIXED):
        return _coded(kind, values)
    return _numeric(kind, object_numbers(values))


def _mixture(values: npt.NDArray[Any]) -> ColumnKind:
    """MIXED for numbers and text, OTHER where anything else stands among them. Cells are told by type() alone."""
    import pandas as pd

    present = values[~np.asarray(pd.isna(values))]
    kinds = {type(value) for value in present}
    return ColumnKind.MIXED if all(issubclass(kind, (*_NUMBERS, str)) for kind in kinds) else ColumnKind.OTHER


def holds_numbers(values: npt.NDArray[Any]) -> bool:
    """Whether all present values of an object array are real numbers."""
    import pandas as pd

    kind = _OBJECT_KINDS.get(pd.api.types.infer_dtype(values, skipna=True))
    return kind is not None and (kind.is_numeric or kind is ColumnKind.BOOLEAN)


def object_numbers(values: npt.NDArray[Any]) -> Floats:
    """Numbers held as objects as float64, NaN where missing.

    Raises:
        TypeError: There is something else than numbers.
        ValueError: Likewise.
    """
    import pandas as pd

    numbers = np.full(len(values), np.nan)
    present = ~np.asarray(pd.isna(values))
    numbers[present] = values[present].astype(np.float64)
    return numbers


def _coded(kind: ColumnKind, values: Any) -> SampledColumn:
    import pandas as pd

    codes, uniques = pd.factorize(values)
    codes = codes.astype(np.intp)
    return SampledColumn(kind, codes < 0, codes=codes, values=uniques)

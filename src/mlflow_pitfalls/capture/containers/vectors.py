"""Label vectors as NumPy arrays of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.rows import take_sample
from mlflow_pitfalls.capture.containers.shapes import shape_of
from mlflow_pitfalls.capture.containers.values import Vector, unmasked, vector_of_list

if TYPE_CHECKING:
    import pandas as pd


def as_vector(y: Any) -> Vector | None:
    """One-dimensional labels as an array of our own: numbers, booleans, text or objects.

    Missing labels are NaN among numbers, and None, NaN or ``pandas.NA`` among objects.

    Returns:
        None for several outputs, and for what is not supported.
    """
    shape = shape_of(y)
    if shape is None or (shape[1] != 1 and shape != (0, 0)):
        return None
    try:
        return _vector(y)
    except Exception:  # noqa: BLE001 - foreign containers raise what they like
        return None


def _vector(y: Any) -> Vector | None:
    import pandas as pd

    family = family_of(y)
    if family is Family.ARRAY and not y.dtype.names:
        plain = unmasked(y) if isinstance(y, np.ma.MaskedArray) else np.array(y, subok=False)
        return plain.reshape(-1)
    if family is Family.SEQUENCE:
        values = list(y)
        if values and family_of(values[0]) is not Family.UNSUPPORTED:
            values = [value[0] for value in values]
        return vector_of_list(values)
    if family is Family.PANDAS_FRAME:
        return vector_of_series(y.iloc[:, 0])
    if family is Family.PANDAS_SERIES:
        return vector_of_series(pd.Series(y, copy=False))
    whole = take_sample(y, positions=np.arange(len(y) if family is not Family.SPARSE else y.shape[0]))
    return None if whole is None or whole.frame.shape[1] != 1 else vector_of_series(whole.frame[0])


def vector_of_series(series: pd.Series[Any]) -> Vector:
    """A pandas Series as an array of our own: numbers and booleans where all are, objects otherwise."""
    import pandas as pd

    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return np.array(series.to_numpy(), copy=True)
    if isinstance(dtype, pd.CategoricalDtype):
        return np.array(np.asarray(series), copy=True)
    if pd.api.types.is_bool_dtype(dtype) and not series.isna().any():
        return series.to_numpy(dtype=bool, copy=True)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return _numeric_vector(series)
    return np.array(series.to_numpy(dtype=object), copy=True)


def _numeric_vector(series: pd.Series[Any]) -> Vector:
    import pandas as pd

    if series.isna().any() or not pd.api.types.is_integer_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    unsigned = pd.api.types.is_unsigned_integer_dtype(series.dtype)
    return series.to_numpy(dtype=np.uint64 if unsigned else np.int64, copy=True)

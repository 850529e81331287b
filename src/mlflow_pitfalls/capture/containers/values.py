"""Arrays of our own made of foreign values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[Any]

_PLAIN_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)


def plain_array(values: Any) -> Vector:
    """A base-class array that owns its data, in a dtype that pandas takes; masked values become missing."""
    if isinstance(values, np.ma.MaskedArray):
        values = unmasked(values)
    plain = np.array(values, subok=False)
    if plain.dtype == np.longdouble and plain.dtype != np.float64:
        with np.errstate(all="ignore"):
            return plain.astype(np.float64)
    if plain.dtype == np.float16:
        return plain.astype(np.float32)
    if plain.dtype.kind in "USVT":
        return plain.astype(object)
    if plain.dtype.kind in "biufcmMO":
        return plain.astype(plain.dtype.newbyteorder("="), copy=False)
    return plain.astype(object)


def unmasked(values: np.ma.MaskedArray[Any, Any]) -> Vector:
    """A masked array as a plain one: NaN, NaT or None where masked."""
    mask = np.ma.getmaskarray(values)
    data = np.array(values.data, subok=False)
    if not mask.any():
        return data
    if data.dtype.kind in "biu":
        data = data.astype(np.float64)
    elif data.dtype.kind not in "fcmM":
        data = data.astype(object)
    if data.dtype.kind in "mM":
        data[mask] = "NaT"
    else:
        data[mask] = None if data.dtype == object else np.nan
    return data


def vector_of_list(values: list[Any]) -> Vector:
    """A list as a numeric array where all are numbers, as objects otherwise: text and numbers are not blended."""
    if values and all(isinstance(value, _PLAIN_NUMBERS) for value in values):
        kinds = {isinstance(value, bool | np.bool_) for value in values}
        if len(kinds) == 1:
            numbers = np.asarray(values)
            if numbers.ndim == 1 and numbers.dtype.kind in "biuf":
                return numbers
    objects = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        objects[i] = value
    return objects


def one_dimensional(values: Any) -> Vector:
    """As :func:`plain_array`; a field that holds an array in each row becomes a column of lists."""
    plain = plain_array(values)
    return plain if plain.ndim == 1 else vector_of_list([row.tolist() for row in plain])

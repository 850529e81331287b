"""Cells to 64-bit words that are equal for equal values, whatever container and dtype they came in.

Numbers count by their value as float32 (so that a float64 frame matches its float32 copy) or, where ``exact``, as
float64. Every missing value is the same word. Text counts by its characters. What cannot be compared safely (lists,
dicts, objects with their own ``__eq__``) gets a word by its position: it is equal to the same place of a copy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Words = npt.NDArray[np.uint64]

# Odd 64-bit constants of the splitmix64 and xxHash64 generators: multiplication by them spreads every bit.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SECOND_MULTIPLIER = np.uint64(0xBF58476D1CE4E5B9)
_OPAQUE_SALT = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF_WORD = np.uint64(32)
_SHIFT = np.uint64(29)

_NUMBER_WORDS = frozenset({"integer", "floating", "mixed-integer-float", "boolean", "decimal", "empty"})
_DATE_WORDS = frozenset({"datetime64", "datetime", "date", "timedelta64", "timedelta"})
_REAL_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)


def number_words(values: npt.NDArray[Any], *, exact: bool = False) -> Words:
    """Words of real numbers, in the shape of ``values``; −0.0 equals 0.0 and every NaN equals every other."""
    plain: npt.NDArray[Any]
    with np.errstate(all="ignore"):
        plain = np.array(values, dtype=np.float64 if exact else np.float32, order="K")
        plain += 0.0  # turns -0.0 into 0.0
    missing = np.isnan(plain)
    if missing.any():
        plain[missing] = np.nan
    words: Words = plain.view(np.uint64) if exact else plain.view(np.uint32).astype(np.uint64)
    return words


def mixed_words(words: Words) -> Words:
    """Spread the bits of each word, in place; the same input gives the same output."""
    words *= _MULTIPLIER
    words ^= words >> _SHIFT
    return words


def finished(words: Words) -> Words:
    """A last mix after sums, so that any bits of a hash may be used alone."""
    words ^= words >> _HALF_WORD
    words *= _SECOND_MULTIPLIER
    words ^= words >> _SHIFT
    return words


def frame_words(frame: pd.DataFrame, *, exact: bool = False) -> Words:
    """Words of every cell, shape (rows, columns)."""
    plain = frame.to_numpy() if _is_numeric(frame) else None
    if plain is not None and plain.dtype.kind in "biuf":
        return number_words(plain, exact=exact)
    words = np.empty(frame.shape, dtype=np.uint64, order="F")
    for i, (_, column) in enumerate(frame.items()):
        words[:, i] = column_words(column, exact=exact)
    return words


def _is_numeric(frame: pd.DataFrame) -> bool:
    return all(isinstance(dtype, np.dtype) and dtype.kind in "iuf" for dtype in frame.dtypes)


def column_words(column: pd.Series[Any], *, exact: bool = False) -> Words:
    """Words of one column's cells. Never raises."""
    try:
        return _column_words(column, exact)
    except Exception:  # noqa: BLE001 - foreign values and dtypes raise what they like
        return _opaque_words(len(column))


def _column_words(column: pd.Series[Any], exact: bool) -> Words:
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return _array_words(column.to_numpy(), exact)
    if isinstance(dtype, pd.CategoricalDtype):
        words = column_words(pd.Series(column.cat.categories), exact=exact)
        return np.append(words, _missing_word(exact))[column.cat.codes.to_numpy()]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return _time_words(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), exact)
    if pd.api.types.is_numeric_dtype(dtype):
        return number_words(column.to_numpy(dtype=np.float64, na_value=np.nan), exact=exact)
    if pd.api.types.is_string_dtype(dtype):
        codes, values = pd.factorize(column)
        return np.append(_text_words(np.asarray(values, dtype=object)), _missing_word(exact))[codes]
    return _array_words(column.to_numpy(dtype=object), exact)


def _array_words(values: npt.NDArray[Any], exact: bool) -> Words:
    kind = values.dtype.kind
    if kind in "biuf":
        return number_words(values, exact=exact)
    if kind in "mM":
        return _time_words(values, exact)
    if kind == "c":
        return mixed_words(number_words(values.real, exact=exact)) ^ number_words(values.imag, exact=exact)
    return _object_words(values.astype(object, copy=False), exact)


def _time_words(values: npt.NDArray[Any], exact: bool) -> Words:
    unit = "M8[us]" if values.dtype.kind == "M" else "m8[us]"
    words = values.astype(unit).view(np.int64).view(np.uint64).copy()
    words[np.isnat(values)] = _missing_word(exact)
    return words


def _object_words(values: npt.NDArray[Any], exact: bool) -> Words:
    import pandas as pd

    content = pd.api.types.infer_dtype(values, skipna=True)
    missing = np.asarray(pd.isna(values))
    if content in _NUMBER_WORDS:
        numbers = np.full(len(values), np.nan)
        numbers[~missing] = values[~missing].astype(np.float64)
        return number_words(numbers, exact=exact)
    if content in _DATE_WORDS:
        kind = pd.to_timedelta if content.startswith("timedelta") else pd.to_datetime
        return _time_words(np.asarray(kind(pd.Series(values)).to_numpy()), exact)
    return _mixed_object_words(values, missing, exact)


def _mixed_object_words(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_], exact: bool) -> Words:
    words = _opaque_words(len(values))
    words[missing] = _missing_word(exact)
    # By type(), as a foreign object may lie in its __class__ or raise there.
    is_text = np.fromiter((issubclass(type(value), str | bytes) for value in values), bool, len(values))
    is_number = np.fromiter((issubclass(type(value), _REAL_NUMBERS) for value in values), bool, len(values))
    is_number &= ~missing
    words[is_number] = number_words(values[is_number].astype(np.float64), exact=exact)
    words[is_text] = _text_words(values[is_text])
    return words


def _text_words(values: npt.NDArray[Any]) -> Words:
    import pandas as pd

    try:
        return np.asarray(pd.util.hash_array(values, categorize=True), dtype=np.uint64)
    except (UnicodeError, TypeError, ValueError):
        escaped = np.empty(len(values), dtype=object)
        for i, value in enumerate(values):
            escaped[i] = _escaped(value)
        return np.asarray(pd.util.hash_array(escaped, categorize=True), dtype=np.uint64)


def _escaped(value: str | bytes) -> str:
    """Text without lone surrogates; other text stays as it is, and so does its hash."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str.encode(value, "utf-8", "backslashreplace").decode("utf-8")


def _opaque_words(rows: int) -> Words:
    return mixed_words(np.arange(rows, dtype=np.uint64) ^ _OPAQUE_SALT)


def _missing_word(exact: bool) -> np.uint64:
    return np.uint64(number_words(np.array([np.nan]), exact=exact)[0])

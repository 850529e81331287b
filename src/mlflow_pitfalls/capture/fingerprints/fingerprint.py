"""Fingerprints by which the same content is recognised in another container, and hashes of rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import shape_of, take_sample
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.fingerprints.chance import chance_of_match
from mlflow_pitfalls.capture.fingerprints.hashing import (
    Words,
    column_words,
    finished,
    frame_words,
    mixed_words,
    number_words,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["chance_of_match", "column_digests", "content_digest", "evenly_spaced", "row_hashes"]

# With 48 rows, half of all label vectors with 1 % positives would share a fingerprint; the number of rows must not
# depend on the number of columns, as a selection of columns is matched with its whole.
DIGEST_ROWS = 512
MAX_DIGEST_COLUMNS = 256
_DIGEST_LENGTH = 16
# Cells hashed at once: what fits into a core's second-level cache.
_CHUNK_CELLS = 32_768
_KEY_SEED = 0x5EED


def content_digest(data: Any, *, rows: int = DIGEST_ROWS) -> str:
    """A fingerprint of shape and content, equal for equal content in another container or float width.

    Args:
        data: A table or a label vector.
        rows: Evenly spaced rows that are read.

    Returns:
        16 hexadecimal digits; empty where the container is not supported.
    """
    shape = shape_of(data)
    digests = column_digests(data, rows=rows)
    if shape is None or not digests:
        return ""
    content = np.array((*shape, *digests), dtype=np.uint64).tobytes()
    return hashlib.blake2b(content, digest_size=_DIGEST_LENGTH // 2).hexdigest()


def column_digests(data: Any, *, rows: int = DIGEST_ROWS) -> tuple[int, ...]:
    """Fingerprints of the first 256 columns' evenly spaced rows, in row order; 0 for a constant column.

    Two tables of as many rows hold the same rows where two columns that are not constant agree.

    Args:
        data: A table or a label vector.
        rows: Evenly spaced rows that are read.

    Returns:
        Unsigned 64-bit numbers; empty where the container is not supported or has no rows.
    """
    shape = shape_of(data)
    if shape is None or min(shape) == 0:
        return ()
    sample = take_sample(data, positions=evenly_spaced(shape[0], rows), max_columns=MAX_DIGEST_COLUMNS)
    if sample is None or sample.frame.empty:
        return ()
    words = frame_words(sample.frame)
    constant = (words == words[0]).all(axis=0)
    digests = finished(_keys(len(words)) @ mixed_words(words))
    digests[constant] = 0
    return tuple(digests.tolist())


def row_hashes(data_or_frame: Any, *, max_rows: int, exact: bool = False) -> Words:
    """One hash for each row, equal for equal rows in any container.

    Args:
        data_or_frame: A table or a label vector.
        max_rows: Of a longer table, so many evenly spaced rows are hashed.
        exact: Tell numbers apart that differ as float64 only; tables of another float width then no longer match.

    Returns:
        Shape (min(rows, max_rows),); empty where the container is not supported.
    """
    shape = shape_of(data_or_frame)
    if shape is None or min(shape) == 0:
        return np.empty(0, dtype=np.uint64)
    positions = evenly_spaced(shape[0], max_rows)
    whole = len(positions) == shape[0]
    if whole and _is_plain_matrix(data_or_frame):
        return _hashes_of_matrix(data_or_frame, exact)
    if whole and family_of(data_or_frame) is Family.PANDAS_FRAME:
        return hashes_of_frame(data_or_frame, exact=exact)
    sample = take_sample(data_or_frame, positions=positions)
    return np.empty(0, dtype=np.uint64) if sample is None else hashes_of_frame(sample.frame, exact=exact)


def hashes_of_frame(frame: pd.DataFrame, *, exact: bool = False) -> Words:
    """Row hashes of a pandas frame, column by column."""
    keys = _keys(frame.shape[1])
    total = np.zeros(len(frame), dtype=np.uint64)
    for key, (_, column) in zip(keys, frame.items(), strict=True):
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
            _add_numbers(total, column.to_numpy(), key, exact)
            continue
        words = mixed_words(column_words(column, exact=exact))
        words *= key
        total += words
    return finished(total)


def _add_numbers(total: Words, values: npt.NDArray[Any], key: np.uint64, exact: bool) -> None:
    """Add a numeric column's words to the rows' sums, in chunks that stay in the cache."""
    for start in range(0, len(values), _CHUNK_CELLS):
        chunk = slice(start, start + _CHUNK_CELLS)
        words = mixed_words(number_words(values[chunk], exact=exact))
        words *= key
        total[chunk] += words


def _hashes_of_matrix(values: npt.NDArray[Any], exact: bool) -> Words:
    """As :func:`hashes_of_frame`, in chunks of rows that stay in the cache."""
    keys = _keys(values.shape[1])
    step = max(1, _CHUNK_CELLS // max(1, values.shape[1]))
    total = np.empty(len(values), dtype=np.uint64)
    for start in range(0, len(values), step):
        chunk = np.asarray(values[start : start + step])
        total[start : start + step] = mixed_words(number_words(chunk, exact=exact)) @ keys
    return finished(total)


def _is_plain_matrix(data: Any) -> bool:
    return (
        family_of(data) is Family.ARRAY
        and not isinstance(data, np.ma.MaskedArray)
        and data.ndim == 2
        and data.dtype.kind in "biuf"
    )


def evenly_spaced(rows: int, size: int) -> npt.NDArray[np.intp]:
    """At most ``size`` row positions from the first row to the last; all where there are no more."""
    if rows <= size:
        return np.arange(rows, dtype=np.intp)
    return np.linspace(0, rows - 1, size).astype(np.intp)


def _keys(count: int) -> Words:
    """Odd multipliers, the same in every process; the first ones do not depend on how many are asked for."""
    generator = np.random.Generator(np.random.PCG64(_KEY_SEED))
    return generator.integers(0, 2**64, size=count, dtype=np.uint64) | np.uint64(1)

"""Whether equal rows are twins by nature, which come with near twins, or copies, which come without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.fingerprints.chance import MAX_COLUMNS, MAX_ROWS
from mlflow_pitfalls.capture.fingerprints.hashing import Words, frame_words

if TYPE_CHECKING:
    import pandas as pd

Counts = npt.NDArray[np.int64]

_MAX_CELLS = 40_000_000  # that are compared: some 40 ms
_MAX_OTHER = 400
_MIN_COLUMNS = 3  # of fewer, nothing can be told from those that differ
_WIDE_STEP = 2  # columns that go in pairs (a level's indicator and another's) differ in pairs
_COLUMNS_PER_STEP = 4  # farther than a fourth of the columns is no near twin
_COPIES = 0.2  # of the equal pairs are natural; below, the others are copies
_MIN_DISTINCT_SHARE = 0.5  # of training rows; below, each row stands there so often that rows are values


def natural_part(train: pd.DataFrame, other: pd.DataFrame) -> float | None:
    """How many of the equal pairs of rows the pairs that differ in a few columns lead one to expect.

    Where two people share age, class and fare by chance, many more differ in one of the three; two exports of the same
    rows differ in none. Of f1 pairs that differ in one column and f2 that differ in two, about f1² / f2 that differ in
    none follow (the estimate of a class that cannot be seen: Chao 1984, Scand. J. Statist. 11), and copies do not
    change that number, unlike the frequencies of the rows. The same over one or two columns against three or four, for
    tables whose columns go in pairs.

    Args:
        train: A sample of the training rows.
        other: Rows that are looked up, with as many columns.

    Returns:
        0..1 of the equal pairs; None where nothing can be told: no equal pair, few columns, or training rows that
        mostly repeat each other.
    """
    columns = min(train.shape[1], MAX_COLUMNS)
    if train.empty or other.empty or train.shape[1] != other.shape[1] or columns < _MIN_COLUMNS:
        return None
    words = frame_words(_spaced(train, MAX_ROWS))[:, :columns]
    if _mostly_repeats(words):
        return None
    others = frame_words(_spaced(other, _rows_looked_up(words)))[:, :columns]
    return _part(_pairs_by_difference(words, others))


def natural_part_within(words: Words) -> float | None:
    """The same among the rows of one table.

    Args:
        words: Words of a sample's cells, shape (sampled rows, columns).
    """
    words = words[_spaced_positions(len(words), MAX_ROWS), :MAX_COLUMNS]
    if len(words) < 2 or words.shape[1] < _MIN_COLUMNS or _mostly_repeats(words):
        return None
    others = words[_spaced_positions(len(words), _rows_looked_up(words))]
    pairs = _pairs_by_difference(words, others)
    pairs[0] -= len(others)  # each with itself
    return _part(pairs)


def natural_count(by_frequency: float, found: float, part: float | None) -> float:
    """How many of the equal rows that were found nature made: rows, or a share of rows.

    Frequencies of rows count the copies too, and so explain them by themselves; near twins do not. Without near twins,
    the rows are copies, and the frequencies are not asked; where near twins explain them all, nature made them.

    Args:
        by_frequency: What the rows' frequencies lead one to expect.
        found: What was found.
        part: The natural part of the equal pairs; None where it is not known.
    """
    if part is None or _COPIES <= part < 1.0:
        return by_frequency
    return part * found if part < _COPIES else max(by_frequency, float(found))


def _mostly_repeats(words: Words) -> bool:
    return len(np.unique(words, axis=0)) < _MIN_DISTINCT_SHARE * len(words)


def _rows_looked_up(words: Words) -> int:
    return max(1, min(_MAX_OTHER, _MAX_CELLS // words.size))


def _part(pairs: Counts) -> float | None:
    if not pairs[0]:
        return None
    columns = len(pairs) - 1
    steps = (1, _WIDE_STEP) if columns >= _WIDE_STEP * _COLUMNS_PER_STEP else (1,)
    return min(1.0, max(_expected(pairs, step) for step in steps) / float(pairs[0]))


def _expected(pairs: Counts, step: int) -> float:
    near, farther = float(pairs[1 : step + 1].sum()), float(pairs[step + 1 : 2 * step + 1].sum())
    return near * near / max(farther, near, 1.0)


def _pairs_by_difference(train: Words, other: Words) -> Counts:
    """How many pairs differ in 0, 1, 2, ... columns."""
    different = np.zeros((len(other), len(train)), dtype=np.uint8)
    for ours, theirs in zip(train.T, other.T, strict=True):
        different += theirs[:, None] != ours[None, :]
    return np.bincount(different.ravel(), minlength=train.shape[1] + 1)


def _spaced(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    return frame if len(frame) <= rows else frame.iloc[_spaced_positions(len(frame), rows)]


def _spaced_positions(length: int, rows: int) -> npt.NDArray[np.intp]:
    return np.linspace(0, max(0, length - 1), min(rows, length)).astype(np.intp)

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
    if len(np.unique(words, axis=0)) < _MIN_DISTINCT_SHARE * len(words):
        return None
    rows = max(1, min(_MAX_OTHER, _MAX_CELLS // words.size))
    pairs = _pairs_by_difference(words, frame_words(_spaced(other, rows))[:, :columns])
    if not pairs[0]:
        return None
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
    if len(frame) <= rows:
        return frame
    return frame.iloc[np.linspace(0, len(frame) - 1, rows).astype(np.intp)]

"""Rows by the values, or by the ranges, of one column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE, STRICT, label_text
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray, IntArray
from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

_RANGES = 5  # of a number: enough to find a place, few enough to leave rows in each
_DISCRETE = 10  # numbers of so few distinct values are segments by value
_MAX_VALUES = 100  # a text column of more is no grouping


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """Which segment each row is in.

    Attributes:
        codes: Segment of each row, shape (rows,).
        labels: Words for each segment, such as ``age 25 to 38`` or ``region = north``.
    """

    codes: IntArray
    labels: tuple[str, ...]


def segmentation(column: pd.Series[Any], name: str, *, privacy: str = "default") -> Segmentation | None:
    """Divide rows by one column; None where it makes no segments.

    Args:
        column: The column, one value a row.
        name: What it is called.
        privacy: ``strict`` numbers the segments rather than telling their values.
    """
    read = read_column(column)
    tell = privacy != STRICT
    if read.numbers is not None and read.kind not in (ColumnKind.DATETIME, ColumnKind.TIMEDELTA):
        return _of_numbers(read.numbers, name, tell)
    if read.codes is not None:
        return _of_codes(read, name, tell)
    return None


def _of_codes(read: SampledColumn, name: str, tell: bool) -> Segmentation | None:
    assert read.codes is not None
    values = read.values
    if not 1 < len(values) <= _MAX_VALUES:
        return None
    return _by_value(read.codes, name, tell, lambda code: label_text(values[code]))


def _of_numbers(numbers: FloatArray, name: str, tell: bool) -> Segmentation | None:
    finite = np.isfinite(numbers)
    values, inverse = np.unique(numbers[finite], return_inverse=True)
    if len(values) < 2:
        return None
    codes = np.full(len(numbers), -1, dtype=np.intp)
    if len(values) <= _DISCRETE:
        codes[finite] = inverse
        return _by_value(codes, name, tell, lambda code: label_text(values[code]))
    edges = np.unique(np.quantile(numbers[finite], np.arange(1, _RANGES) / _RANGES))
    codes[finite] = np.searchsorted(edges, numbers[finite], side="left")
    return _with_missing(codes, [_range_words(name, edges, i, tell) for i in range(len(edges) + 1)], name)


def _by_value(codes: IntArray, name: str, tell: bool, text: Callable[[int], str]) -> Segmentation:
    """Each value a segment; those that too few rows share are left without a name."""
    count = int(codes.max(initial=-1)) + 1
    rows = np.bincount(codes[codes >= 0], minlength=count)
    labels = [
        f"{name} = {text(code)}" if tell and rows[code] >= MINIMUM_ROWS_PER_VALUE else f"{name}: value {code + 1}"
        for code in range(count)
    ]
    return _with_missing(codes, labels, name)


def _with_missing(codes: IntArray, labels: list[str], name: str) -> Segmentation:
    return Segmentation(np.where(codes < 0, len(labels), codes), (*labels, f"{name} is missing"))


def _range_words(name: str, edges: FloatArray, position: int, tell: bool) -> str:
    if not tell:
        return f"{name}: range {position + 1} of {len(edges) + 1}"
    if position == 0:
        return f"{name} ≤ {edges[0]:.4g}"
    if position == len(edges):
        return f"{name} > {edges[-1]:.4g}"
    return f"{name} {edges[position - 1]:.4g} to {edges[position]:.4g}"

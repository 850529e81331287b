"""Which kinds of values a column of text, or of text and numbers, holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.kinds import SampledColumn
from mlflow_pitfalls.model.profile import ColumnKind, ValueCount

NUMBER, NUMBER_AS_TEXT, TEXT = "number", "number written as text", "text"
# Numbers written as text are told from codes by how many there are, and from codes such as ICD-9's (a few letters among
# thousands of numbers) by how few other texts stand among them.
_MINIMUM_NUMBERS = 20
_MAXIMUM_TEXTS = 3
# Distinct texts looked at first: nearly every column of text ends here.
_FIRST_LOOK = 30


def kinds_of(column: SampledColumn) -> tuple[ValueCount, ...]:
    """How many sampled values are numbers and how many are text, commonest kind first.

    Told of columns that mix numbers and text, and of columns of text whose values are numbers but for at most three
    different texts; empty for all others.
    """
    if column.codes is None or not len(column.values):
        return ()
    if column.kind is ColumnKind.MIXED:
        is_text = np.fromiter((issubclass(type(value), str | bytes) for value in column.values), dtype=bool)
        return _counted(column, {NUMBER: ~is_text, TEXT: is_text})
    if column.kind is not ColumnKind.CATEGORICAL:
        return ()
    values = list(column.values)
    if sum(not _is_number(value) for value in values[:_FIRST_LOOK]) > _MAXIMUM_TEXTS:
        return ()
    is_number = np.fromiter((_is_number(value) for value in values), dtype=bool, count=len(values))
    if is_number.sum() < _MINIMUM_NUMBERS or not 0 < (~is_number).sum() <= _MAXIMUM_TEXTS:
        return ()
    return _counted(column, {NUMBER_AS_TEXT: is_number, TEXT: ~is_number})


def _is_number(value: Any) -> bool:
    if type(value) is not str or not any(char.isdigit() for char in value):  # "nan" and "inf" are no numbers here
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


def _counted(column: SampledColumn, masks: dict[str, npt.NDArray[np.bool_]]) -> tuple[ValueCount, ...]:
    assert column.codes is not None
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    found = (ValueCount(value=kind, count=int(counts[mask].sum())) for kind, mask in masks.items())
    return tuple(sorted((one for one in found if one.count), key=lambda one: -one.count))

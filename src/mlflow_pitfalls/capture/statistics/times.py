"""Columns and indexes that hold points in time, whatever they are written as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.profile.kinds import read_column
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray
from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

_LOOKS_LIKE_A_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([T ]\d{1,2}:\d{2}.*)?\s*")
_FORMATS = (
    "ISO8601",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
)
_TRIED = 100  # distinct texts of a column
_PARSED_SHARE = 0.95


def times_of_column(column: pd.Series[Any]) -> FloatArray | None:
    """Microseconds for each row, NaN where missing; None for a column that holds no times.

    Args:
        column: Dates of any dtype, or text of which a sample reads as dates.
    """
    found = read_column(column)
    if found.kind is ColumnKind.DATETIME:
        return found.numbers
    if found.kind is not ColumnKind.CATEGORICAL or found.codes is None:
        return None
    texts = np.array([value if isinstance(value, str) else "" for value in found.values], dtype=object)
    by_code = _parsed(texts)
    return None if by_code is None else np.append(by_code, np.nan)[found.codes]


def times_of_index(index: Any) -> FloatArray | None:
    """Likewise for the index of a pandas table; None where it is no index of times."""
    import pandas as pd

    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, pd.DatetimeIndex):
        return None
    return times_of_column(pd.Series(index.tz_localize(None)))


def _parsed(texts: Any) -> FloatArray | None:
    import pandas as pd

    tried = texts[:_TRIED]
    if not len(tried) or np.mean([bool(_LOOKS_LIKE_A_DATE.fullmatch(text)) for text in tried]) < _PARSED_SHARE:
        return None
    for form in _FORMATS:  # given, so that pandas need not guess, and warn
        if pd.to_datetime(pd.Series(tried), format=form, errors="coerce", utc=True).notna().mean() >= _PARSED_SHARE:
            whole = pd.to_datetime(pd.Series(texts), format=form, errors="coerce", utc=True)
            return read_column(whole.dt.tz_localize(None)).numbers
    return None

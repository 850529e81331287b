"""Values as text that may leave the process: only what enough rows share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import as_vector
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.containers.text import safe_text

# A value is written only where at least so many rows share it, as in statistical disclosure control.
MINIMUM_ROWS_PER_VALUE = 20
STRICT = "strict"
_MAX_LABEL_LENGTH = 100
# Classes that are listed and labelled, commonest first.
MAX_CLASSES = 1_000
# Widest range of whole numbers that is counted in a table.
_MAX_TABULATED = 1_000_000


def label_text(value: Any) -> str:
    """A value as its label: ``1`` for 1, 1.0 and ``numpy.int64(1)``, text as it is, bounded."""
    if isinstance(value, float | np.floating) and np.isfinite(value) and float(value).is_integer():
        return str(int(value))
    return safe_text(value, limit=_MAX_LABEL_LENGTH)


def counted(y: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], int] | None:
    """A target's distinct values, the rows of each, and the rows without a value.

    Returns:
        None where the target has several outputs or its values cannot be compared.
    """
    import pandas as pd

    values = y if family_of(y) is Family.PANDAS_SERIES and not isinstance(y.dtype, np.dtype) else as_vector(y)
    if values is None:
        return None
    if values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= _MAX_TABULATED:
            return _tabulated(values, low)
    try:
        codes, uniques = pd.factorize(values)
    except Exception:  # noqa: BLE001 - values that cannot be hashed
        return None
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques)).astype(np.int64)
    return np.asarray(uniques, dtype=object), counts, int((codes < 0).sum())


def _tabulated(values: npt.NDArray[Any], low: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], int]:
    """Counts of small whole numbers, several times faster than by hashing."""
    counts = np.bincount((values - values.dtype.type(low)).astype(np.intp, copy=False))
    seen = np.flatnonzero(counts)
    return (seen + low).astype(object), counts[seen].astype(np.int64), 0


def class_labels(*targets: Any, privacy: str = "default") -> Mapping[Any, str]:
    """The labels under which classes are reported, the same for all sides of a split.

    Args:
        targets: Label vectors, e.g. the training and the held-out one; a class's rows are added up over them.
        privacy: ``default`` tells a class's own label where at least 20 rows share it; ``strict`` tells none.

    Returns:
        Label by class, stand-ins such as ``class 3`` for those kept back; they are numbered in the order of the
        classes (by their values, by text where values do not compare), from 1.
    """
    rows: dict[Any, int] = {}
    for target in targets:
        found = counted(target) if target is not None else None
        if found is None:
            continue
        values, counts, _ = found
        for i in np.argsort(-counts, kind="stable")[:MAX_CLASSES].tolist():
            rows[values[i]] = rows.get(values[i], 0) + int(counts[i])
    return labels_of_counts(rows, privacy=privacy)


def labels_of_counts(rows: Mapping[Any, int], *, privacy: str) -> Mapping[Any, str]:
    """As :func:`class_labels`, from the rows of each class."""
    return {
        value: label_text(value) if _may_be_told(rows[value], privacy) else f"class {number}"
        for number, value in enumerate(_ordered(rows), start=1)
    }


def _may_be_told(rows: int, privacy: str) -> bool:
    return privacy != STRICT and rows >= MINIMUM_ROWS_PER_VALUE


def _ordered(values: Mapping[Any, int]) -> list[Any]:
    try:
        return sorted(values)
    except Exception:  # noqa: BLE001 - values of several kinds
        return sorted(values, key=safe_text)

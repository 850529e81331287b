"""Which family of containers an object belongs to, told without importing its library or touching its rows."""

from __future__ import annotations

import sys
from enum import Enum, auto
from typing import Any

import numpy as np

# Eager tables that narwhals reads; their lazy cousins (LazyFrame, dask, …) are never touched.
_TABLE_CLASSES = {
    "polars": frozenset({"DataFrame"}),
    "pyarrow": frozenset({"Table"}),
    "modin": frozenset({"DataFrame"}),
    "cudf": frozenset({"DataFrame"}),
}
_TABLE_COLUMN_CLASSES = {
    "polars": frozenset({"Series"}),
    "pyarrow": frozenset({"ChunkedArray"}),
    "modin": frozenset({"Series"}),
    "cudf": frozenset({"Series"}),
}


class Family(Enum):
    """Containers that are read alike."""

    PANDAS_FRAME = auto()
    PANDAS_SERIES = auto()  # a Series, an Index or an extension array
    ARRAY = auto()  # numpy.ndarray and its subclasses
    SPARSE = auto()  # SciPy sparse matrices and arrays
    TABLE = auto()  # eager tables of polars, PyArrow, …
    TABLE_COLUMN = auto()
    SEQUENCE = auto()  # list, tuple, range
    UNSUPPORTED = auto()


_CLASSES = (
    ("pandas", ("DataFrame",), Family.PANDAS_FRAME),
    ("pandas", ("Series", "Index"), Family.PANDAS_SERIES),
    ("pandas.api.extensions", ("ExtensionArray",), Family.PANDAS_SERIES),
    ("scipy.sparse", ("spmatrix", "sparray"), Family.SPARSE),
)


def family_of(data: Any) -> Family:
    """The family of a container; ``UNSUPPORTED`` for whatever cannot be read row by row at a bounded cost."""
    kind = type(data)
    if issubclass(kind, np.ndarray):
        return Family.ARRAY
    if issubclass(kind, list | tuple | range):
        return Family.SEQUENCE
    for module, names, family in _CLASSES:
        if _is_loaded_class(kind, module, names):
            return family
    return _table_family(kind)


def _table_family(kind: type) -> Family:
    package = top_package(kind)
    names = {base.__name__ for base in kind.__mro__}
    if names & _TABLE_CLASSES.get(package, frozenset()):
        return Family.TABLE
    if names & _TABLE_COLUMN_CLASSES.get(package, frozenset()):
        return Family.TABLE_COLUMN
    return Family.UNSUPPORTED


def top_package(kind: type) -> str:
    """``"polars"`` for a class of ``polars.dataframe.frame``."""
    return str(getattr(kind, "__module__", "")).partition(".")[0]


def _is_loaded_class(kind: type, module: str, names: tuple[str, ...]) -> bool:
    """Whether ``kind`` derives from one of the module's classes. What was never imported has no instances."""
    loaded = sys.modules.get(module)
    return any(isinstance(base := getattr(loaded, name, None), type) and issubclass(kind, base) for name in names)

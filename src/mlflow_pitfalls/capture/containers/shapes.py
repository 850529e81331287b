"""What a container is called, how large it is, and what its columns are called."""

from __future__ import annotations

from typing import Any

from mlflow_pitfalls.capture.containers.families import Family, family_of, top_package
from mlflow_pitfalls.capture.containers.text import safe_text

_SUBPACKAGES = ("scipy.sparse", "numpy.ma")


def container_name(data: Any) -> str:
    """What the user would call the container: ``pandas.DataFrame``, ``scipy.sparse.csr_matrix``, ``list``."""
    kind = type(data)
    module = str(getattr(kind, "__module__", ""))
    if module == "builtins":
        return kind.__name__
    package = next((name for name in _SUBPACKAGES if module.startswith(name)), top_package(kind))
    return f"{package}.{kind.__name__}"


def shape_of(data: Any) -> tuple[int, int] | None:
    """Rows and columns; one-dimensional data count as one column.

    Returns:
        None for what cannot be counted without reading or materialising it: generators, lazy frames, ``DMatrix`` …,
        and for arrays of more than two dimensions.
    """
    family = family_of(data)
    if family is Family.UNSUPPORTED:
        return None
    try:
        return _shape(data, family)
    except Exception:  # noqa: BLE001 - a subclass may define these as it likes
        return None


def _shape(data: Any, family: Family) -> tuple[int, int] | None:
    if family is Family.SEQUENCE:
        return len(data), _width_of_sequence(data)
    if family in (Family.PANDAS_SERIES, Family.TABLE_COLUMN):
        return len(data), 1
    shape = tuple(int(size) for size in data.shape)
    if family is Family.ARRAY and data.dtype.names and len(shape) == 1:
        return shape[0], len(data.dtype.names)
    if len(shape) == 1 and family is Family.ARRAY:
        return shape[0], 1
    return (shape[0], shape[1]) if len(shape) == 2 else None


def _width_of_sequence(data: Any) -> int:
    if len(data) == 0:
        return 0
    inner = shape_of(data[0]) if family_of(data[0]) is not Family.UNSUPPORTED else None
    return inner[0] if inner is not None else 1


def column_names(data: Any, *, max_columns: int | None = None) -> tuple[str, ...] | None:
    """The columns' names as safe, bounded text, by position: duplicates, tuples, None and numbers are all allowed.

    Args:
        data: A table in any container.
        max_columns: Names beyond the first so many are left out.

    Returns:
        None where the container has no names.
    """
    try:
        names = _raw_names(data)
        if names is None:
            return None
        return tuple(safe_text(name, default=default_name(i)) for i, name in enumerate(names[:max_columns]))
    except Exception:  # noqa: BLE001 - a subclass may define these as it likes
        return None


def _raw_names(data: Any) -> Any:
    family = family_of(data)
    if family is Family.PANDAS_FRAME:
        return data.columns
    if family is Family.PANDAS_SERIES:
        name = getattr(data, "name", None)
        return None if name is None else [name]
    if family is Family.TABLE:
        return list(getattr(data, "column_names", None) or data.columns)
    if family is Family.TABLE_COLUMN:
        name = getattr(data, "name", None)
        return [name] if isinstance(name, str) and name else None
    return data.dtype.names if family is Family.ARRAY else None


def default_name(position: int) -> str:
    """What a column without a name is called."""
    return f"column {position}"

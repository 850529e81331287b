"""Which node a live object belongs to, without keeping the object alive.

Four levels, cheapest first: the same object; a view of a known array; the labels of a pandas index; the content of
evenly spaced rows. NumPy arrays are never weakly referenced (their owner's ``resize()`` would then raise) but
recognised by address, shape and three of their elements, since a freed array's id is reused at once.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from mlflow_pitfalls.capture.containers import take_rows
from mlflow_pitfalls.capture.containers.families import Family, family_of
from mlflow_pitfalls.capture.fingerprints.fingerprint import DIGEST_ROWS, column_digests, evenly_spaced
from mlflow_pitfalls.capture.lineage.row_sets import Node

V = TypeVar("V")

MAX_NODES = 4_000
SMALLEST_FINGERPRINT = 20  # rows; fewer are not told apart by content
_COLUMNS_TO_MATCH = 2


class Bounded(OrderedDict[Hashable, V], Generic[V]):
    """A mapping that forgets its least recently set entries."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def put(self, key: Hashable, value: V) -> None:
        """Set an entry, and forget the oldest one beyond the limit."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self._limit:
            self.popitem(last=False)


@dataclass(slots=True)
class _Known:
    """How an object is recognised again under a reused id."""

    node: Node
    reference: weakref.ref[Any] | None
    state: tuple[Any, ...]


class ObjectRegistry:
    """Objects seen in hooked calls, and the nodes that they belong to."""

    def __init__(self, limit: int = MAX_NODES) -> None:
        self._by_id: Bounded[_Known] = Bounded(limit)
        self._by_base: Bounded[Node] = Bounded(limit)
        self._by_labels: Bounded[Node] = Bounded(limit)
        self._by_column: Bounded[Node] = Bounded(limit * 4)

    def __len__(self) -> int:
        return len(self._by_id)

    def register(self, data: Any, node: Node, *, content: bool = True) -> None:
        """Remember ``data``; ``content`` also remembers its index labels and the content of sampled rows."""
        self._by_id.put(id(data), _Known(node, _weak(data), _state(data)))
        base = getattr(data, "base", None) if isinstance(data, np.ndarray) else None
        if isinstance(base, np.ndarray):
            held = _rows_in_base(data, base)
            if held is not None:
                self._by_base.put(held, node)
        if not content or node.rows.count < SMALLEST_FINGERPRINT:
            return
        self._register_content(node, _labels_key(getattr(data, "index", None)), data)

    def register_future(self, data: Any, index: np.ndarray[Any, Any], node: Node) -> None:
        """Remember ``data[index]`` by its content before the user makes it, as splitters yield positions only."""
        count = len(index)
        if count < SMALLEST_FINGERPRINT:
            return
        looked_at = index[evenly_spaced(count, DIGEST_ROWS)]
        labels = None
        if hasattr(data, "iloc"):
            labels = _labels_key(data.index[index])
        self._register_content(node, labels, take_rows(data, looked_at))

    def _register_content(self, node: Node, labels: tuple[Any, ...] | None, data: Any) -> None:
        if labels is not None:
            self._by_labels.put(labels, node)
        for digest in column_digests(data):
            if digest:  # 0 is a constant column's
                self._by_column.put((node.rows.count, digest), node)

    def find(self, data: Any, *, content: bool = True) -> Node | None:
        """The node of ``data``, or None where it cannot be told."""
        known = self._by_id.get(id(data))
        if known is not None and _same(known, data):
            return known.node
        found = self._find_view(data)
        if found is not None or not content or family_of(data) is Family.UNSUPPORTED:
            return found  # lazy data are not even asked for an attribute
        found = self._find_labels(data)
        return found if found is not None else self._find_content(data)

    def _find_view(self, data: Any) -> Node | None:
        base = getattr(data, "base", None) if isinstance(data, np.ndarray) else None
        if not isinstance(base, np.ndarray) or data.ndim == 0:
            return None
        known = self._by_id.get(id(base))
        if known is not None and _same(known, base) and known.node.rows.count == len(data):
            return known.node
        held = _rows_in_base(data, base)
        return self._by_base.get(held) if held is not None else None

    def _find_labels(self, data: Any) -> Node | None:
        key = _labels_key(getattr(data, "index", None)) if hasattr(data, "iloc") else None
        found = self._by_labels.get(key) if key is not None else None
        # The same rows, but which columns of them is not known: the space is open.
        return Node(found.rows, found.slot, (*found.space, -1)) if found is not None else None

    def _find_content(self, data: Any) -> Node | None:
        count = _length(data)
        if count is None or count < SMALLEST_FINGERPRINT:
            return None
        digests = [digest for digest in column_digests(data) if digest]
        matches = [node for node in (self._by_column.get((count, digest)) for digest in digests) if node is not None]
        if not matches:
            return None
        best = max(matches, key=lambda node: sum(other.rows is node.rows for other in matches))
        agreeing = sum(other.rows is best.rows for other in matches)
        if agreeing < min(_COLUMNS_TO_MATCH, len(digests)):
            return None
        return best


def _weak(data: Any) -> weakref.ref[Any] | None:
    if isinstance(data, np.ndarray):
        return None
    try:
        return weakref.ref(data)
    except TypeError:  # lists, tuples and dicts
        return None


def _same(known: _Known, data: Any) -> bool:
    if known.reference is not None:
        return known.reference() is data
    return known.state == _state(data)


def _pointer(array: np.ndarray[Any, Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _rows_in_base(data: np.ndarray[Any, Any], base: np.ndarray[Any, Any]) -> tuple[int, ...] | None:
    """Which rows of its base a view holds: equal for all selections of their columns, different for other rows.

    Args:
        data: A view, its rows along axis 0.
        base: The array that owns its memory.

    Returns:
        The base, the axis of it that the rows lie along, the first of them, the step from each to the next and their
        number; None where the rows follow no axis of the base.
    """
    if not data.size or not data.ndim:
        return None
    offset, step, found = _pointer(data) - _pointer(base), data.strides[0], None
    for axis in sorted(range(base.ndim), key=lambda axis: -base.strides[axis]):
        stride = base.strides[axis]
        if stride <= 0:
            return None
        first, offset = divmod(offset, stride)
        if found is None and step % stride == 0:
            found = (axis, first, step // stride)
    return (id(base), _pointer(base), *found, len(data)) if found is not None else None


def _state(data: Any) -> tuple[Any, ...]:
    """What distinguishes an object that has no weak reference from another one at the same address."""
    if isinstance(data, np.ndarray):
        middle = data.size // 2
        elements = (
            tuple(data.flat[i : i + 1].tobytes() for i in (0, middle, data.size - 1))
            if data.size and not data.dtype.hasobject
            else ()
        )
        return (_pointer(data), data.shape, data.strides, data.dtype.str, elements)
    if isinstance(data, list | tuple):
        ends = tuple(id(data[i]) for i in (0, len(data) // 2, -1)) if data else ()
        return (type(data).__name__, len(data), ends)
    return (type(data).__name__,)


def _length(data: Any) -> int | None:
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple) and shape and isinstance(shape[0], int):
        return shape[0]
    return len(data) if isinstance(data, list | tuple) else None


def _labels_key(index: Any) -> tuple[Any, ...] | None:
    """A key made of a pandas index; None where there is none, or where it is a mere row count."""
    if index is None:
        return None
    import pandas as pd

    if not isinstance(index, pd.Index) or isinstance(index, pd.RangeIndex | pd.MultiIndex):
        return None
    if len(index) < SMALLEST_FINGERPRINT:
        return None
    try:
        labels = index[evenly_spaced(len(index), DIGEST_ROWS)].to_numpy()
        return (len(index), hash(pd.util.hash_array(np.asarray(labels), categorize=False).tobytes()))
    except (TypeError, ValueError):
        return None

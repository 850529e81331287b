"""Follows rows through splits, folds, transforms and resampling, and keeps bounded samples of held-out ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import sample_positions, shape_of, take_rows
from mlflow_pitfalls.capture.lineage.objects import Bounded, ObjectRegistry
from mlflow_pitfalls.capture.lineage.preparations import Preparations, preprocessing_facts
from mlflow_pitfalls.capture.lineage.row_sets import Node, Preparation, Resampling, Rows, Split
from mlflow_pitfalls.model.events import CallEvent, place
from mlflow_pitfalls.model.record import PreprocessingFacts

MAX_VIEWS = 32
_LARGEST_VIEW = 32 * 2**20  # bytes that one kept sample of held-out rows may take
_BYTES_PER_CELL = 8
_OPEN_SPACE = -1  # a derived object: the same rows, columns unknown


@dataclass(frozen=True, slots=True)
class View:
    """A bounded copy of held-out rows in one feature space; ``positions`` are theirs among all held-out rows."""

    node: Node
    data: Any
    positions: np.ndarray[Any, Any]


class Lineage:
    """Which rows an object holds. One instance a process; not thread-safe, callers hold the recorder's lock."""

    def __init__(self, *, sample_rows: int, seed: int) -> None:
        self.objects = ObjectRegistry()
        self.preparations = Preparations()
        self._views: Bounded[View] = Bounded(MAX_VIEWS)
        self._sample_rows = sample_rows
        self._seed = seed

    def positions(self, rows: int) -> np.ndarray[Any, Any]:
        """The row positions that every bounded sample of so many rows takes: samples of one split line up."""
        return sample_positions(rows, self._sample_rows, self._seed)

    def find(self, data: Any, *, content: bool = True) -> Node | None:
        """The node of an object, or None."""
        return None if data is None else self.objects.find(data, content=content)

    def find_or_add(self, data: Any, *, content: bool = True) -> Node | None:
        """The node of an object; a new one for rows never met before, None for what cannot be counted."""
        found = self.find(data, content=content)
        if found is not None:
            return found
        shape = shape_of(data)
        if shape is None:
            return None
        node = Node(Rows(shape[0]))
        self.objects.register(data, node, content=content)
        return node

    def split(self, event: CallEvent) -> None:
        """``train_test_split``: the outputs come in pairs, one for each array given."""
        arrays = [array for array in event.args if shape_of(array) is not None]
        outputs = event.result
        if not isinstance(outputs, list | tuple) or len(outputs) != 2 * len(arrays) or not arrays:
            return
        parent = self._common_rows(arrays)
        stratify = event.kwargs.get("stratify")
        split = Split(event.name, bool(event.kwargs.get("shuffle", True)), stratify is not None)
        prepared = [self._prepared(array) for array in arrays]
        of_all = _of_all_tables(arrays, prepared)
        sides = [Rows(_count(outputs[side]), split, side, parent, prepared=of_all) for side in (0, 1)]
        for slot in range(len(arrays)):
            for side in (0, 1):
                node = Node(sides[side], slot, prepared=prepared[slot])
                self.objects.register(outputs[2 * slot + side], node)
                if side == 1:
                    self._keep_view(outputs[2 * slot + side], node)

    def fold(self, event: CallEvent) -> None:
        """One pair of index arrays that a splitter yielded; ``X[index]`` is registered before the user makes it."""
        if len(event.args) < 1 or not isinstance(event.result, tuple) or len(event.result) != 2:
            return
        arrays = [array for array in event.args[:2] if array is not None and shape_of(array) is not None]
        parent = self._common_rows(arrays)
        splitter = type(event.owner).__name__
        split = Split(splitter, getattr(event.owner, "shuffle", None), "Stratified" in splitter, is_fold=True)
        for side, index in enumerate(event.result):
            rows = Rows(len(index), split, side, parent)
            for slot, array in enumerate(arrays):
                node = Node(rows, slot, prepared=self._prepared(array))
                self.objects.register_future(array, np.asarray(index), node)

    def prepare(self, event: CallEvent) -> None:
        """A transformer was fitted: what it learned, if that matters, came from these rows."""
        learned = self.preparations.learned(event)
        if learned is None:
            return
        node = self.find_or_add(event.args[0] if event.args else event.kwargs.get("X"))
        if node is not None:
            self.preparations.fitted(event, learned, node.rows)

    def prepared_for_folds(self, data: Any) -> tuple[PreprocessingFacts, ...]:
        """What a table that is about to be split into folds inside of one call went through."""
        node = self.find(data) or self.preparations.find(data)
        return tuple(preprocessing_facts(node, node.rows, "cross_validation")) if node is not None else ()

    def transform(self, event: CallEvent) -> None:
        """A transformer's output holds the rows of its input, in a space of its own."""
        source = event.args[0] if event.args else event.kwargs.get("X")
        node = self.find(source)
        if node is None or _count(event.result) != node.rows.count:
            return
        moved = Node(node.rows, node.slot, (*node.space, id(event.owner)))
        moved.prepared = self.preparations.after(event, source, node)
        self.objects.register(event.result, moved)
        self.preparations.remember(event.result, source, moved)
        if self.view(node.rows, node.slot) is not None:
            self._keep_view(event.result, moved)

    def resample(self, event: CallEvent) -> Resampling | None:
        """``fit_resample``: new rows that descend from the given ones."""
        arrays = [array for array in event.args[:2] if shape_of(array) is not None]
        if not arrays or not isinstance(event.result, tuple) or len(event.result) < len(arrays):
            return None
        parent = self._common_rows(arrays)
        if parent is None:
            return None
        after = _count(event.result[0])
        resampling = Resampling(type(event.owner).__name__, parent.count, after, place(event.site))
        rows = Rows(after, parent=parent, resampling=resampling)
        for slot, output in enumerate(event.result[: len(arrays)]):
            source = self.find(arrays[slot], content=False)
            space = source.space if source is not None else ()
            node = Node(rows, source.slot if source is not None else slot, space)
            node.prepared = source.prepared if source is not None else ()
            self.objects.register(output, node)
        return resampling

    def view(self, rows: Rows, slot: int, space: tuple[int, ...] | None = None) -> View | None:
        """The kept sample of held-out rows of one array of a split; the latest feature space where none is named."""
        if space is not None:
            return self._views.get((rows.number, slot, space))
        kept = [view for key, view in self._views.items() if key[:2] == (rows.number, slot)]  # type: ignore[index]
        return kept[-1] if kept else None

    def other_side(self, rows: Rows) -> Rows | None:
        """The held-out side of the nearest split that made ``rows`` its training side, if a sample of it is kept."""
        for step in rows.lineage():
            if step.split is None or step.side != 0 or step.split.is_fold:
                continue
            for view in reversed(self._views.values()):
                if view.node.rows.split is step.split:
                    return view.node.rows
        return None

    def _common_rows(self, arrays: list[Any]) -> Rows | None:
        """The rows that the arrays of one call share; new ones where none of them was met before."""
        for array in arrays:
            node = self.find(array, content=False) or self.preparations.find(array)
            if node is not None:
                rows = node.rows
                break
        else:
            count = _count(arrays[0]) if arrays else 0
            if not count:
                return None
            rows = Rows(count)
        for slot, array in enumerate(arrays):
            if self.find(array, content=False) is None:
                made = self.preparations.find(array)
                prepared = made.prepared if made is not None else ()
                self.objects.register(array, Node(rows, slot, prepared=prepared), content=False)
        return rows

    def _prepared(self, array: Any) -> tuple[Preparation, ...]:
        node = self.find(array, content=False)
        return node.prepared if node is not None else ()

    def _keep_view(self, data: Any, node: Node) -> None:
        shape = shape_of(data)
        if shape is None:
            return
        positions = self.positions(shape[0])
        if len(positions) * max(1, shape[1]) * _BYTES_PER_CELL > _LARGEST_VIEW:
            return
        self._views.put((node.rows.number, node.slot, node.space), View(node, take_rows(data, positions), positions))


def _count(data: Any) -> int:
    shape = shape_of(data)
    return shape[0] if shape is not None else 0


def _of_all_tables(arrays: list[Any], prepared: list[tuple[Preparation, ...]]) -> tuple[Preparation, ...]:
    """What every table among the arrays of one split has gone through; label vectors go through nothing."""
    found = [each for array, each in zip(arrays, prepared, strict=True) if (shape_of(array) or (0, 0))[1] > 1]
    return found[0] if found and all(each == found[0] for each in found) else ()

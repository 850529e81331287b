"""Transformers that learned from rows, and the tables that came out of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlflow_pitfalls.capture.containers import shape_of
from mlflow_pitfalls.capture.estimators.learning import Learned, what_it_learned
from mlflow_pitfalls.capture.fingerprints.fingerprint import column_digests
from mlflow_pitfalls.capture.lineage.objects import SMALLEST_FINGERPRINT, Bounded
from mlflow_pitfalls.capture.lineage.row_sets import Node, Preparation, Rows, role_of
from mlflow_pitfalls.capture.recording.calls import target_of
from mlflow_pitfalls.model.events import CallEvent, place
from mlflow_pitfalls.model.record import PreprocessingFacts
from mlflow_pitfalls.model.values import Role

MAX_TRANSFORMERS = 256
_MAX_COLUMNS = 4_096
_COLUMNS_TO_MATCH = 2
_UNDOES = "inverse_transform"


class Preparations:
    """Keeps no object of the user's: transformers are known by id, until another one is fitted there."""

    def __init__(self) -> None:
        self._by_transformer: Bounded[Preparation] = Bounded(MAX_TRANSFORMERS)
        self._by_column: Bounded[Node] = Bounded(_MAX_COLUMNS)
        self._by_table: Bounded[Node] = Bounded(MAX_TRANSFORMERS)

    def learned(self, event: CallEvent) -> Learned | None:
        """What the transformer that was just fitted learned, if that matters; an earlier fit is forgotten."""
        self._by_transformer.pop(id(event.owner), None)
        return what_it_learned(event.owner, has_target=target_of(event) is not None)

    def fitted(self, event: CallEvent, learned: Learned, rows: Rows) -> None:
        """Remember on which rows it was fitted."""
        found = Preparation(learned.transformer, learned.supervised, learned.changes_columns, rows, place(event.site))
        self._by_transformer.put(id(event.owner), found)

    def after(self, event: CallEvent, source: Any, node: Node) -> tuple[Preparation, ...]:
        """What a transformer's output has gone through; nothing new where it left every column as it was.

        Args:
            event: A finished transform.
            source: Its input.
            node: What is known of the input.
        """
        made = self._by_transformer.get(id(event.owner))
        if made is None or event.name == _UNDOES or made in node.prepared:
            return node.prepared
        if _is_whole(node.rows) and column_digests(event.result) == column_digests(source):
            return node.prepared
        return (*node.prepared, made)

    def remember(self, output: Any, source: Any, node: Node) -> None:
        """Remember an output by its content, as scripts put it into tables of their own before they split.

        Columns that the input holds as well tell nothing by themselves; all of the table together does.
        """
        if not node.prepared or not _is_whole(node.rows):
            return
        before, after = column_digests(source), column_digests(output)
        if not after or after == before:
            return
        self._by_table.put((node.rows.count, after), node)
        for digest in set(after) - set(before):
            if digest:
                self._by_column.put((node.rows.count, digest), node)

    def find(self, data: Any) -> Node | None:
        """The output whose columns a table holds, or None; nothing is read while no output is known."""
        if not self._by_table:
            return None
        shape = shape_of(data)
        if shape is None or shape[0] < SMALLEST_FINGERPRINT:
            return None
        digests = column_digests(data)
        whole = self._by_table.get((shape[0], digests))
        if whole is not None:
            return whole
        found = [node for node in (self._by_column.get((shape[0], digest)) for digest in digests) if node is not None]
        return found[-1] if len(found) >= min(_COLUMNS_TO_MATCH, shape[1]) else None


def _is_whole(rows: Rows) -> bool:
    """Rows that may still be split, and enough of them to be known by content."""
    return rows.split is None and rows.count >= SMALLEST_FINGERPRINT


def preprocessing_facts(node: Node, evaluated: Rows, before: str) -> Iterator[PreprocessingFacts]:
    """What ``node``'s columns went through that had seen the evaluated rows.

    Args:
        node: What the model was fitted on.
        evaluated: The rows that it is judged by.
        before: ``split`` or ``cross_validation``.
    """
    for found in node.prepared or node.rows.prepared:
        if role_of(found.rows, evaluated) in (Role.TRAIN, Role.MIXED):
            yield PreprocessingFacts(
                transformer=found.transformer,
                supervised=found.supervised,
                rows=found.rows.count,
                held_out_rows=evaluated.count,
                before=before,
                changes_columns=found.changes_columns,
                site=found.site,
            )

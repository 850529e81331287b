"""What the sample tells about each column beyond its moments: values, order, associations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import thread_time

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.profile.association import (
    SampledTarget,
    category_association,
    missing_association,
    numeric_associations,
)
from mlflow_pitfalls.capture.profile.kinds import SampledColumn
from mlflow_pitfalls.capture.profile.mixture import kinds_of
from mlflow_pitfalls.capture.profile.sampled import ValueFacts, is_increasing, value_facts
from mlflow_pitfalls.capture.profile.sentinels import sentinels_of
from mlflow_pitfalls.model.profile import Association, SentinelFacts, ValueCount

# Once this thread has worked so many seconds on values and associations, further columns keep their counts and moments
# only. Its own CPU time: a busy machine shall not change what a profile holds.
TIME_BUDGET = 0.5
# Columns that are worked on together, and between which the time is looked at.
_GROUP = 50


@dataclass(frozen=True, slots=True)
class Extras:
    """What the sample tells about one column."""

    values: ValueFacts = field(default_factory=ValueFacts)
    ordered: npt.NDArray[np.float64] | None = None  # present numbers, ascending
    target: Association | None = None
    missing: Association | None = None
    increasing: bool = False
    kinds: tuple[ValueCount, ...] = ()
    sentinels: tuple[SentinelFacts, ...] = ()


def extras_of(
    columns: Sequence[SampledColumn], target: SampledTarget | None, privacy: str, started: float, notes: list[str]
) -> list[Extras]:
    """Measure all columns, in groups, until the time is up; what was left out is noted.

    Args:
        columns: The sample's columns.
        target: The same rows' target, None where there is nothing to associate with.
        privacy: ``default`` or ``strict``.
        started: This thread's CPU time when the work began.
        notes: Takes what was not measured.
    """
    extras: list[Extras] = []
    for first in range(0, len(columns), _GROUP):
        if thread_time() - started > TIME_BUDGET:
            notes.append(
                f"values and associations of the columns from number {first} on were not measured: time was up"
            )
            return extras + [Extras()] * (len(columns) - first)
        extras += _of_group(columns[first : first + _GROUP], target, privacy)
    return extras


def _of_group(columns: Sequence[SampledColumn], target: SampledTarget | None, privacy: str) -> list[Extras]:
    numeric = [i for i, column in enumerate(columns) if column.numbers is not None]
    matrix = np.array([columns[i].numbers for i in numeric]) if numeric else np.zeros((0, 0))
    ordered = dict(zip(numeric, np.sort(matrix, axis=1), strict=True))
    present = dict(zip(numeric, (~np.isnan(matrix)).sum(axis=1).tolist(), strict=True))
    associations: dict[int, Association | None] = {}
    if target is not None:
        associations = dict(zip(numeric, numeric_associations(matrix, target), strict=True))
    found = []
    for i, column in enumerate(columns):
        numbers = ordered[i][: present[i]] if i in ordered else None
        if target is not None and column.codes is not None:
            associations[i] = category_association(column.codes, len(column.values), target)
        has_missing = target is not None and bool(column.missing.any())
        found.append(
            Extras(
                values=_values(column, numbers, privacy),
                ordered=numbers,
                target=associations.get(i),
                missing=missing_association(column.missing, target) if has_missing and target is not None else None,
                increasing=column.numbers is not None and is_increasing(column.numbers),
                kinds=_kinds(column),
                sentinels=_sentinels(column, numbers, privacy),
            )
        )
    return found


def _values(column: SampledColumn, ordered: npt.NDArray[np.float64] | None, privacy: str) -> ValueFacts:
    try:
        return value_facts(column, ordered, privacy)
    except Exception:  # noqa: BLE001 - foreign values raise what they like
        return ValueFacts()


def _kinds(column: SampledColumn) -> tuple[ValueCount, ...]:
    try:
        return kinds_of(column)
    except Exception:  # noqa: BLE001 - as above
        return ()


def _sentinels(
    column: SampledColumn, ordered: npt.NDArray[np.float64] | None, privacy: str
) -> tuple[SentinelFacts, ...]:
    try:
        return sentinels_of(column, ordered, privacy)
    except Exception:  # noqa: BLE001 - as above
        return ()

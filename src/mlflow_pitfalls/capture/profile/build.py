"""Puts a data set's profile together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import Sample, container_name
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.fingerprints.fingerprint import content_digest
from mlflow_pitfalls.capture.profile.association import (
    SampledTarget,
    category_association,
    missing_association,
    numeric_associations,
    sampled_target,
)
from mlflow_pitfalls.capture.profile.duplicates import duplicate_facts
from mlflow_pitfalls.capture.profile.exact import exact_moments
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.capture.profile.labels import STRICT
from mlflow_pitfalls.capture.profile.moments import Moments, moments_of_columns
from mlflow_pitfalls.capture.profile.sampled import (
    ValueFacts,
    histogram_of,
    is_increasing,
    numbering_density,
    quantiles_of,
    value_facts,
)
from mlflow_pitfalls.capture.profile.target import finite_or_none, profile_target
from mlflow_pitfalls.model.profile import Association, ColumnKind, ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.values import Role, Task

MAX_PROFILED_COLUMNS = 300
# Once this thread has worked so many seconds on values and associations, further columns keep their counts and moments
# only. Its own CPU time: a busy machine shall not change what a profile holds.
TIME_BUDGET = 0.5
# Columns that are worked on together, and between which the time is looked at.
_GROUP = 50
# Whole, all different floats that fill so much of their range number the rows: a split may take half of a row number.
_NUMBERING_DENSITY = 0.5
_Z95 = 1.959964
_TASKS_WITHOUT_TARGET = (Task.CLUSTERING, Task.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the sample tells about one column."""

    values: ValueFacts = field(default_factory=ValueFacts)
    ordered: npt.NDArray[np.float64] | None = None  # present numbers, ascending
    target: Association | None = None
    missing: Association | None = None
    increasing: bool = False


@dataclass(frozen=True, slots=True)
class _Measured:
    """The moments of all columns, and what derives from them."""

    moments: Moments
    std: npt.NDArray[np.float64]
    skew: npt.NDArray[np.float64]


def profile_dataset(
    X: Any,
    y: Any,
    *,
    role: Role,
    task: Task,
    sample: Sample,
    target_sample: npt.NDArray[Any] | None,
    target_name: str,
    privacy: str = "default",
    seed: int = 0,
    exact: bool = True,
    class_labels: Mapping[Any, str] | None = None,
) -> DatasetProfile:
    """Summarise one side of a split in bounded time and numbers.

    Counts (rows, missing, infinite) and moments (mean, standard deviation, range, skewness, of finite values) are
    exact over all rows; distinct values, quantiles, histograms and associations come from the sample. A column of
    floats whose values are whole, all different and dense, such as a row number in a float matrix, counts as INTEGER;
    other floats stay FLOAT, whole or not.

    Args:
        X: The features in any container; never changed.
        y: The target, or None.
        role: Whose rows they are.
        task: What the target poses.
        sample: A sample of ``X``.
        target_sample: The same rows' target, None for several outputs or none.
        target_name: What the target is called.
        privacy: ``default`` writes values that at least 20 rows share; ``strict`` writes none: no top values, class
            labels, ranges, quantiles or histograms.
        seed: Kept for sampling inside; the global random state is never touched.
        exact: Read all rows; otherwise counts and moments are the sample's.
        class_labels: Labels by class for both sides of a split; this side's own if None.
    """
    started = perf_counter()
    notes: list[str] = []
    width = min(sample.frame.shape[1], MAX_PROFILED_COLUMNS)
    if sample.columns > width:
        notes.append(f"the first {width} of {sample.columns} columns were profiled")
    columns = [read_column(column) for _, column in zip(range(width), _columns_of(sample), strict=False)]
    found = _moments(X, columns, sample, exact=exact, notes=notes)
    measured = _Measured(found, found.std(), found.skew())
    target = sampled_target(target_sample, is_classification=task.is_classification) if _is_measured(task) else None
    working = thread_time()
    extras = _extras(columns, target, privacy, working, notes)
    profiles = tuple(_column(i, sample, columns[i], extras[i], measured, privacy=privacy) for i in range(width))
    duplicates = None
    if thread_time() - working < TIME_BUDGET:
        duplicates = duplicate_facts(X, y, sample=sample, target_sample=target_sample)
    else:
        notes.append("duplicate rows were not counted: the time for a profile was spent")
    target_profile = None
    if y is not None and task not in _TASKS_WITHOUT_TARGET:
        target_profile = profile_target(
            y, name=target_name, task=task, target_sample=target_sample, privacy=privacy, labels=class_labels
        )
    return DatasetProfile(
        role=role,
        container=container_name(X),
        rows=sample.rows,
        column_count=sample.columns,
        sampled_rows=len(sample.frame),
        sample_error=_sample_error(sample),
        columns=profiles,
        target=target_profile,
        duplicates=duplicates,
        digest=content_digest(X),
        seconds=perf_counter() - started,
        notes=tuple(notes),
    )


def _columns_of(sample: Sample) -> Any:
    return (column for _, column in sample.frame.items())


def _is_measured(task: Task) -> bool:
    return task.is_classification or task is Task.REGRESSION


def _sample_error(sample: Sample) -> float:
    """Worst-case 95 % half-width of a share: at one half."""
    read = len(sample.frame)
    return 0.0 if read >= sample.rows or not read else float(_Z95 * np.sqrt(0.25 / read))


def _moments(X: Any, columns: Sequence[SampledColumn], sample: Sample, *, exact: bool, notes: list[str]) -> Moments:
    found = exact_moments(X, columns, sample.rows) if exact and len(sample.frame) < sample.rows else None
    if found is not None:
        return found
    if len(sample.frame) < sample.rows:
        notes.append(f"counts and moments come from {len(sample.frame)} of {sample.rows} rows")
    return _moments_of_sample(columns, sample)


def _moments_of_sample(columns: Sequence[SampledColumn], sample: Sample) -> Moments:
    """The sample's moments; its counts scaled to all rows."""
    rows = len(sample.frame)
    numeric = [i for i, column in enumerate(columns) if column.kind.is_numeric]
    readers = [lambda start, stop, n=columns[i].numbers: n[start:stop] for i in numeric]
    measured = moments_of_columns(readers, rows)
    scale = sample.rows / rows if rows else 0.0
    moments = Moments(len(columns))
    for name in ("finite", "infinite"):
        getattr(moments, name)[numeric] = np.rint(getattr(measured, name) * scale)
    for name in ("mean", "second", "third"):
        getattr(moments, name)[numeric] = getattr(measured, name) * (1.0 if name == "mean" else scale)
    moments.low[numeric], moments.high[numeric] = measured.low, measured.high
    for i, column in enumerate(columns):
        moments.missing[i] = round(float(column.missing.sum()) * scale)
    return moments


def _extras(
    columns: Sequence[SampledColumn], target: SampledTarget | None, privacy: str, started: float, notes: list[str]
) -> list[_Extras]:
    extras: list[_Extras] = []
    for first in range(0, len(columns), _GROUP):
        if thread_time() - started > TIME_BUDGET:
            notes.append(
                f"values and associations of the columns from number {first} on were not measured: time was up"
            )
            return extras + [_Extras()] * (len(columns) - first)
        extras += _extras_of_group(columns[first : first + _GROUP], target, privacy)
    return extras


def _extras_of_group(columns: Sequence[SampledColumn], target: SampledTarget | None, privacy: str) -> list[_Extras]:
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
            _Extras(
                values=_values(column, numbers, privacy),
                ordered=numbers,
                target=associations.get(i),
                missing=missing_association(column.missing, target) if has_missing and target is not None else None,
                increasing=column.numbers is not None and is_increasing(column.numbers),
            )
        )
    return found


def _values(column: SampledColumn, ordered: npt.NDArray[np.float64] | None, privacy: str) -> ValueFacts:
    try:
        return value_facts(column, ordered, privacy)
    except Exception:  # noqa: BLE001 - foreign values raise what they like
        return ValueFacts()


def _column(
    i: int, sample: Sample, column: SampledColumn, extras: _Extras, measured: _Measured, *, privacy: str
) -> ColumnProfile:
    moments = measured.moments
    # Where the sample met numbers only and the whole column holds something else too, nothing could be measured.
    is_mixed = (
        column.kind.is_numeric and not moments.finite[i] + moments.infinite[i] and moments.missing[i] < sample.rows
    )
    is_numeric = column.kind.is_numeric and not is_mixed
    low, high, finite = float(moments.low[i]), float(moments.high[i]), int(moments.finite[i])
    ordered = extras.ordered if is_numeric else None
    density = numbering_density(ordered, low, high, finite) if ordered is not None else 0.0
    told = is_numeric and finite > 0 and privacy != STRICT
    finite_values = ordered[np.isfinite(ordered)] if ordered is not None and told else None
    return ColumnProfile(
        position=i,
        name=sample.names[i],
        kind=_kind(column, density, is_mixed=bool(is_mixed)),
        dtype=safe_text(sample.frame.dtypes.iloc[i]),
        rows=sample.rows,
        sampled_rows=len(sample.frame),
        missing=int(moments.missing[i]),
        infinite=int(moments.infinite[i]),
        mean=finite_or_none(moments.mean[i]) if is_numeric and finite else None,
        std=finite_or_none(measured.std[i]) if is_numeric else None,
        minimum=finite_or_none(low) if told else None,
        maximum=finite_or_none(high) if told else None,
        skew=finite_or_none(measured.skew[i]) if is_numeric else None,
        distinct=extras.values.distinct,
        singletons=extras.values.singletons,
        top_count=extras.values.top_count,
        top_values=extras.values.top_values,
        withheld_values=extras.values.withheld,
        quantiles=quantiles_of(finite_values) if finite_values is not None else (),
        histogram=histogram_of(finite_values) if finite_values is not None else None,
        increasing=extras.increasing,
        mean_words=extras.values.mean_words,
        integer_sequence=density == 1.0,
        target_association=extras.target,
        missing_association=extras.missing,
    )


def _kind(column: SampledColumn, density: float, *, is_mixed: bool) -> ColumnKind:
    if is_mixed:
        return ColumnKind.MIXED
    return ColumnKind.INTEGER if density >= _NUMBERING_DENSITY else column.kind

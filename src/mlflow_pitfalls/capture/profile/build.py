"""Puts a data set's profile together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers import Sample, container_name
from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.fingerprints.fingerprint import content_digest
from mlflow_pitfalls.capture.profile.association import sampled_target
from mlflow_pitfalls.capture.profile.cells import cells_of
from mlflow_pitfalls.capture.profile.collinear import collinear_pairs
from mlflow_pitfalls.capture.profile.duplicates import repeat_facts
from mlflow_pitfalls.capture.profile.exact import exact_moments
from mlflow_pitfalls.capture.profile.extras import TIME_BUDGET, Extras, extras_of
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.capture.profile.labels import STRICT
from mlflow_pitfalls.capture.profile.moments import Moments, moments_of_columns
from mlflow_pitfalls.capture.profile.sampled import histogram_of, numbering_density, quantiles_of
from mlflow_pitfalls.capture.profile.target import finite_or_none, profile_target
from mlflow_pitfalls.model.profile import ColumnKind, ColumnPair, ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.values import Role, Task

MAX_PROFILED_COLUMNS = 300
# Whole, all different floats that fill so much of their range number the rows: a split may take half of a row number.
_NUMBERING_DENSITY = 0.5
_Z95 = 1.959964
_TASKS_WITHOUT_TARGET = (Task.CLUSTERING, Task.UNKNOWN)


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
    extras = extras_of(columns, target, privacy, working, notes)
    profiles = tuple(_column(i, sample, columns[i], extras[i], measured, privacy=privacy) for i in range(width))
    collinear: tuple[ColumnPair, ...] = ()
    duplicates, conflicts = None, None
    if thread_time() - working < TIME_BUDGET:
        collinear = collinear_pairs(columns, sample.names, [one.values.top_count for one in extras])
        duplicates, conflicts = repeat_facts(
            X, y, sample=sample, target_sample=target_sample, is_classification=task.is_classification
        )
    else:
        notes.append("duplicate rows and pairs of columns were not looked at: the time for a profile was spent")
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
        conflicts=conflicts,
        collinear=collinear,
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


def _column(
    i: int, sample: Sample, column: SampledColumn, extras: Extras, measured: _Measured, *, privacy: str
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
        cells=cells_of(finite_values) if finite_values is not None else None,
        increasing=extras.increasing,
        mean_words=extras.values.mean_words,
        kinds=extras.kinds,
        sentinels=() if is_mixed else extras.sentinels,
        integer_sequence=density == 1.0,
        target_association=extras.target,
        missing_association=extras.missing,
    )


def _kind(column: SampledColumn, density: float, *, is_mixed: bool) -> ColumnKind:
    if is_mixed:
        return ColumnKind.MIXED
    return ColumnKind.INTEGER if density >= _NUMBERING_DENSITY else column.kind

"""What a page shows of the data: one row a column, training beside held-out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.profile import ColumnProfile, DatasetProfile
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting import svg_bars, svg_columns, text

COLUMNS_SHOWN = 60
COLUMNS_OPEN = 12  # a longer table is folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """One column; ``flags`` are (check, severity) of the flags that name it."""

    name: str
    kind: str
    dtype: str
    missing: str
    missing_bar: Markup
    distinct: str
    centre: str
    reach: str
    picture: Markup
    association: str
    flags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """The data section. ``hidden`` says in one sentence what the table leaves out."""

    sides: tuple[tuple[str, str], ...]
    columns: tuple[ColumnRow, ...]
    folded: str  # what opens a long table; empty for one that stands open
    hidden: str
    target: str
    target_picture: Markup


def data_view(record: RunRecord, outcomes: Outcomes) -> DataView | None:
    """The training rows' profile beside the held-out rows', None where no data were profiled."""
    train = record.train or record.held_out
    if train is None:
        return None
    other = record.held_out if record.train is not None else None
    flags = _flags_by_column(outcomes)
    shown, hidden = _choose(train, flags)
    return DataView(
        sides=tuple(_side(side) for side in (train, other) if side is not None),
        columns=tuple(_row(column, _twin(column, other), flags.get(column.name, ())) for column in shown),
        folded=_folded(train, len(shown)),
        hidden=_hidden(train, hidden),
        target=_target(train),
        target_picture=_target_picture(train, other),
    )


def _folded(profile: DatasetProfile, shown: int) -> str:
    if shown <= COLUMNS_OPEN:
        return ""
    count = text.count(profile.column_count, "column")
    return f"All {count}" if shown >= profile.column_count else f"{text.number(shown)} of {count}"


def _flags_by_column(outcomes: Outcomes) -> dict[str, tuple[tuple[str, str], ...]]:
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for flag in outcomes.flags:
        for subject in flag.evidence.subjects if flag.evidence else ():
            severity = subject.severity if subject.severity is not Severity.NONE else flag.severity
            found[subject.name].append((flag.check, severity.value))
    return {column: tuple(dict.fromkeys(flags)) for column, flags in found.items()}


def _choose(
    profile: DatasetProfile, flags: dict[str, tuple[tuple[str, str], ...]]
) -> tuple[list[ColumnProfile], list[ColumnProfile]]:
    """The columns to show, in their order; where there are too many, those with flags go first."""
    if len(profile.columns) <= COLUMNS_SHOWN:
        return list(profile.columns), []
    ranked = sorted(range(len(profile.columns)), key=lambda index: profile.columns[index].name not in flags)
    kept = set(ranked[:COLUMNS_SHOWN])
    return (
        [column for index, column in enumerate(profile.columns) if index in kept],
        [column for index, column in enumerate(profile.columns) if index not in kept],
    )


def _hidden(profile: DatasetProfile, hidden: list[ColumnProfile]) -> str:
    unprofiled = max(0, profile.column_count - len(profile.columns))
    parts = []
    if hidden:
        kinds: defaultdict[str, int] = defaultdict(int)
        for column in hidden:
            kinds[column.kind.value] += 1
        missing = sum(column.missing > 0 for column in hidden)
        told = text.listed([f"{text.number(amount)} {kind}" for kind, amount in kinds.items()])
        parts.append(f"{text.count(len(hidden), 'more column')} ({told}; {text.number(missing)} with missing values)")
    if unprofiled:
        parts.append(f"{text.count(unprofiled, 'column')} not profiled")
    return f"Not shown: {text.listed(parts)}." if parts else ""


def _side(profile: DatasetProfile) -> tuple[str, str]:
    label = {"train": "Training", "held_out": "Held-out"}.get(profile.role.value, profile.role.value.capitalize())
    said = f"{text.number(profile.rows)} × {text.number(profile.column_count)}, {text.clean(profile.container)}"
    if profile.sampled_rows < profile.rows:
        error = text.share(profile.sample_error)
        said += f"; distinct values and histograms from {text.number(profile.sampled_rows)} rows (± {error})"
    if profile.duplicates is not None and profile.duplicates.duplicates:
        found, checked = profile.duplicates.duplicates, profile.duplicates.rows_checked
        said += f"; {text.number(found)} of {text.number(checked)} rows repeat another one"
    return label, said


def _twin(column: ColumnProfile, other: DatasetProfile | None) -> ColumnProfile | None:
    """The same column on the other side: by position, since names may repeat, else by name."""
    if other is None:
        return None
    if column.position < len(other.columns) and other.columns[column.position].name == column.name:
        return other.columns[column.position]
    return next((candidate for candidate in other.columns if candidate.name == column.name), None)


def _row(column: ColumnProfile, twin: ColumnProfile | None, flags: tuple[tuple[str, str], ...]) -> ColumnRow:
    missing = text.share(column.missing_share) if column.missing else "0"
    if twin is not None and (twin.missing or column.missing):
        missing = f"{missing} | {text.share(twin.missing_share) if twin.missing else '0'}"
    worst = max(column.missing_share, twin.missing_share if twin else 0.0)
    association = column.target_association
    return ColumnRow(
        name=text.name(column.name),
        kind=column.kind.value,
        dtype=text.clean(column.dtype, text.NAME_LIMIT),
        missing=missing,
        missing_bar=svg_bars.share_bar(worst, f"missing {missing}") if worst else Markup(""),
        distinct=text.number(column.distinct),
        centre=_centre(column),
        reach=_reach(column),
        picture=svg_columns.column_picture(column, twin),
        association=f"{text.score(association.effect)} {text.clean(association.method)}" if association else "",
        flags=flags,
    )


def _centre(column: ColumnProfile) -> str:
    if column.mean is not None:
        return f"{text.number(column.mean)} ± {text.number(column.std)}"
    if column.top_values:
        commonest = column.top_values[0]
        label = text.shorten(text.name(commonest.value), 24)
        return f"{label} ({text.share(commonest.count / column.sampled_rows if column.sampled_rows else None)})"
    return ""


def _reach(column: ColumnProfile) -> str:
    if column.minimum is None or column.maximum is None:
        return f"{text.count(column.withheld_values, 'rare value')} kept private" if column.withheld_values else ""
    return f"{text.number(column.minimum)} … {text.number(column.maximum)}"


def _target(profile: DatasetProfile) -> str:
    target = profile.target
    if target is None:
        return ""
    label = text.name(target.name) if target.name else "unnamed"
    said = f"{label} ({target.task.value}, {text.count(target.rows, 'row')}"
    if target.missing:
        said += f", {text.number(target.missing)} missing"
    if target.mean is not None:
        said += f", mean {text.number(target.mean)} ± {text.number(target.std)}"
    return said + ")"


def _target_picture(train: DatasetProfile, other: DatasetProfile | None) -> Markup:
    target, twin = train.target, other.target if other else None
    if target is None:
        return Markup("")
    if target.classes:  # drawn among the imbalanced data
        return Markup("")
    return svg_columns.target_picture(target, twin)

"""What a page shows of one flag, ready for a template."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.outcomes import Evidence, Outcome, Outcomes, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import svg_columns, svg_scores, text
from mlflow_pitfalls.reporting.docs_html import docs_to_html

SUBJECTS_SHOWN = 20
COLUMN_PICTURES = 3
REMEDIES_SHOWN = 6
REMEDIES_OPEN = 3  # more of them are folded away
DETAIL_LIMIT = 240  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture with what it shows."""

    caption: str
    svg: Markup
    both_sides: bool = False  # coloured by side without naming them


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """One row of a flag's table of columns, classes or fits."""

    name: str
    value: str
    interval: str
    severity: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyView:
    """One thing to do; ``code`` may be empty."""

    text: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """One flag. ``facts`` are label and value pairs; ``symptoms`` the outcomes that this flag explains."""

    check: str
    severity: str
    group: str
    message: str
    facts: tuple[tuple[str, str], ...]
    strip: Markup
    subjects: tuple[SubjectRow, ...]
    shows: Mapping[str, bool]  # which columns of the subjects' table hold anything
    more_subjects: int
    figures: tuple[Figure, ...]
    both_sides: bool  # whether a figure needs the legend of training and held-out
    remedies: tuple[RemedyView, ...]
    more_remedies: tuple[RemedyView, ...]
    symptoms: tuple[tuple[str, str], ...]
    docs: Markup


def flag_views(record: RunRecord, outcomes: Outcomes, docs: Mapping[str, str]) -> tuple[FlagView, ...]:
    """Every flag, worst first."""
    messages = {outcome.check: outcome.message for outcome in outcomes.outcomes}
    return tuple(_flag_view(record, flag, messages, docs) for flag in outcomes.flags)


def _flag_view(record: RunRecord, flag: Outcome, messages: Mapping[str, str], docs: Mapping[str, str]) -> FlagView:
    evidence = flag.evidence
    subjects = evidence.subjects if evidence else ()
    remedies = tuple(
        RemedyView(text=text.clean(remedy.text), code=text.clean_block(remedy.code))
        for remedy in flag.remedies[:REMEDIES_SHOWN]
    )
    figures = _column_figures(record, flag)
    rows = tuple(_subject_row(subject, evidence.unit) for subject in subjects[:SUBJECTS_SHOWN]) if evidence else ()
    return FlagView(
        check=flag.check,
        severity=flag.severity.value,
        group=flag.group.heading,
        message=text.clean(flag.message),
        facts=evidence_facts(evidence),
        strip=svg_scores.evidence_strip(evidence) if evidence else Markup(""),
        subjects=rows,
        shows={column: any(getattr(row, column) for row in rows) for column in ("interval", "severity", "detail")},
        more_subjects=max(0, len(subjects) - SUBJECTS_SHOWN),
        figures=figures,
        both_sides=record.held_out is not None and any(figure.both_sides for figure in figures),
        remedies=remedies[:REMEDIES_OPEN],
        more_remedies=remedies[REMEDIES_OPEN:],
        symptoms=tuple((check, text.clean(messages.get(check, ""))) for check in flag.explains),
        docs=docs_to_html(docs[flag.check]) if docs.get(flag.check) else Markup(""),
    )


def evidence_facts(evidence: Evidence | None) -> tuple[tuple[str, str], ...]:
    """Evidence as label and value pairs, those that are known."""
    if evidence is None:
        return ()
    pairs = [("Measured", f"{text.clean(evidence.statistic)}: {text.with_unit(evidence.value, evidence.unit)}")]
    if evidence.interval is not None:
        level = text.share(evidence.interval.level)
        pairs.append((f"{level} interval", text.interval(evidence.interval, evidence.unit)))
    if not math.isnan(evidence.threshold):
        pairs.append(("Threshold", text.with_unit(evidence.threshold, evidence.unit)))
    if evidence.threshold_source:
        pairs.append(("Threshold from", text.clean(evidence.threshold_source)))
    if evidence.rows:
        pairs.append(("Measured on", text.count(evidence.rows, "row")))
    if evidence.would_clear:
        pairs.append(("Clears when", text.clean(evidence.would_clear)))
    return tuple(pairs)


def _subject_row(subject: Subject, unit: str) -> SubjectRow:
    return SubjectRow(
        name=text.name(subject.name),
        value=text.with_unit(subject.value, unit),
        interval=text.interval(subject.interval, unit),
        severity="" if subject.severity.rank == 0 else subject.severity.value,
        detail=text.clean(subject.detail, DETAIL_LIMIT),
    )


def _column_figures(record: RunRecord, flag: Outcome) -> tuple[Figure, ...]:
    if flag.evidence is None or record.train is None:
        return ()
    train = {column.name: column for column in record.train.columns}
    held_out = {column.name: column for column in record.held_out.columns} if record.held_out else {}
    named = [subject.name for subject in flag.evidence.subjects if subject.name in train]
    figures: tuple[Figure, ...] = ()
    for column in named[:COLUMN_PICTURES]:
        drawn = svg_columns.column_picture(train[column], held_out.get(column), svg_columns.LARGE)
        figures += _figure(text.name(column), drawn, both_sides=True)
    return figures


def _figure(caption: str, drawn: Markup, *, both_sides: bool = False) -> tuple[Figure, ...]:
    return (Figure(caption=caption, svg=drawn, both_sides=both_sides),) if drawn else ()

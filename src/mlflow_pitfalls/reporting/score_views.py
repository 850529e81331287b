"""What a page shows of the scores: headline numbers, and tables of every metric, evaluation, fold and class."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Role
from mlflow_pitfalls.reporting import text

ROWS_SHOWN = 40  # of each table


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline number: label, value, and a smaller line under it."""

    label: str
    value: str
    detail: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of text. ``numeric`` are the positions of right-aligned columns."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    more: int = 0


_ROLES = {Role.TRAIN: "training", Role.HELD_OUT: "held-out", Role.MIXED: "both", Role.UNKNOWN: "unknown"}


def headline_figures(record: RunRecord) -> tuple[Headline, ...]:
    """The run's score, gap and time in large print."""
    found: list[Headline] = []
    score = record.primary_score
    if score is not None:
        metric = text.clean(score.metric, text.NAME_LIMIT)
        if score.held_out is not None:
            value = score.held_out
            detail = text.interval(value.interval) or text.count(value.rows, "row")
            found.append(
                Headline(label=f"Held-out {metric}", value=text.score(value.value), detail=detail, style="held")
            )
        if score.train is not None:
            value = score.train
            detail = text.interval(value.interval)
            found.append(Headline(label="Training", value=text.score(value.value), detail=detail, style="train"))
        if score.gap is not None:
            detail = text.interval(score.gap.interval)
            found.append(Headline(label="Gap", value=text.score(score.gap.value), detail=detail))
        if score.dummy is not None:
            strategy = text.clean(score.dummy_strategy, text.NAME_LIMIT)
            found.append(Headline(label="Dummy", value=text.score(score.dummy.value), detail=strategy, style="dummy"))
    if record.fit is not None:
        peak = record.times.peak_rss_mb
        detail = f"peak {text.number(round(peak))} MB" if peak else ""
        found.append(Headline(label="Fit", value=text.seconds(record.times.fit_seconds), detail=detail))
    return tuple(found)


def score_tables(record: RunRecord) -> tuple[Table, ...]:
    """Every metric on both sides; other fits; what the script measured; folds."""
    tables = (
        _scores(record.scores),
        _alternatives(record),
        _evaluations(record),
        _cross_validations(record),
    )
    return tuple(table for table in tables if table.rows)


def _scores(scores: tuple[ScoreFacts, ...]) -> Table:
    rows = tuple(
        (
            text.clean(score.metric) + (" (primary)" if score.primary else ""),
            text.estimate(score.train),
            text.estimate(score.held_out),
            text.estimate(score.gap),
            text.estimate(score.dummy),
            "the script" if score.computed_by == "script" else "mlflow-pitfalls",
        )
        for score in scores[:ROWS_SHOWN]
    )
    return Table(
        caption="Scores, higher is better; 95 % intervals in brackets",
        head=("Metric", "Training", "Held-out", "Gap", "Dummy", "Computed by"),
        rows=rows,
        numeric=(1, 2, 3, 4),
        more=max(0, len(scores) - ROWS_SHOWN),
    )


def _alternatives(record: RunRecord) -> Table:
    rows = tuple(
        (
            text.clean(entry.description, text.NAME_LIMIT),
            text.clean(entry.kind, text.NAME_LIMIT),
            {"probe": "a probe of ours", "history": "an earlier run"}.get(entry.source, text.clean(entry.source)),
            text.clean(entry.metric, text.NAME_LIMIT),
            text.estimate(entry.score),
            text.estimate(entry.gain),
            text.seconds(entry.seconds),
        )
        for entry in record.alternatives[:ROWS_SHOWN]
    )
    return Table(
        caption="Other fits, scored on the same held-out rows",
        head=("Fit", "Compared with this one", "From", "Metric", "Held-out", "Gain", "Fit time"),
        rows=rows,
        numeric=(4, 5, 6),
        more=max(0, len(record.alternatives) - ROWS_SHOWN),
    )


def _evaluations(record: RunRecord) -> Table:
    rows = tuple(
        (
            text.clean(entry.metric),
            text.score(entry.value),
            _ROLES[entry.role],
            text.number(entry.rows),
            text.clean(entry.site),
        )
        for entry in record.evaluations[:ROWS_SHOWN]
    )
    return Table(
        caption="What the script measured itself",
        head=("Metric", "Value", "Rows are", "Rows", "Where"),
        rows=rows,
        numeric=(1, 3),
        more=max(0, len(record.evaluations) - ROWS_SHOWN),
    )


def _cross_validations(record: RunRecord) -> Table:
    rows = []
    for entry in record.cross_validations[:ROWS_SHOWN]:
        spread = f"{text.score(min(entry.scores))} … {text.score(max(entry.scores))}" if entry.scores else text.UNKNOWN
        mean = text.score(sum(entry.scores) / len(entry.scores)) if entry.scores else text.UNKNOWN
        rows.append(
            (
                text.clean(entry.function),
                text.clean(entry.estimator),
                text.clean(f"{entry.splitter}, {entry.folds} folds"),
                text.clean(entry.metric),
                mean,
                spread,
                text.seconds(entry.seconds),
            )
        )
    return Table(
        caption="Cross-validation and searches",
        head=("Call", "Estimator", "Folds", "Metric", "Mean", "Range", "Time"),
        rows=tuple(rows),
        numeric=(4, 5, 6),
        more=max(0, len(record.cross_validations) - ROWS_SHOWN),
    )


def class_table(record: RunRecord) -> Table:
    """How many rows of each class there are, and how many of them are found."""
    rows = tuple(
        (
            text.name(entry.label),
            text.number(entry.train_rows),
            text.number(entry.held_out_rows),
            text.number(entry.predicted_rows),
            text.estimate(entry.train_recall),
            text.estimate(entry.recall),
        )
        for entry in record.classes[:ROWS_SHOWN]
    )
    return Table(
        caption="Classes: how many of each are found (recall)",
        head=("Class", "Training rows", "Held-out rows", "Predicted", "Recall, training", "Recall, held-out"),
        rows=rows,
        numeric=(1, 2, 3, 4, 5),
        more=max(0, len(record.classes) - ROWS_SHOWN),
    )

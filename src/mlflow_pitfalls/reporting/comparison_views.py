"""What the comparison page shows, section by section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mlflow_pitfalls.model.comparison import ColumnDrift, Comparison, FlagChange
from mlflow_pitfalls.model.profile import Histogram, ValueCount
from mlflow_pitfalls.reporting import comparison_text as words
from mlflow_pitfalls.reporting import svg_columns, text
from mlflow_pitfalls.reporting.score_views import Headline, Table
from mlflow_pitfalls.reporting.svg_dots import DotRow, dot_chart

COLUMNS_DRAWN = 12
ROWS_SHOWN = 40  # of one table
_COUNTED = 1_000_000  # shares are drawn as counts out of so many
_LEAST_P = 0.001  # smaller ones are not told apart
_EARLIER, _LATER = "earlier", "later"
_SIDES = f"{_EARLIER} run (area) and {_LATER} run (line)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """A flag that one of the runs has."""

    check: str
    severity: str
    message: str
    doubt: str  # what is to be said where the change is not certain


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPicture:
    """One column, both runs over each other."""

    title: str
    detail: str
    picture: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """One later run beside the earlier one."""

    key: str
    title: str
    tone: str
    headline: str
    detail: str
    figures: tuple[Headline, ...]
    gained: tuple[FlagRow, ...]
    lost: tuple[FlagRow, ...]
    scores: Markup
    tables: tuple[Table, ...]  # scores, gap and time
    parameters: Table | None
    drift: tuple[DriftPicture, ...]
    drift_table: Table | None
    data: tuple[Table, ...]
    notes: tuple[str, ...]


def comparison_view(comparison: Comparison, number: int) -> ComparisonView:
    """Everything that the page shows of one comparison.

    Args:
        comparison: What changed.
        number: Its place on the page, from 1.
    """
    moved = words.drifted(comparison)
    return ComparisonView(
        key=f"comparison-{number}",
        title=f"{words.run_title(comparison.before)} → {words.run_title(comparison.after)}",
        tone=words.tone_of(comparison),
        headline=words.headline(comparison),
        detail=_detail(comparison),
        figures=_figures(comparison, moved),
        gained=tuple(map(_flag, comparison.gained)),
        lost=tuple(map(_flag, comparison.lost)),
        scores=_score_picture(comparison),
        tables=tuple(table for table in (_scores(comparison), _times(comparison)) if table is not None),
        parameters=_parameters(comparison),
        drift=tuple(map(_drawn, moved[:COLUMNS_DRAWN])),
        drift_table=_drift_table(comparison),
        data=tuple(table for table in (_data(comparison), _schema(comparison)) if table is not None),
        notes=comparison.notes,
    )


def overview(comparisons: Sequence[Comparison]) -> Table:
    """Every run in one row, the reference first."""
    first = comparisons[0].before
    rows = [(words.run_title(first), text.name(first.estimator), text.moment(first.started_at), "reference", "", "")]
    for comparison in comparisons:
        label, change = comparison.after, comparison.score
        rows.append(
            (
                words.run_title(label),
                text.name(label.estimator),
                text.moment(label.started_at),
                f"{text.name(change.metric)} {words.signed(change.difference)}" if change is not None else text.UNKNOWN,
                str(len(comparison.gained)),
                str(len(comparison.lost)),
            )
        )
    head = ("Run", "Model", "Started", "Score, later minus reference", "Flags gained", "Flags lost")
    return Table(caption="The runs", head=head, rows=tuple(rows), numeric=(4, 5))


def _detail(comparison: Comparison) -> str:
    change, rest = comparison.score, words.changes(comparison)
    told = [] if rest else ["nothing else has certainly changed"]
    if change is not None:
        how = f"paired over {text.count(change.paired_rows, 'held-out row')}" if change.paired_rows else "not paired"
        told = [f"{words.signed(change.difference)}, {how}", *told]
    return f"{'; '.join([*told, *rest])}."


def _figures(comparison: Comparison, moved: Sequence[ColumnDrift]) -> tuple[Headline, ...]:
    found = []
    for change in comparison.scores[:1]:
        scores = f"{text.score(change.before.value)} → {text.score(change.after.value)}"
        found.append(Headline(label=text.name(change.metric), value=scores, detail=words.signed(change.difference)))
    if comparison.gap is not None:
        gap = comparison.gap
        gaps = f"{text.score(gap.before.value)} → {text.score(gap.after.value)}"
        found.append(Headline(label=f"gap in {text.name(gap.metric)}", value=gaps, detail=words.signed(gap.difference)))
    for time in comparison.times:
        ratio = f"{text.number(time.ratio)} times a row" if time.ratio is not None else ""
        spent = f"{text.seconds(time.before_seconds)} → {text.seconds(time.after_seconds)}"
        found.append(Headline(label=time.what, value=spent, detail=ratio))
    flags = f"+{len(comparison.gained)} / {text.MINUS}{len(comparison.lost)}"
    found.append(Headline(label="flags", value=flags, detail="gained / lost"))
    found.append(Headline(label="columns that drifted", value=text.number(len(moved)), detail=""))
    return tuple(found)


def _flag(flag: FlagChange) -> FlagRow:
    return FlagRow(
        check=flag.check,
        severity=flag.severity.value,
        message=flag.message,
        doubt="" if flag.certain else "Not certain: the other run was undecided, or close to a threshold.",
    )


def _score_picture(comparison: Comparison) -> Markup:
    rows = [DotRow(label=change.metric, estimate=change.difference, style="held") for change in comparison.scores]
    return dot_chart(rows, "later score minus earlier score", zero=True)


def _scores(comparison: Comparison) -> Table | None:
    rows = [
        (
            text.name(change.metric),
            text.estimate(change.before),
            text.estimate(change.after),
            words.signed(change.difference),
            text.number(change.paired_rows) if change.paired_rows else "not paired",
        )
        for change in comparison.scores
    ]
    if comparison.gap is not None:
        gap = comparison.gap
        label = f"gap in {text.name(gap.metric)}"
        rows.append((label, text.estimate(gap.before), text.estimate(gap.after), words.signed(gap.difference), ""))
    head = ("Score", "Earlier", "Later", "Difference", "Paired rows")
    return _table("Scores, higher is better; 95 % intervals", head, rows, numeric=(1, 2, 3, 4))


def _times(comparison: Comparison) -> Table | None:
    rows = [
        (
            time.what,
            _spent(time.before_seconds, time.before_rows),
            _spent(time.after_seconds, time.after_rows),
            text.number(time.ratio),
        )
        for time in comparison.times
    ]
    return _table("Time", ("Call", "Earlier", "Later", "Times as long a row"), rows, numeric=(1, 2, 3))


def _spent(seconds: float, rows: int | None) -> str:
    return text.seconds(seconds) + (f" for {text.count(rows, 'row')}" if rows else "")


def _parameters(comparison: Comparison) -> Table | None:
    rows = [
        (text.name(value.name), *("default" if side is None else side for side in (value.before, value.after)))
        for value in comparison.parameters
    ]
    return _table("Parameters that differ", ("Parameter", "Earlier", "Later"), rows)


def _drawn(drift: ColumnDrift) -> DriftPicture:
    what = f"{text.name(drift.column)} (target)" if drift.is_target else text.name(drift.column)
    detail = f"{_effect(drift)} {text.score(drift.effect)}, corrected p {_p_value(drift.adjusted_p)}"
    return DriftPicture(title=what, detail=detail, picture=_picture(drift))


def _effect(drift: ColumnDrift) -> str:
    return drift.effect_name.replace("_", " ")


def _p_value(value: float) -> str:
    return f"< {_LEAST_P:g}" if value < _LEAST_P else text.score(value)


def _picture(drift: ColumnDrift) -> Markup:
    earlier, later = (_counts(shares) for shares in (drift.before_shares, drift.after_shares))
    if len(drift.bins) == len(earlier) + 1 == len(later) + 1 and drift.bins:
        first, second = (Histogram(edges=drift.bins, counts=counts) for counts in (earlier, later))
        return svg_columns.histogram_pair(first, second, svg_columns.LARGE, sides=_SIDES)
    if not len(drift.labels) == len(earlier) == len(later):
        return Markup("")
    named = [
        tuple(ValueCount(value=label, count=count) for label, count in zip(drift.labels, counts, strict=True))
        for counts in (earlier, later)
    ]
    return svg_columns.category_pair((named[0], _COUNTED), (named[1], _COUNTED), svg_columns.LARGE)


def _counts(shares: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(share * _COUNTED) for share in shares)


def _drift_table(comparison: Comparison) -> Table | None:
    ordered = sorted(comparison.drift, key=lambda drift: (drift.adjusted_p, -drift.effect))
    rows = [
        (
            f"{text.name(drift.column)} (target)" if drift.is_target else text.name(drift.column),
            _effect(drift),
            text.score(drift.effect),
            _p_value(drift.adjusted_p),
            f"{text.number(drift.before_rows)} / {text.number(drift.after_rows)}",
        )
        for drift in ordered
    ]
    head = ("Column", "Effect", "Size", "Corrected p", "Rows, earlier / later")
    return _table("Every column that could be compared", head, rows, numeric=(2, 3, 4))


def _data(comparison: Comparison) -> Table | None:
    said = {True: "the same", False: "changed", None: "not known"}
    rows = [
        (
            "training" if change.side == "train" else "held-out",
            f"{text.number(change.before_rows)} × {text.number(change.before_columns)}",
            f"{text.number(change.after_rows)} × {text.number(change.after_columns)}",
            said[change.same_content],
        )
        for change in comparison.data
    ]
    return _table("Rows × columns", ("Side", "Earlier", "Later", "Content"), rows, numeric=(1, 2))


def _schema(comparison: Comparison) -> Table | None:
    rows = [(text.name(one.column), one.kind.value, one.before, one.after) for one in comparison.schema]
    return _table("Columns that changed", ("Column", "Change", "Earlier", "Later"), rows)


def _table(
    caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], numeric: tuple[int, ...] = ()
) -> Table | None:
    if not rows:
        return None
    more = max(0, len(rows) - ROWS_SHOWN)
    return Table(caption=caption, head=head, rows=tuple(rows[:ROWS_SHOWN]), numeric=numeric, more=more)

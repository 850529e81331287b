"""What the model makes of single columns: permutation importances, and segments that fare worse."""

from __future__ import annotations

from mlflow_pitfalls.model.record import ImportanceFacts, RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.score_views import Table
from mlflow_pitfalls.reporting.svg_dots import DotRow, dot_chart

COLUMNS_SHOWN = 15
SEGMENTS_SHOWN = 8
NAMED = 5


def importance_exhibit(record: RunRecord) -> Exhibit | None:
    """What the held-out score loses where one column is shuffled, the most important first."""
    ranked = sorted(record.importances, key=lambda entry: -entry.importance.value)
    if not ranked:
        return None
    rows = [
        DotRow(label=entry.column, estimate=entry.importance, style="dummy" if _is_idle(entry) else "train")
        for entry in ranked[:COLUMNS_SHOWN]
    ]
    metric = text.clean(ranked[0].metric, text.NAME_LIMIT)
    more = len(ranked) - len(rows)
    hidden = f" The {text.number(more)} least important ones are not drawn." if more > 0 else ""
    return Exhibit(
        key="importances",
        title="What each column is worth",
        says=f"{_idle(ranked)}{hidden}",
        picture=dot_chart(rows, f"loss of held-out {metric} where the column is shuffled", bars=True),
    )


def segment_exhibit(record: RunRecord) -> Exhibit | None:
    """Parts of the held-out rows against all others, the worst first."""
    ranked = sorted(record.segments, key=lambda entry: entry.difference.value)
    if not ranked:
        return None
    rows = tuple(
        (
            text.name(entry.segment),
            text.number(entry.rows),
            text.estimate(entry.score),
            text.estimate(entry.other_score),
            text.estimate(entry.difference),
        )
        for entry in ranked[:SEGMENTS_SHOWN]
    )
    worst = ranked[0]
    drawn = [
        DotRow(label=entry.segment, estimate=entry.difference, style="held", note=text.count(entry.rows, "row"))
        for entry in ranked[:SEGMENTS_SHOWN]
    ]
    metric = text.clean(worst.metric, text.NAME_LIMIT)
    return Exhibit(
        key="segments",
        title="Where the model does worse",
        says=(
            f"Lowest: {text.name(worst.segment)}, {text.count(worst.rows, 'held-out row')}, {metric} "
            f"{text.score(worst.score.value)} against {text.score(worst.other_score.value)} elsewhere. Of many "
            "segments some look bad by chance; the check weak-segment corrects for that."
        ),
        picture=dot_chart(drawn, f"{metric} of the segment minus that of all other rows", zero=True),
        fold="The same with both scores",
        tables=(
            Table(
                caption=f"Segments by {metric}",
                head=("Segment", "Rows", "Here", "Elsewhere", "Difference"),
                rows=rows,
                numeric=(1, 2, 3, 4),
                more=max(0, len(ranked) - SEGMENTS_SHOWN),
            ),
        ),
    )


def _is_idle(entry: ImportanceFacts) -> bool:
    bounds = entry.importance.interval
    return bounds.low <= 0 if bounds is not None else entry.importance.value <= 0


def _idle(ranked: list[ImportanceFacts]) -> str:
    idle = [text.name(entry.column) for entry in reversed(ranked) if _is_idle(entry)]
    if not idle:
        return f"Each of the {text.count(len(ranked), 'column')} adds to the held-out score."
    named = ", ".join(idle[:NAMED]) + (", …" if len(idle) > NAMED else "")
    verb = "adds" if len(idle) == 1 else "add"
    return f"{text.number(len(idle))} of {text.count(len(ranked), 'column')} {verb} nothing that can be seen: {named}."

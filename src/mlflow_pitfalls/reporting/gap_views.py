"""The scores as exhibits: the gap between both sides, and every table of scores."""

from __future__ import annotations

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.score_views import score_tables
from mlflow_pitfalls.reporting.svg_scores import score_chart


def gap_exhibit(record: RunRecord) -> Exhibit | None:
    """Training, held-out and dummy score of the primary metric."""
    score = record.primary_score
    drawn = score_chart(score) if score is not None else None
    if score is None or not drawn:
        return None
    metric = text.clean(score.metric, text.NAME_LIMIT)
    says = f"{metric}, with 95 % intervals; the band is the gap."
    return Exhibit(key="gap", title="Training against held-out rows", says=says, picture=drawn, brief=False)


def scores_exhibit(record: RunRecord) -> Exhibit | None:
    """Every table of scores."""
    tables = score_tables(record)
    if not tables:
        return None
    return Exhibit(key="scores", title="Every score", says="", tables=tables, brief=False)

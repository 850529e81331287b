"""What MLflow's own pages show of a run beside its tags, metrics and files."""

from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting.datasets import datasets
from mlflow_pitfalls.reporting.issues import issues
from mlflow_pitfalls.reporting.saved_views import experiment_page
from mlflow_pitfalls.settings import Settings


def with_pages(items: LogItems, record: RunRecord, outcomes: Outcomes, settings: Settings) -> LogItems:
    """A settled run's items, with what MLflow's own pages can show of them.

    Args:
        items: Tags, metrics, files and the note.
        record: The run's facts.
        outcomes: Every check's answer.
        settings: Which of the pages are wanted.
    """
    return replace(
        items,
        page=experiment_page(record.run) if settings.views else None,
        issues=issues(outcomes, _columns(record)) if settings.issues else None,
        inputs=datasets(record) if settings.datasets else (),
    )


def _columns(record: RunRecord) -> frozenset[str]:
    """Names of the columns that were profiled on either side of the split."""
    sides = (record.train, record.held_out)
    return frozenset(column.name for side in sides if side is not None for column in side.columns)

"""An evaluation, judged and written to its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlflow_pitfalls import api, hooks
from mlflow_pitfalls.capture.recording.evaluated import evaluated_record
from mlflow_pitfalls.checks.docs import explanations
from mlflow_pitfalls.evaluating.judging import judge
from mlflow_pitfalls.evaluating.rows import Evaluation, estimator_of, evaluated_rows
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.reporting.log_items import settled_items
from mlflow_pitfalls.reporting.run_tags import EVALUATED, with_state
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.runs import carries_report, read_run
from mlflow_pitfalls.sinks.writer import Writer
from mlflow_pitfalls.version import __version__

WRITING_SECONDS = 30.0  # for one report; MLflow itself has just answered


def evaluate(evaluation: Evaluation, *, run_id: str, options: Mapping[str, Any]) -> dict[str, float]:
    """Judge an evaluation, and write the report to its run, unless the run carries one of its own fit.

    Args:
        evaluation: What MLflow hands over.
        run_id: Its run, in MLflow's current tracking store.
        options: Options of ``enable()``.

    Returns:
        The metrics of the report by name, such as ``pitfalls/severity``.

    Raises:
        PitfallsError: There is nothing to judge, or an option is unknown.
    """
    import mlflow

    settings = Settings.load(options)
    uri = str(mlflow.get_tracking_uri())
    run = read_run(uri, run_id) or RunInfo(run_id=run_id)
    with hooks.unlogged():
        record = evaluated_record(run, evaluated_rows(evaluation, settings), settings, __version__)
    outcomes = judge(record, estimator_of(evaluation), settings)
    items = with_state(settled_items(record, outcomes, docs=explanations()), EVALUATED)
    if not api.watches(run_id) and not carries_report(uri, run_id):
        _write(uri, items, settings)
    return {metric.key: metric.value for metric in items.metrics}


def _write(uri: str, items: LogItems, settings: Settings) -> None:
    writer = Writer(replace(settings, terminal=False), on_thread_start=hooks.mute_thread)
    writer.submit(uri, lambda: items)
    writer.close(WRITING_SECONDS)

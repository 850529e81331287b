"""What the current experiment's earlier runs say about a model that is tuned from Python."""

from __future__ import annotations

import os
import sys
from typing import Any

from mlflow_pitfalls.capture.containers import shape_of
from mlflow_pitfalls.capture.containers.rows import sample_positions, take_rows
from mlflow_pitfalls.capture.estimators.estimator import estimator_facts
from mlflow_pitfalls.capture.findings.held_out_digest import digest_of
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.record import FitFacts, RunInfo, RunRecord, ScoreFacts
from mlflow_pitfalls.model.suggestions import Suggestions
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.tuning_history import read_configurations
from mlflow_pitfalls.tuning.earlier_runs.history import from_history
from mlflow_pitfalls.tuning.study.beginning import Asked
from mlflow_pitfalls.version import __version__

_DEFAULT_EXPERIMENT = "0"


def suggested_by_runs(asked: Asked, y_test: Any) -> Suggestions | None:
    """Ask the runs of the current experiment that were scored on the same held-out rows; on a muted thread.

    Args:
        asked: What is tuned.
        y_test: Targets of the held-out rows, in their order, by which the runs are recognised.

    Returns:
        None where MLflow is not in use, the rows are not known, the store does not answer, or no run can be compared.
    """
    if "mlflow" not in sys.modules or y_test is None:
        return None
    with guard("asking earlier runs what to tune"):
        import mlflow

        record = _record(asked, y_test, _experiment())
        runs = read_configurations(str(mlflow.get_tracking_uri()), record)
        if not runs:
            return None
        told = from_history(asked.space, runs, metric=asked.metric, greater_is_better=True)
        return Suggestions(
            run_id="",
            metric=asked.metric,
            space=asked.space,
            next=told.next,
            basis="history" if told.next else "prior",
            history_runs=told.runs_used,
            tried=told.tried,
        )
    return None  # type: ignore[unreachable]  # the guard swallows


def _record(asked: Asked, y_test: Any, experiment: str) -> RunRecord:
    """As a run of this model would tell of itself."""
    settings = Settings.load()
    rows = (shape_of(y_test) or (0,))[0]
    sampled = take_rows(y_test, sample_positions(rows, settings.sample_rows, settings.seed))
    shape = shape_of(asked.x) or (0,)
    return RunRecord(
        run=RunInfo(experiment_id=experiment),
        task=asked.task,
        package_version=__version__,
        held_out_digest=digest_of(sampled, rows),
        scores=(ScoreFacts(metric=asked.metric, primary=True, perfect=1.0),),
        fit=FitFacts(
            estimator=estimator_facts(asked.estimator),
            rows=shape[0],
            columns=shape[1] if len(shape) > 1 else 1,
            seconds=0.0,
            cpu_seconds=0.0,
        ),
    )


def _experiment() -> str:
    """Of the active run, else the one that was set, which MLflow tells other processes by the environment."""
    import mlflow

    run = mlflow.active_run()
    if run is not None:
        return str(run.info.experiment_id)
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME")
    if name:
        found = mlflow.get_experiment_by_name(name)
        return str(found.experiment_id) if found is not None else ""
    return os.environ.get("MLFLOW_EXPERIMENT_ID", _DEFAULT_EXPERIMENT)

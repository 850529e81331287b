"""The command in this process, and runs that carry a report."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from mlflow_pitfalls.cli import main
from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Severity, Task
from mlflow_pitfalls.reporting.links import OUTCOMES_PATH, RECORD_PATH
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.version import __version__


@pytest.fixture
def invoke():
    def call(*arguments):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture
def reported(store, make_items):
    """``reported(severity)``: a run whose report has one flag of that severity, none where it is ``none``."""

    def make(severity: str = "high") -> str:
        run_id = store.new_run()
        record = RunRecord(
            run=RunInfo(run_id=run_id, experiment_id=store.experiment_id, run_name="bold-<i>owl</i>"),
            task=Task.BINARY,
            package_version=__version__,
        )
        level = Severity(severity)
        answer = Outcome(
            check="overfit",
            group=Group.ACCURACY,
            status=Status.PASSED if level is Severity.NONE else Status.FLAGGED,
            severity=level,
            message="Too good: 0.99.",
        )
        artifacts = (
            Artifact(path=RECORD_PATH, content=to_json(record).encode()),
            Artifact(path=OUTCOMES_PATH, content=to_json(Outcomes(run_id=run_id, outcomes=(answer,))).encode()),
        )
        MlflowSink(store.uri).write(make_items(run_id, artifacts=artifacts))
        return run_id

    return make

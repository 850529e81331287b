"""The tracking server refuses, hangs, or is killed in the middle: our part waits for nobody, and nothing is lost."""

import pytest

from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync

# The script itself talks to MLflow before its server fails; then only our own calls do.
SCRIPT = """
import json, os, sys, time
import mlflow, mlflow_pitfalls
from mlflow.tracking import fluent
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
mlflow_pitfalls.enable(autolog=False)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
from mlflow_pitfalls import session
from mlflow_pitfalls.model.record import RunInfo
session_run = RunInfo(run_id="a" * 32, experiment_id="1")
"""


def _user_run(uri: str) -> str:
    """A fluent run whose server is gone for the rest of the script, as the user's own calls would leave it."""
    return (
        SCRIPT
        + f"""
mlflow.set_tracking_uri({uri!r})
from mlflow.entities import Run, RunData, RunInfo as Info
from mlflow.entities import LifecycleStage
info = Info(run_id="a" * 32, experiment_id="1", user_id="u", status="RUNNING", start_time=0, end_time=None,
            lifecycle_stage=LifecycleStage.ACTIVE)
fluent._active_run_stack.get().append(mlflow.ActiveRun(Run(info, RunData())))
delays = []
for depth in range(1, 4):
    model = DecisionTreeClassifier(max_depth=depth, random_state=0)
    started = time.perf_counter()
    model.fit(X_train, y_train)
    delays.append(time.perf_counter() - started)
    accuracy_score(y_test, model.predict(X_test))
fluent._active_run_stack.get().clear()
print(json.dumps(delays))
"""
    )


@pytest.mark.parametrize("kind", ["refused", "hung", "stuck"])
def test_what_was_recorded_is_spooled(run_script, request, tmp_path, kind):
    uri = request.getfixturevalue(f"{kind}_uri")
    done = run_script(_user_run(uri), uri)
    assert done.returncode == 0, done.stderr
    entries = Spool(str(tmp_path / "spool")).entries()
    assert [entry.stage for entry in entries][-1:] == ["settled"]
    assert "mlflow-pitfalls sync" in done.stderr
    assert "Held-out accuracy" in done.stderr


@pytest.mark.slow
def test_a_server_killed_in_the_middle_is_told_later(run_script, own_server, tmp_path):
    own_server.start()
    pid = own_server._process.pid
    source = (
        SCRIPT
        + f"""
import signal
with mlflow.start_run() as run:
    model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    accuracy_score(y_test, model.predict(X_test))
    os.killpg({pid}, signal.SIGKILL)
    run_id = run.info.run_id
    print(json.dumps(run_id))
    sys.stdout.flush()
    mlflow_pitfalls.flush(10)
    os._exit(0)
"""
    )
    done = run_script(source, own_server.uri)
    run_id = done.result
    own_server.stop()
    assert Spool(str(tmp_path / "spool")).entries()
    own_server.start()
    report = sync(own_server.uri, spool_dir=str(tmp_path / "spool"))
    assert report.left == 0
    from mlflow import MlflowClient

    tags = MlflowClient(own_server.uri).get_run(run_id).data.tags
    assert tags["pitfalls.state"] == "settled"
    assert Spool(str(tmp_path / "spool")).entries() == []

from __future__ import annotations

import sys

import pytest
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls import hooks
from mlflow_pitfalls.model.events import RunOrigin

# MLflow's own: its store, and the protocol of its import hooks.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ImportWarning", "ignore::FutureWarning:mlflow", "ignore::ResourceWarning"
)


def changes(recorder):
    return [(event.run_id, event.started, event.origin, event.status) for event in recorder.runs]


def test_every_way_to_open_and_close_a_run(mlflow_store, recorder):
    from mlflow import end_run, start_run

    with mlflow_store.start_run() as first:
        pass
    second = start_run()
    end_run("KILLED")
    with start_run(run_id=first.info.run_id), start_run(nested=True) as inner:
        pass
    with pytest.raises(ValueError, match="odd"), mlflow_store.start_run() as failed:
        raise ValueError("odd")
    client = mlflow_store.MlflowClient()
    bare = client.create_run(first.info.experiment_id)
    client.set_terminated(run_id=bare.info.run_id, status="FAILED")
    user = RunOrigin.USER
    ids = [run.info.run_id for run in (first, second, inner, failed, bare)]
    assert changes(recorder) == [
        (ids[0], True, user, "RUNNING"),
        (ids[0], False, user, "FINISHED"),
        (ids[1], True, user, "RUNNING"),
        (ids[1], False, user, "KILLED"),
        (ids[0], True, user, "RUNNING"),
        (ids[2], True, user, "RUNNING"),
        (ids[2], False, user, "FINISHED"),
        (ids[0], False, user, "FINISHED"),
        (ids[3], True, user, "RUNNING"),
        (ids[3], False, user, "FAILED"),
        (ids[4], False, user, "FAILED"),
    ]
    assert [client.get_run(run_id).info.status for run_id in ids] == [
        "FINISHED",
        "KILLED",
        "FINISHED",
        "FAILED",
        "FAILED",
    ]


def test_failed_changes_are_not_told(mlflow_store, recorder):
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException):
        mlflow_store.MlflowClient().set_terminated("no such run")
    with pytest.raises(MlflowException):
        mlflow_store.start_run(run_id="no such run")
    assert recorder.runs == []


def test_runs_of_ours_are_not_told(mlflow_store, recorder):
    with hooks.muted(), mlflow_store.start_run():
        pass
    assert recorder.runs == []


def test_a_broken_listener_does_not_break_runs(mlflow_store, recorder, caplog):
    def broken(event):
        raise RuntimeError

    recorder.run_changed = broken
    with mlflow_store.start_run() as run:
        pass
    assert mlflow_store.get_run(run.info.run_id).info.status == "FINISHED"
    assert len([record for record in caplog.records if record.name == "mlflow_pitfalls"]) == 1


def test_a_run_opened_inside_a_fit_is_told(mlflow_store, recorder, iris):
    class Logs(DecisionTreeClassifier):
        def fit(self, X, y):
            with mlflow_store.start_run():
                return super().fit(X, y)

    Logs().fit(*iris)
    assert [event.started for event in recorder.runs] == [True, False]
    assert recorder.calls == [("Logs", "fit")]


def test_exit_closes_what_is_open(run_script, store_uri):
    output = run_script(
        f"""
        import mlflow, os
        from mlflow_pitfalls import hooks

        class Listener:
            def wants(self, kind, name, owner): return True
            def skipped(self, *args): pass
            def starting(self, *args): pass
            def finished(self, event): pass
            def run_changed(self, event): os.write(1, f"{{event.started}} {{event.origin.value}}\\n".encode())

        hooks.install(Listener())
        mlflow.set_tracking_uri("{store_uri}")
        mlflow.start_run()
        """
    )
    assert [line for line in output.splitlines() if line.startswith(("True", "False"))] == ["True user", "False exit"]
    assert sys.modules["mlflow"].active_run() is None

from __future__ import annotations

import pytest

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Severity, Task
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.runs import StoreError, load_report, read_run


def written(store, make_items):
    run_id = store.new_run()
    record = RunRecord(run=RunInfo(run_id=run_id), task=Task.BINARY, package_version="0.1.0")
    flag = Outcome(
        check="overfit", group=Group.ACCURACY, status=Status.FLAGGED, severity=Severity.HIGH, message="train 0.99"
    )
    outcomes = Outcomes(run_id=run_id, outcomes=(flag,))
    artifacts = (
        Artifact(path="pitfalls/record.json", content=to_json(record).encode()),
        Artifact(path="pitfalls/outcomes.json", content=to_json(outcomes).encode()),
    )
    MlflowSink(store.uri).write(make_items(run_id, artifacts=artifacts))
    return run_id, record, outcomes


@pytest.mark.parametrize("kind", ["store", "server_store"])
def test_a_written_report_is_read_back_without_a_word(request, make_items, capfd, kind):
    target = request.getfixturevalue(kind)
    run_id, record, outcomes = written(target, make_items)
    capfd.readouterr()
    report = load_report(run_id, target.uri)
    assert report.record == record
    assert report.outcomes == outcomes
    assert report.run.run_id == run_id
    assert capfd.readouterr() == ("", "")


def test_a_run_without_a_report(store):
    with pytest.raises(StoreError, match="ran without mlflow-pitfalls"):
        load_report(store.new_run(), store.uri)


def test_no_run_and_no_store(store, refused_uri, tmp_path):
    with pytest.raises(StoreError, match="could not be read"):
        load_report("0" * 32, store.uri)
    with pytest.raises(StoreError, match="does not answer"):
        load_report("0" * 32, refused_uri)
    with pytest.raises(StoreError, match="does not answer"):
        load_report("0" * 32, f"sqlite:///{tmp_path}/none.db")
    assert read_run(store.uri, "0" * 32) is None
    assert read_run(refused_uri, "0" * 32) is None


def test_a_report_of_a_newer_version(store, make_items):
    run_id = store.new_run()
    newer = Artifact(path="pitfalls/record.json", content=b'{"schema_version": 99}')
    MlflowSink(store.uri).write(make_items(run_id, artifacts=(newer,)))
    with pytest.raises(SchemaError, match="version 99"):
        load_report(run_id, store.uri)


def test_what_is_known_of_a_run(store):
    own = store.client.create_run(store.experiment_id, run_name="mine", start_time=1_700_000_000_000)
    info = read_run(store.uri, own.info.run_id)
    assert info == RunInfo(
        run_id=own.info.run_id,
        experiment_id=store.experiment_id,
        run_name="mine",
        managed=False,
        started_at="2023-11-14T22:13:20+00:00",
    )
    managed = store.new_run(**{"mlflow.autologging": "sklearn"})
    assert read_run(store.uri, managed).managed

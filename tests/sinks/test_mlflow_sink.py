from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mlflow_pitfalls.model.items import Artifact, Metric, Note, Tag
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.outcome import Outcome


def test_a_settled_write_arrives_in_full(store, make_items):
    run_id = store.new_run()
    items = make_items(run_id)
    result = MlflowSink(store.uri).write(items)
    assert result.outcome is Outcome.DELIVERED
    assert result.failures == ()
    tags = store.tags(run_id)
    assert tags["pitfalls.severity"] == "high"
    assert tags["pitfalls.overfit"] == "high"
    assert tags["mlflow.note.content"].startswith("Do not trust this result yet: 1 high flag. ")
    assert json.loads(tags["mlflow.loggedArtifacts"]) == [{"path": "pitfalls_flags.json", "type": "table"}]
    assert store.metrics(run_id) == {"pitfalls/severity": 3.0, "pitfalls/train_score": 0.99}
    assert store.files(run_id) == {file.path for file in items.artifacts}
    assert (store.artifacts / run_id / "artifacts" / "pitfalls.md").read_bytes() == items.artifacts[0].content


def test_the_run_stays_as_it_was_otherwise(store, make_items):
    run_id = store.new_run()
    before = store.client.get_run(run_id).info
    MlflowSink(store.uri).write(make_items(run_id))
    after = store.client.get_run(run_id).info
    assert (after.status, after.end_time, after.run_name) == (before.status, before.end_time, before.run_name)
    assert len(store.client.search_runs([store.experiment_id])) == 1


def test_a_finished_run_is_written_to(store, make_items):
    run_id = store.new_run()
    store.client.set_terminated(run_id)
    assert MlflowSink(store.uri).write(make_items(run_id)).outcome is Outcome.DELIVERED
    assert store.client.get_run(run_id).info.status == "FINISHED"


def test_a_deleted_run_gets_nothing(store, make_items):
    run_id = store.new_run()
    store.client.delete_run(run_id)
    assert MlflowSink(store.uri).write(make_items(run_id)).outcome is Outcome.GONE
    assert not (store.artifacts / run_id).exists()


def test_an_unknown_run_is_gone(store, make_items):
    assert MlflowSink(store.uri).write(make_items("0" * 32)).outcome is Outcome.GONE


def test_a_deleted_store_is_not_made_anew(tmp_path: Path, make_items):
    sink = MlflowSink(f"sqlite:///{tmp_path}/gone.db")
    assert sink.write(make_items("0" * 32)).outcome is Outcome.UNREACHABLE
    assert list(tmp_path.iterdir()) == []


def test_writing_again_adds_no_second_point_to_a_metric(store, make_items):
    run_id = store.new_run()
    sink = MlflowSink(store.uri)
    sink.write(make_items(run_id, timestamp_ms=1_000))
    sink.write(make_items(run_id, timestamp_ms=2_000))
    assert len(store.client.get_metric_history(run_id, "pitfalls/severity")) == 1
    changed = (Metric(key="pitfalls/severity", value=1.0),)
    sink.write(make_items(run_id, metrics=changed, timestamp_ms=3_000))
    assert store.metrics(run_id)["pitfalls/severity"] == 1.0


def test_settling_drops_flags_that_no_longer_stand_and_nothing_else(store, make_items):
    run_id = store.new_run(**{"pitfalls.mine": "my own text", "other.overfit": "high", "pitfalls.task": "binary"})
    sink = MlflowSink(store.uri)
    sink.write(make_items(run_id, stage="partial"))
    fewer = (Tag(key="pitfalls.severity", value="low"), Tag(key="pitfalls.missing-values", value="low"))
    sink.write(make_items(run_id, stage="partial", tags=fewer))
    assert store.tags(run_id)["pitfalls.overfit"] == "high"
    sink.write(make_items(run_id, tags=fewer))
    tags = store.tags(run_id)
    assert "pitfalls.overfit" not in tags
    assert tags["pitfalls.severity"] == "low"
    assert tags["pitfalls.missing-values"] == "low"
    assert tags["pitfalls.mine"] == "my own text"
    assert tags["other.overfit"] == "high"
    assert tags["pitfalls.task"] == "binary"


def test_the_users_description_and_tables_stay(store, make_items):
    theirs = [{"path": "predictions.json", "type": "table"}]
    run_id = store.new_run(**{"mlflow.note.content": "My words.", "mlflow.loggedArtifacts": json.dumps(theirs)})
    sink = MlflowSink(store.uri)
    sink.write(make_items(run_id))
    sink.write(make_items(run_id, note=Note(markdown="No pitfalls found: 12 checks passed.")))
    tags = store.tags(run_id)
    assert tags["mlflow.note.content"].startswith("My words.\n\nNo pitfalls found: 12 checks passed.")
    assert "Do not trust" not in tags["mlflow.note.content"]
    assert json.loads(tags["mlflow.loggedArtifacts"]) == [*theirs, {"path": "pitfalls_flags.json", "type": "table"}]


def test_an_unreadable_list_of_tables_is_left_alone(store, make_items):
    run_id = store.new_run(**{"mlflow.loggedArtifacts": "no JSON"})
    assert MlflowSink(store.uri).write(make_items(run_id)).outcome is Outcome.DELIVERED
    assert store.tags(run_id)["mlflow.loggedArtifacts"] == "no JSON"


def test_mlflows_table_mode_finds_our_table(store, make_items):
    run_id = store.new_run()
    table = Artifact(path="pitfalls_flags.json", content=b'{"columns": ["flag"], "data": [["overfit"]]}')
    MlflowSink(store.uri).write(make_items(run_id, artifacts=(table,)))
    listed = json.loads(store.tags(run_id)["mlflow.loggedArtifacts"])
    assert listed == [{"path": table.path, "type": "table"}]


def test_an_artifact_store_that_refuses_costs_only_the_files(store, make_items):
    run_id = store.new_run()
    store.artifacts.write_text("a file where the folder should be")
    result = MlflowSink(store.uri).write(make_items(run_id))
    assert result.outcome is Outcome.REFUSED
    assert result.failures
    assert store.tags(run_id)["pitfalls.overfit"] == "high"
    assert store.metrics(run_id)["pitfalls/severity"] == 3.0


def test_one_refused_file_does_not_lose_the_others(store, make_items):
    run_id = store.new_run()
    blocked = store.artifacts / run_id / "artifacts" / "pitfalls.md"
    blocked.mkdir(parents=True)
    result = MlflowSink(store.uri).write(make_items(run_id))
    assert result.outcome is Outcome.REFUSED
    assert {"pitfalls_flags.json", "pitfalls/report.html", "pitfalls/docs/overfit.md"} <= store.files(run_id)


@pytest.mark.parametrize("truncate", ["true", "false"])
def test_values_over_the_limits_are_cut_to_fit_without_a_word(store, make_items, monkeypatch, capfd, truncate):
    monkeypatch.setenv("MLFLOW_TRUNCATE_LONG_VALUES", truncate)
    run_id = store.new_run()
    tags = (
        *(Tag(key=f"pitfalls.t{at}", value="v") for at in range(97)),
        Tag(key="pitfalls.long", value="x" * 8_001),
        Tag(key="k" * 251, value="v"),
        Tag(key="pitfalls.😀", value="a\x00b\ud800"),
        Tag(key="pitfalls.surplus", value="v"),
    )
    metrics = (
        Metric(key="pitfalls/inf", value=float("inf")),
        Metric(key="pitfalls/nan", value=float("nan")),
        Metric(key="pitfalls/ok (%)", value=1.0),
    )
    capfd.readouterr()
    result = MlflowSink(store.uri).write(make_items(run_id, tags=tags, metrics=metrics))
    assert result.outcome is Outcome.DELIVERED
    written = store.tags(run_id)
    assert written["pitfalls.long"].endswith("x…")
    assert written["pitfalls._"] == "ab?"
    assert store.metrics(run_id) == {"pitfalls/ok ___": 1.0}
    assert capfd.readouterr() == ("", "")


def test_a_settled_write_costs_few_requests(server, server_store, make_items):
    """Counted by the server's own access log."""
    run_id = server_store.new_run()
    items = make_items(run_id)
    log = server.folder / "server.log"
    before = log.read_text().count(" HTTP/1.1")
    assert MlflowSink(server.uri).write(items).outcome is Outcome.DELIVERED
    requests = log.read_text().count(" HTTP/1.1") - before
    assert requests == 3 + len(items.artifacts)


def test_through_a_tracking_server_with_proxied_artifacts(server_store, make_items):
    run_id = server_store.new_run()
    items = make_items(run_id)
    sink = MlflowSink(server_store.uri)
    assert sink.write(items).outcome is Outcome.DELIVERED
    assert sink.write(replace(items, tags=items.tags[:1])).outcome is Outcome.DELIVERED
    assert server_store.files(run_id) == {file.path for file in items.artifacts}
    assert "pitfalls.overfit" not in server_store.tags(run_id)
    server_store.client.delete_run(run_id)
    assert sink.write(items).outcome is Outcome.GONE


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, b"who are you?", Outcome.UNREACHABLE),
        (403, b'{"error_code": "PERMISSION_DENIED", "message": "no"}', Outcome.REFUSED),
        (404, b"<html>no such page</html>", Outcome.UNREACHABLE),
        (404, b'{"error_code": "ENDPOINT_NOT_FOUND", "message": "no such API"}', Outcome.REFUSED),
        (404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such run"}', Outcome.GONE),
        (429, b"slow down", Outcome.UNREACHABLE),
        (500, b"", Outcome.UNREACHABLE),
        (503, b'{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "later"}', Outcome.UNREACHABLE),
        (200, b"{not JSON", Outcome.UNREACHABLE),
        (200, b"<html>a login page</html>", Outcome.UNREACHABLE),
        (200, b"", Outcome.UNREACHABLE),
        (200, b'{"login": "/sign-in"}', Outcome.UNREACHABLE),
    ],
)
def test_odd_servers_are_told_apart(odd_server, make_items, monkeypatch, capfd, status, body, outcome):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # else each takes four minutes
    odd_server.status, odd_server.body = status, body
    result = MlflowSink(odd_server.uri).write(make_items("a" * 32))
    assert result.outcome is outcome
    assert odd_server.seen == 1
    assert capfd.readouterr().out == ""


def test_a_folder_of_files_as_the_store(tmp_path: Path, make_items, monkeypatch):
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = (tmp_path / "mlruns").as_uri()
    client = MlflowClient(tracking_uri=uri)
    run_id = client.create_run(client.create_experiment("files")).info.run_id
    items = make_items(run_id)
    sink = MlflowSink(uri)
    assert sink.write(items).outcome is Outcome.DELIVERED
    assert sink.write(replace(items, tags=items.tags[:1])).outcome is Outcome.DELIVERED
    run = client.get_run(run_id)
    assert run.data.tags["pitfalls.severity"] == "high"
    assert "pitfalls.overfit" not in run.data.tags
    assert run.data.metrics["pitfalls/train_score"] == 0.99
    assert {file.path for file in client.list_artifacts(run_id)} == {"pitfalls", "pitfalls.md", "pitfalls_flags.json"}

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest

from mlflow_pitfalls.model.items import Artifact, Tag
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_an_empty_spool_is_synced_at_once(spool):
    report = sync(spool_dir=spool.folder)
    assert (report.sent, report.left) == (0, 0)
    assert str(report) == "Nothing to send."


def test_all_is_sent_and_the_spool_is_empty(spool, store, make_items):
    runs = [store.new_run() for _ in range(3)]
    for run_id in runs:
        spool.put(store.uri, make_items(run_id))
    report = sync(spool_dir=spool.folder)
    assert (report.sent, report.left, report.runs) == (3, 0, set(runs))
    assert all(store.tags(run_id)["pitfalls.overfit"] == "high" for run_id in runs)
    assert list(spool.folder.iterdir()) == []
    assert sync(spool_dir=spool.folder).sent == 0


def test_a_settled_entry_supersedes_earlier_partial_ones_only(spool, store, make_items):
    run_id, other = store.new_run(), store.new_run()
    spool.put(store.uri, make_items(run_id, stage="partial", tags=(Tag(key="pitfalls.early", value="low"),)))
    spool.put(store.uri, make_items(other, stage="partial", tags=(Tag(key="pitfalls.other", value="low"),)))
    spool.put(store.uri, make_items(run_id))
    spool.put(store.uri, make_items(run_id, stage="partial", tags=(Tag(key="pitfalls.late", value="low"),)))
    report = sync(spool_dir=spool.folder)
    assert (report.sent, report.superseded, report.left) == (3, 1, 0)
    assert "pitfalls.early" not in store.tags(run_id)
    assert store.tags(run_id)["pitfalls.late"] == "low"
    assert store.tags(other)["pitfalls.other"] == "low"


def test_sending_twice_changes_nothing(spool, store, make_items):
    run_id = store.new_run()
    items = make_items(run_id, timestamp_ms=1_000)
    states = []
    for _ in range(2):
        spool.put(store.uri, items)
        sync(spool_dir=spool.folder)
        run = store.client.get_run(run_id)
        history = store.client.get_metric_history(run_id, "pitfalls/severity")
        states.append((run.data.tags, run.data.metrics, len(history), store.files(run_id)))
    assert states[0] == states[1]


def test_only_the_given_store_is_synced(spool, store, make_items, refused_uri):
    run_id = store.new_run()
    spool.put(store.uri, make_items(run_id))
    spool.put(refused_uri, make_items("b" * 32))
    assert sync(store.uri, spool_dir=spool.folder).sent == 1
    assert len(spool.entries()) == 1


def test_what_cannot_be_sent_stays(spool, store, make_items, refused_uri):
    spool.put(refused_uri.replace("//", "//me:secret@"), make_items("b" * 32))
    spool.put(store.uri, make_items("c" * 32))
    damaged = spool.put(store.uri, make_items("d" * 32))
    damaged.path.write_text("{")
    report = sync(spool_dir=spool.folder)
    assert (report.waiting, report.dropped, report.damaged, report.left) == (1, 1, 1, 2)
    assert report.unreachable == {refused_uri}
    assert str(report) == (
        f"Writes: 1 dropped, as their run was deleted; 1 kept ({refused_uri} does not answer); "
        "1 kept, as they cannot be read."
    )
    assert len(spool.entries()) == 2


def test_a_refused_write_stays(spool, store, make_items):
    run_id = store.new_run()
    store.artifacts.write_text("a file where the folder should be")
    spool.put(store.uri, make_items(run_id))
    assert sync(spool_dir=spool.folder).refused == 1
    store.artifacts.unlink()
    assert sync(spool_dir=spool.folder).sent == 1
    assert "pitfalls.md" in store.files(run_id)


def test_current_credentials_are_used(spool, server_store, make_items):
    run_id = server_store.new_run()
    secret = server_store.uri.replace("//", "//me:secret@")
    spool.put(secret, make_items(run_id))
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(secret)
    try:
        assert sync(spool_dir=spool.folder).sent == 1
    finally:
        mlflow.set_tracking_uri(before)


def test_several_syncs_at_once_send_everything_once(spool, store, make_items):
    runs = [store.new_run() for _ in range(8)]
    for run_id in runs:
        artifacts = (Artifact(path="pitfalls/report.html", content=b"x" * 100_000),)
        spool.put(store.uri, make_items(run_id, artifacts=artifacts))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: sync(spool_dir=spool.folder), range(4)))
    assert sum(report.sent for report in reports) == len(runs)
    assert sum(report.left for report in reports) == 0
    assert spool.entries() == []
    assert all(len(store.client.get_metric_history(run_id, "pitfalls/severity")) == 1 for run_id in runs)


@pytest.mark.slow
def test_syncs_of_two_processes(spool, store, make_items):
    runs = [store.new_run() for _ in range(6)]
    for run_id in runs:
        spool.put(store.uri, make_items(run_id))
    script = f"""
import json
from mlflow_pitfalls.sinks.sync import sync
report = sync(spool_dir={str(spool.folder)!r})
print(json.dumps([report.sent, report.left]))
"""
    processes = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sent = []
    for process in processes:
        output = process.communicate(timeout=120)[0]
        assert process.returncode == 0
        sent.append(json.loads(output))
    assert sum(counts[0] for counts in sent) == len(runs)
    assert sum(counts[1] for counts in sent) == 0
    assert spool.entries() == []

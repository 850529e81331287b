from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mlflow_pitfalls.model.items import Tag
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks import writer as writer_module
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.sync import sync
from mlflow_pitfalls.sinks.writer import Writer

LONG = 60.0


@pytest.fixture
def writer(settings: Settings):
    made = Writer(settings)
    yield made
    made.close(LONG)


def test_what_is_submitted_arrives_and_leaves_nothing_behind(writer, store, make_items):
    run_id = store.new_run()
    told: list[bool] = []
    assert writer.submit(store.uri, lambda: make_items(run_id), told.append)
    assert writer.flush(LONG)
    assert told == [True]
    assert store.tags(run_id)["pitfalls.overfit"] == "high"
    assert writer.spool.entries() == []


def test_what_is_sent_later_keeps_the_time_of_its_making(settings, refused_uri, store, make_items):
    run_id = store.new_run()
    writer = Writer(settings)
    writer.submit(refused_uri, lambda: make_items(run_id))
    assert not writer.close(LONG)
    (entry,) = writer.spool.entries()
    stamp = writer.spool.read(entry).items.timestamp_ms
    assert stamp > 0
    entry.path.write_text(entry.path.read_text().replace(refused_uri, store.uri))
    assert sync(spool_dir=writer.spool.folder).sent == 1
    assert store.client.get_metric_history(run_id, "pitfalls/severity")[0].timestamp == stamp


def test_building_and_sending_happen_on_threads_that_were_prepared(settings, store, make_items):
    prepared: list[str] = []
    threads: list[str] = []
    writer = Writer(settings, on_thread_start=lambda: prepared.append(threading.current_thread().name))
    run_id = store.new_run()

    def build():
        threads.append(threading.current_thread().name)
        return make_items(run_id)

    writer.submit(store.uri, build, lambda _: threads.append(threading.current_thread().name))
    assert writer.close(LONG)
    assert threads == ["mlflow-pitfalls-build", "mlflow-pitfalls-send"]
    assert sorted(prepared) == ["mlflow-pitfalls-build", "mlflow-pitfalls-send"]


def test_nothing_to_write_and_a_failing_build(writer, store, caplog):
    told: list[bool] = []
    writer.submit(store.uri, lambda: None, told.append)
    writer.submit(store.uri, lambda: 1 / 0, told.append)
    assert writer.flush(LONG)
    assert told == [False, False]
    assert "building a run's report failed (ZeroDivisionError)" in caplog.text


def test_a_failing_callback_harms_nobody(writer, store, make_items):
    first, second = store.new_run(), store.new_run()
    writer.submit(store.uri, lambda: make_items(first), lambda _: 1 / 0)
    writer.submit(store.uri, lambda: make_items(second))
    assert writer.flush(LONG)
    assert "pitfalls.overfit" in store.tags(second)


def test_the_users_active_run_is_neither_used_nor_ended(writer, store, make_items):
    import mlflow

    other = store.new_run()
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store.uri)
    try:
        with mlflow.start_run(experiment_id=store.experiment_id) as active:
            writer.submit(store.uri, lambda: make_items(other))
            assert writer.flush(LONG)
            assert mlflow.active_run().info.run_id == active.info.run_id
            assert store.client.get_run(active.info.run_id).info.status == "RUNNING"
    finally:
        mlflow.set_tracking_uri(before)
    assert not any(key.startswith("pitfalls.") for key in store.tags(active.info.run_id))
    assert "pitfalls.overfit" in store.tags(other)


@pytest.mark.parametrize("kind", ["refused_uri", "hung_uri"])
def test_a_dead_server_leaves_it_in_the_spool(request, settings, make_items, caplog, capfd, kind):
    uri = request.getfixturevalue(kind)
    told: list[bool] = []
    writer = Writer(settings)
    with caplog.at_level(logging.WARNING):
        for at in range(3):
            writer.submit(uri, lambda at=at: make_items(f"{at:032x}"), told.append)
        assert not writer.flush(LONG)
        assert told == [False] * 3
        assert not writer.close(LONG)
    assert len(writer.spool.entries()) == 3
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    assert "3 runs could not be sent" in message
    assert "`mlflow-pitfalls sync` sends it" in message
    assert capfd.readouterr().out == ""


def test_a_call_that_hangs_stops_neither_building_nor_spooling(settings, stuck_uri, make_items, monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # lets the stuck call end with the test
    writer = Writer(settings)
    for at in range(3):
        writer.submit(stuck_uri, lambda at=at: make_items(f"{at:032x}"))
    assert not writer.flush(0.5)
    while len(writer.spool.entries()) < 3:
        assert not writer.flush(0.05)
    assert not writer.close(0.05)
    assert len(writer.spool.entries()) == 3
    assert "3 runs" in caplog.text


def test_a_store_that_comes_back_is_caught_up_with(writer, store, make_items):
    runs = [store.new_run() for _ in range(2)]
    database = Path(store.uri.removeprefix("sqlite:///"))
    away = database.with_suffix(".away")
    database.rename(away)
    told: list[bool] = []
    writer.submit(store.uri, lambda: make_items(runs[0], stage="partial", tags=(Tag(key="a", value="b"),)))
    writer.submit(store.uri, lambda: make_items(runs[0]), told.append)
    assert not writer.flush(LONG)
    assert told == [False]
    assert not database.exists()
    away.rename(database)
    writer.submit(store.uri, lambda: make_items(runs[1]))
    assert writer.flush(LONG)
    assert all(store.tags(run_id)["pitfalls.overfit"] == "high" for run_id in runs)
    assert "a" not in store.tags(runs[0])
    assert writer.spool.entries() == []
    assert told == [False]


def test_a_deleted_run_gets_nothing_and_is_forgotten(writer, store, make_items):
    run_id = store.new_run()
    store.client.delete_run(run_id)
    told: list[bool] = []
    writer.submit(store.uri, lambda: make_items(run_id), told.append)
    assert writer.flush(LONG)
    assert told == [False]
    assert writer.spool.entries() == []
    assert not (store.artifacts / run_id).exists()


def test_without_a_spool_it_is_sent_all_the_same(tmp_path, store, make_items, refused_uri, caplog):
    (tmp_path / "file").write_text("")
    writer = Writer(Settings(spool_dir=str(tmp_path / "file" / "spool")))
    run_id = store.new_run()
    writer.submit(store.uri, lambda: make_items(run_id))
    assert writer.flush(LONG)
    assert "pitfalls.overfit" in store.tags(run_id)
    writer.submit(refused_uri, lambda: make_items(run_id))
    assert not writer.close(LONG)
    assert "1 run could neither be sent nor be kept" in caplog.text


def test_a_refused_artifact_store_is_told_once_and_kept(settings, store, make_items, caplog):
    runs = [store.new_run() for _ in range(3)]
    store.artifacts.write_text("a file where the folder should be")
    writer = Writer(settings)
    for run_id in runs:
        writer.submit(store.uri, lambda run_id=run_id: make_items(run_id))
        assert not writer.flush(LONG)
        assert store.tags(run_id)["pitfalls.overfit"] == "high"
    assert not writer.close(LONG)
    assert len(writer.spool.entries()) == 3
    (line,) = [record.getMessage() for record in caplog.records]
    assert "did not take all" in line and "`mlflow-pitfalls sync` sends it" in line and str(writer.spool.folder) in line
    store.artifacts.unlink()
    assert sync(spool_dir=writer.spool.folder).sent == 3
    assert "pitfalls.md" in store.files(runs[0])


@pytest.fixture
def short_building(monkeypatch):
    monkeypatch.setattr(writer_module, "BUILDING_SECONDS", 0.3)
    monkeypatch.setattr(writer_module, "LOOK_SECONDS", 0.3)


def test_a_report_that_gets_little_of_the_cores_is_finished_at_exit(settings, refused_uri, make_items, short_building):
    writer = Writer(settings)

    def build():
        for _ in range(20):
            time.sleep(0.05)  # others have their turn
            ends = time.thread_time() + 0.005
            while time.thread_time() < ends:
                pass
        return make_items("a" * 32)

    writer.submit(refused_uri, build)
    assert not writer.close(0.0)
    assert len(writer.spool.entries()) == 1


@pytest.mark.slow
def test_the_store_has_its_time_after_the_last_report_is_built(settings, store, make_items, monkeypatch):
    run_id = store.new_run()
    write = MlflowSink.write

    def slowly(sink, items):
        time.sleep(1.5)
        return write(sink, items)

    monkeypatch.setattr(MlflowSink, "write", slowly)
    writer = Writer(settings)
    writer.submit(store.uri, lambda: time.sleep(4.0) or make_items(run_id))
    assert writer.close(4.0)
    assert store.tags(run_id)["pitfalls.overfit"] == "high"


def test_a_report_that_waits_for_a_moment_is_finished_at_exit(settings, refused_uri, make_items, short_building):
    writer = Writer(settings)

    def build():
        time.sleep(0.7)  # beyond the usual time and one look, with nothing done: a busy machine, or a server
        return make_items("a" * 32)

    writer.submit(refused_uri, build)
    assert not writer.close(0.0)
    assert len(writer.spool.entries()) == 1


def test_a_report_that_hangs_is_not_waited_for_at_exit(settings, refused_uri, short_building, caplog):
    release = threading.Event()
    writer = Writer(settings)
    writer.submit(refused_uri, release.wait)
    assert not writer.close(0.0)
    release.set()
    assert "the time at exit was too short" in caplog.text


def test_a_closed_writer_takes_nothing(writer, store, make_items):
    assert writer.close(LONG)
    assert not writer.submit(store.uri, lambda: make_items("a" * 32))
    assert writer.close(LONG)


def test_closing_restores_urllib3s_logger(settings, store, make_items):
    http = logging.getLogger("urllib3.connectionpool")
    before = list(http.filters)
    writer = Writer(settings)
    writer.submit(store.uri, lambda: None)
    assert writer.flush(LONG)
    assert writer.close(LONG)
    assert http.filters == before


def test_what_a_sync_elsewhere_has_sent_is_not_sent_again(writer, store, make_items):
    run_id = store.new_run()
    database = Path(store.uri.removeprefix("sqlite:///"))
    away = database.with_suffix(".away")
    database.rename(away)
    writer.submit(store.uri, lambda: make_items(run_id))
    assert not writer.flush(LONG)
    away.rename(database)
    assert sync(spool_dir=writer.spool.folder).sent == 1
    store.client.set_tag(run_id, "pitfalls.severity", "changed since")
    assert writer.flush(LONG)
    assert store.tags(run_id)["pitfalls.severity"] == "changed since"


def script(body: str) -> list[str]:
    preamble = """
import os, sys, threading
from mlflow_pitfalls.model.items import LogItems, Tag, Artifact
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.writer import Writer
uri, spool, run_id = sys.argv[1:]
items = LogItems(run_id=run_id, stage="settled", tags=(Tag(key="pitfalls.overfit", value="high"),),
                 artifacts=(Artifact(path="pitfalls.md", content=b"x"),))
writer = Writer(Settings(spool_dir=spool))
"""
    return [sys.executable, "-c", preamble + body]


def test_the_process_ends_though_the_server_hangs(hung_uri, tmp_path):
    body = """
import atexit
atexit.register(lambda: writer.close(1.0))
writer.submit(uri, lambda: items)
print("trained", flush=True)
"""
    ended = subprocess.run(
        [*script(body), hung_uri, str(tmp_path / "spool"), "a" * 32],
        timeout=60, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.stdout == "trained\n"
    assert ended.stderr.count("mlflow-pitfalls sync") == 1
    assert len(list((tmp_path / "spool").glob("*-settled.json"))) == 1


@pytest.mark.slow
def test_the_process_ends_though_a_call_of_mlflows_is_stuck(stuck_uri, tmp_path):
    body = """
import mlflow, atexit
atexit.register(lambda: writer.close(1.0))
for _ in range(3):
    writer.submit(uri, lambda: items)
"""
    ended = subprocess.run(
        [*script(body), stuck_uri, str(tmp_path / "spool"), "a" * 32],
        timeout=60, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert len(ended.stderr.splitlines()) == 1
    assert list((tmp_path / "spool").glob("*-settled.json"))


@pytest.mark.slow
def test_a_killed_process_leaves_what_sync_sends(stuck_uri, store, tmp_path):
    body = """
import mlflow
writer.submit(uri, lambda: items)
while not writer.spool.entries():
    pass
os.kill(os.getpid(), 9)
"""
    run_id = store.new_run()
    ended = subprocess.run([*script(body), stuck_uri, str(tmp_path / "spool"), run_id], timeout=60, check=False)
    assert ended.returncode == -9
    (path,) = (tmp_path / "spool").glob("*-settled.json")
    path.write_text(path.read_text().replace(stuck_uri, store.uri))
    assert sync(spool_dir=tmp_path / "spool").sent == 1
    assert store.tags(run_id)["pitfalls.overfit"] == "high"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["store", "server_store"])
def test_a_write_submitted_while_the_interpreter_exits_arrives(request, tmp_path, kind):
    """At that time executors take no work any more; MLflow's file and HTTP artifact stores need none."""
    target = request.getfixturevalue(kind)
    body = """
import mlflow, atexit
def last():
    writer.submit(uri, lambda: items)
    print(writer.close(30))
atexit.register(last)
"""
    run_id = target.new_run()
    ended = subprocess.run(
        [*script(body), target.uri, str(tmp_path / "spool"), run_id],
        timeout=120, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert (ended.stdout, ended.stderr) == ("True\n", "")
    assert target.files(run_id) == {"pitfalls.md"}


@pytest.mark.slow
def test_a_server_that_dies_and_returns_is_written_to_once(own_server, make_items, settings):
    from mlflow import MlflowClient

    from mlflow_pitfalls.sinks.breaker import breaker_of

    server = own_server
    server.start()
    try:
        client = MlflowClient(tracking_uri=server.uri)
        runs = [client.create_run("0").info.run_id for _ in range(2)]
        writer = Writer(settings)
        writer.submit(server.uri, lambda: make_items(runs[0], stage="partial"))
        assert writer.flush(LONG)
        server.stop()
        breaker_of(server.uri).failed()  # so that the next call is not made in the trust of the last answer
        for run_id in runs:
            writer.submit(server.uri, lambda run_id=run_id: make_items(run_id))
        assert not writer.close(LONG)
        assert len(writer.spool.entries()) == 2
        server.start()
        assert sync(spool_dir=writer.spool.folder).sent == 2
        assert sync(spool_dir=writer.spool.folder).sent == 0
        for run_id in runs:
            assert client.get_run(run_id).data.tags["pitfalls.overfit"] == "high"
            assert len(client.get_metric_history(run_id, "pitfalls/severity")) == 1
    finally:
        server.stop()


def test_a_forked_child_neither_writes_nor_waits(settings, store, make_items):
    writer = Writer(settings)
    run_id = store.new_run()
    writer.submit(store.uri, lambda: make_items(run_id))
    assert writer.flush(LONG)
    script = """
import os, sys
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.writer import Writer
writer = Writer(Settings(spool_dir=sys.argv[1]))
writer.submit("sqlite:///none.db", lambda: None)
child = os.fork()
if child == 0:
    ok = not writer.submit("sqlite:///none.db", lambda: None) and not writer.flush(60) and writer.close(60)
    os._exit(0 if ok else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    command = [sys.executable, "-c", script, str(writer.spool.folder)]
    assert subprocess.run(command, timeout=60, check=False, env=dict(os.environ)).returncode == 0
    assert writer.close(LONG)

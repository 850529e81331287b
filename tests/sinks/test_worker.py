from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import threading
import time

import pytest

from mlflow_pitfalls import errors
from mlflow_pitfalls.sinks.worker import Worker

LONG = 30.0


@pytest.fixture
def worker():
    made = Worker("test-worker", limit=4)
    yield made
    made.stop(LONG)


def test_jobs_run_in_order_on_a_daemon_thread(worker):
    seen: list[tuple[int, str, bool]] = []
    thread = threading.current_thread
    for at in range(3):
        worker.submit(lambda at=at: seen.append((at, thread().name, thread().daemon)))
    assert worker.flush(LONG)
    assert seen == [(at, "test-worker", True) for at in range(3)]


def test_submit_does_not_wait_for_a_stuck_job(worker):
    release = threading.Event()
    done: list[int] = []
    worker.submit(release.wait)
    worker.submit(lambda: done.append(1))
    assert done == []
    assert not worker.flush(0.01)
    release.set()
    assert worker.flush(LONG)
    assert done == [1]


def test_a_failing_job_is_reported_once_and_the_next_ones_run(worker, caplog):
    done: list[int] = []

    def fail() -> None:
        raise MemoryError

    with caplog.at_level(logging.WARNING, logger="mlflow_pitfalls"):
        for _ in range(2):
            worker.submit(fail)
        worker.submit(lambda: sys.exit(3))
        worker.submit(lambda: done.append(1))
        assert worker.flush(LONG)
    assert done == [1]
    assert len(caplog.records) == 1


def test_in_test_mode_the_traceback_is_logged_and_the_thread_lives_on(worker, caplog):
    errors.set_test_mode(True)
    try:
        worker.submit(lambda: 1 / 0)
        assert worker.flush(LONG)
    finally:
        errors.set_test_mode(False)
    assert "ZeroDivisionError" in caplog.text
    done: list[int] = []
    worker.submit(lambda: done.append(1))
    assert worker.flush(LONG)
    assert done == [1]


def test_on_start_runs_first_on_the_thread():
    names: list[str] = []
    worker = Worker("named", on_start=lambda: names.append(threading.current_thread().name))
    worker.submit(lambda: names.append("job"))
    assert worker.stop(LONG)
    assert names == ["named", "job"]


def test_a_full_queue_drops_the_oldest_partial_and_says_so_once(worker, caplog):
    release, started = threading.Event(), threading.Event()
    done: list[str] = []

    def hold() -> None:
        started.set()
        release.wait()

    worker.submit(hold)
    assert started.wait(LONG)
    for name in ("p1", "p2"):
        worker.submit(lambda name=name: done.append(name), droppable=True)
    for name in ("s1", "s2", "s3", "s4"):
        assert worker.submit(lambda name=name: done.append(name))
    assert not worker.submit(lambda: done.append("p3"), droppable=True)
    release.set()
    assert worker.flush(LONG)
    assert done == ["s1", "s2", "s3", "s4"]
    assert worker.dropped == 3
    assert len([record for record in caplog.records if "left out" in record.getMessage()]) == 1


def test_a_dropped_job_is_let_go(worker):
    release, started = threading.Event(), threading.Event()
    worker.submit(lambda: (started.set(), release.wait()))
    assert started.wait(LONG)

    class Held:
        pass

    alive: list[int] = []
    held = Held()
    import weakref

    watcher = weakref.ref(held, lambda _: alive.append(1))
    worker.submit(lambda held=held: None, droppable=True)
    del held
    for _ in range(4):
        worker.submit(lambda: None)
    gc.collect()
    release.set()
    assert watcher() is None


def test_after_stop_nothing_is_taken(worker):
    done: list[int] = []
    worker.submit(lambda: done.append(1))
    assert worker.stop(LONG)
    assert done == [1]
    assert not worker.submit(lambda: done.append(2))
    assert worker.stop(LONG)
    assert done == [1]


def test_a_job_may_submit_and_may_not_deadlock_by_flushing(worker):
    answers: list[bool] = []
    worker.submit(lambda: worker.submit(lambda: answers.append(worker.flush(LONG))))
    while not answers:
        assert worker.flush(LONG)
    assert answers == [False]


def test_a_forked_child_forgets_the_worker_and_never_waits(tmp_path):
    script = """
import os, threading, sys
from mlflow_pitfalls.sinks.worker import Worker
worker = Worker("forked")
release = threading.Event()
worker.submit(release.wait)
child = os.fork()
if child == 0:
    ok = worker.submit(lambda: None) is False and worker.flush(60) is False and worker.stop(60) is False
    os._exit(0 if ok else 1)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
release.set()
assert worker.stop(60)
sys.exit(code)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False, cwd=tmp_path).returncode == 0


def test_a_stuck_job_does_not_keep_the_process_alive(tmp_path):
    script = """
import threading
from mlflow_pitfalls.sinks.worker import Worker
worker = Worker("stuck")
worker.submit(threading.Event().wait)
print(worker.stop(0.05))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=60, check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert (ended.stdout, ended.stderr) == ("False\n", "")


def test_an_abandoned_job_is_interrupted_and_those_that_wait_are_left_out(worker, caplog):
    begun, ended, later = threading.Event(), [], []

    def work() -> None:
        try:
            begun.set()
            while True:
                pass
        finally:
            ended.append(1)

    worker.submit(work)
    worker.submit(lambda: later.append(1))
    assert begun.wait(LONG)
    assert worker.abandon(LONG)
    assert (ended, later, worker.submit(lambda: later.append(2))) == ([1], [], False)
    assert not caplog.records


def test_an_abandoned_job_in_a_call_that_hangs_ends_when_the_call_does(worker):
    begun, release, later = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        release.wait()
        later.append(1)

    worker.submit(work)
    assert begun.wait(LONG)
    assert not worker.abandon(0.01)
    release.set()
    assert worker.abandon(LONG)
    assert later == []


def test_what_swallows_an_interruption_is_interrupted_again_without_a_word(worker, capsys):
    begun = threading.Event()

    class Finalised:
        def __del__(self) -> None:  # what is raised here is dropped by Python, and told on standard error
            begun.set()
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                pass

    def work() -> None:
        Finalised()
        while True:
            pass

    hook = sys.unraisablehook
    worker.submit(work)
    assert begun.wait(LONG)
    assert worker.abandon(LONG)
    assert sys.unraisablehook is hook
    assert capsys.readouterr().err == ""


def test_a_worker_without_a_thread_is_abandoned_at_once(worker):
    assert worker.abandon(0.0)
    assert not worker.submit(int)


def test_a_waiting_worker_ends_when_it_is_abandoned(worker):
    worker.submit(int)
    assert worker.flush(LONG)
    assert worker.abandon(LONG)


def test_work_submitted_while_the_interpreter_exits_is_done(tmp_path):
    script = """
import atexit
from mlflow_pitfalls.sinks.worker import Worker
worker = Worker("late")
def late():
    worker.submit(lambda: print("done", flush=True))
    print(worker.stop(30))
atexit.register(late)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=60, check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert (ended.stdout, ended.stderr) == ("done\nTrue\n", "")


def test_the_parents_process_id_is_what_counts(worker, monkeypatch):
    worker.submit(lambda: None)
    assert worker.flush(LONG)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert not worker.submit(lambda: None)
    monkeypatch.undo()

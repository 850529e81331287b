from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable

import pytest

from mlflow_pitfalls.sinks.abandoning import Abandoned, interrupt

LONG = 30.0
MOMENT = 0.02
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a thread does")


def _started(work: Callable[[], object]) -> tuple[threading.Thread, threading.Event]:
    begun, ended = threading.Event(), threading.Event()

    def run() -> None:
        try:
            begun.set()
            work()
            while True:
                pass
        except Abandoned:
            ended.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert begun.wait(LONG)
    return thread, ended


def _long_step() -> None:
    hashlib.pbkdf2_hmac("sha256", b"", b"", 3_000_000)  # a second or more outside of Python


@linux
def test_a_thread_in_a_long_step_is_waited_for():
    assert interrupt(*_started(_long_step), MOMENT, longest=LONG)


def test_but_no_longer_than_allowed():
    thread, ended = _started(_long_step)
    assert not interrupt(thread, ended, MOMENT)
    assert not interrupt(thread, ended, MOMENT, longest=MOMENT)
    assert interrupt(thread, ended, LONG)


def test_one_that_hangs_is_left():
    release = threading.Event()
    thread, ended = _started(release.wait)
    assert not interrupt(thread, ended, MOMENT, longest=LONG)
    release.set()
    assert interrupt(thread, ended, LONG)


def test_one_that_has_ended_is_not_waited_for():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert interrupt(thread, threading.Event(), 0.0)

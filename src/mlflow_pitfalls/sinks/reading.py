"""Reads from a tracking store within a bounded time, whatever its server does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from mlflow_pitfalls.sinks.breaker import breaker_of
from mlflow_pitfalls.sinks.quiet import mute_this_thread
from mlflow_pitfalls.sinks.uris import is_http, local_path, store_is_gone

READ_SECONDS = 3.0  # for one reading; a report must not wait for a server that hangs
DATABASE_SECONDS = 10.0  # the same without a server between: the first call of a process connects and looks at tables

T = TypeVar("T")


def is_reachable(tracking_uri: str) -> bool:
    """Whether a call to the store is worth its time; takes about a second at most."""
    return not store_is_gone(tracking_uri) and breaker_of(tracking_uri).allows(fresh=True)


def read_within(tracking_uri: str, read: Callable[[], T], seconds: float | None = None) -> T | None:
    """What ``read`` returns; None where it fails or takes longer.

    A call that hangs in MLflow's retries is left behind on a daemon thread of its own, and opens the breaker.

    Args:
        tracking_uri: The store that is read.
        read: Calls MLflow.
        seconds: Wall-clock that a server may take, 3 s by default and 10 s for databases; files are not bounded.
    """
    if not is_reachable(tracking_uri):
        return None
    if local_path(tracking_uri) is not None:
        return _attempt(read)
    answers: list[T | None] = []

    def run() -> None:
        mute_this_thread()
        answers.append(_attempt(read))

    thread = threading.Thread(target=run, name="mlflow-pitfalls-read", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the interpreter is shutting down
        return None
    thread.join(seconds if seconds is not None else READ_SECONDS if is_http(tracking_uri) else DATABASE_SECONDS)
    if not answers:
        breaker_of(tracking_uri).failed()
        return None
    return answers[0]


def _attempt(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception:  # noqa: BLE001 - stores raise what their drivers raise
        return None

"""Keeps what MLflow and urllib3 log during our own writing away from the user's terminal.

Their retry messages would otherwise appear in the middle of a training script that made no such call.
"""

from __future__ import annotations

import logging
import sys
import threading

from mlflow_pitfalls import private_names

_HTTP_LOGGER = "urllib3.connectionpool"

_thread = threading.local()


class _OwnThreads(logging.Filter):
    """Rejects records of threads that called :func:`mute_this_thread`."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(_thread, "muted", False)


_filter = _OwnThreads()


def mute_this_thread() -> None:
    """Silence MLflow's and urllib3's loggers for records of the calling thread; other threads are not affected."""
    _thread.muted = True
    logging.getLogger(_HTTP_LOGGER).addFilter(_filter)  # adding it twice adds it once
    loaded = sys.modules.get(private_names.SUPPRESS_LOGS.home)
    switch = None if loaded is None else private_names.read(loaded, private_names.SUPPRESS_LOGS)
    if switch is not None:
        switch.set(True)


def unmute() -> None:
    """Take the filter away from urllib3's logger."""
    logging.getLogger(_HTTP_LOGGER).removeFilter(_filter)

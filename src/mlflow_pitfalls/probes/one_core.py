"""Fits of ours in the user's own process, on the calling thread, that compete with nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def on_one_core() -> Iterator[None]:
    """Native libraries use one thread: times can be compared, and OpenMP's waiting threads slow nothing down."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield

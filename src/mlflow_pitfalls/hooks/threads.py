"""What each thread is doing: inside a hooked call, muted, or free."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mlflow_pitfalls import private_names


class ThreadState:
    """One thread's state.

    Attributes:
        busy: A hooked call is under way, so further ones are inner calls.
        muted: The thread works for this package.
        ancestors: States of the threads that launched this one as a pool worker: joblib's threading back end runs the
            inner fits of a call in such workers.
    """

    __slots__ = ("__weakref__", "ancestors", "busy", "muted")

    def __init__(self, ancestors: tuple[ThreadState, ...] = ()) -> None:
        self.busy = False
        self.muted = False
        self.ancestors = ancestors

    def inherits_busy(self) -> bool:
        """Whether a launching thread is inside a hooked call."""
        return any(ancestor.busy for ancestor in self.ancestors)

    def is_muted(self) -> bool:
        """Whether this thread, or one that launched it, works for this package."""
        return self.muted or any(ancestor.muted for ancestor in self.ancestors)

    def release(self) -> None:
        """The hooked call is over; a muted thread stays busy."""
        self.busy = self.muted


_states: weakref.WeakKeyDictionary[threading.Thread, ThreadState] = weakref.WeakKeyDictionary()


class _Local(threading.local):
    state: ThreadState

    def __init__(self) -> None:
        self.state = _state_of(threading.current_thread())


def _state_of(thread: threading.Thread) -> ThreadState:
    known = _states.get(thread)
    if known is not None:
        return known
    return _states.setdefault(thread, ThreadState(_ancestors(thread)))


def _ancestors(thread: threading.Thread) -> tuple[ThreadState, ...]:
    dummy: Any = sys.modules.get("multiprocessing.dummy")
    if dummy is None or not isinstance(thread, dummy.DummyProcess):
        return ()
    parent = getattr(thread, private_names.THREAD_PARENT.name, None)
    if not isinstance(parent, threading.Thread):
        return ()
    state = _state_of(parent)
    return (state, *state.ancestors)


local = _Local()


def mute_thread() -> None:
    """Never report this thread's calls: it works for this package."""
    local.state.busy = local.state.muted = True


@contextmanager
def muted() -> Iterator[None]:
    """Report none of this thread's calls inside of the block."""
    state = local.state
    before = state.busy, state.muted
    state.busy = state.muted = True
    try:
        yield
    finally:
        state.busy, state.muted = before

"""Ends a daemon thread of ours before Python does.

While the interpreter shuts down, a daemon thread that wants to go on is ended by unwinding its stack. Where C++ code
stands on it, as NumPy's or matplotlib's may, this aborts the whole process (mended in Python 3.14). So a thread that
has not finished in time is made to leave such code first.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

_AGAIN_SECONDS = 0.02  # Python drops what is raised inside a finaliser
_COMPUTING = "RD"  # Linux's letters for a thread that runs, or waits for a core or for memory


class Abandoned(KeyboardInterrupt):
    """Raised on a thread of ours, between two of its steps: the process does not wait for it any longer.

    It is a KeyboardInterrupt, as everything that swallows faults lets those pass.
    """


def interrupt(
    thread: threading.Thread, ended: threading.Event, timeout: float, *, longest: float | None = None
) -> bool:
    """Raise :class:`Abandoned` in a thread, as soon as it executes Python code again, until it has ended.

    Args:
        thread: One that runs, or did.
        ended: Set by the thread when it has nothing more to do.
        timeout: Seconds to wait for a thread that does nothing, as where a server does not answer.
        longest: Seconds to wait for one that is in the middle of a long step, as a sort of NumPy's. The timeout at
            least, and no longer than it where the system is not Linux, which alone tells the two apart.

    Returns:
        Whether it has ended.
    """
    now = monotonic()
    deadline, last = now + timeout, now + max(timeout, longest or 0.0)
    with _silent_finalisers():
        while thread.is_alive() and not ended.is_set():
            _raise_in(thread)
            if _computes(thread):
                deadline = min(last, monotonic() + timeout)
            left = deadline - monotonic()
            if ended.wait(min(_AGAIN_SECONDS, max(0.0, left))) or left <= 0:
                break
    return ended.is_set() or not thread.is_alive()


def _computes(thread: threading.Thread) -> bool:
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[0] in _COMPUTING
    return False


def _raise_in(thread: threading.Thread) -> None:
    with suppress(ImportError, AttributeError):  # not every Python has ctypes, or is CPython
        import ctypes

        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Abandoned))


@contextmanager
def _silent_finalisers() -> Iterator[None]:
    """Python tells on standard error what it drops, with a traceback; of this exception nobody needs to know."""
    before = sys.unraisablehook

    def tell(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not Abandoned:
            before(unraisable)

    sys.unraisablehook = tell
    try:
        yield
    finally:
        if sys.unraisablehook is tell:
            sys.unraisablehook = before

"""A daemon thread that runs jobs in order and never makes its caller wait."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic

from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.sinks.abandoning import Abandoned, interrupt

logger = logging.getLogger("mlflow_pitfalls")

QUEUE_LIMIT = 256  # jobs
HEADROOM = 2  # times the limit, for jobs that may not be dropped
MAX_SLOTS = 16  # times the limit, those of dropped jobs included

Job = Callable[[], None]


class _Slot:
    """A queued job. ``run`` is None once it has run or was dropped."""

    __slots__ = ("droppable", "run")

    def __init__(self, run: Job | None, droppable: bool) -> None:
        self.run = run
        self.droppable = droppable


class Worker:
    """Runs jobs one after the other on a daemon thread that is started by the first of them.

    The queue is a ``SimpleQueue``: its ``put`` is one uninterruptible, reentrant step, so that a KeyboardInterrupt, a
    signal handler or a garbage collection in the middle of ``submit`` can neither lose the queue nor block on it, and
    a fork can leave no lock of ours behind. A forked child has no such thread: there, every method does nothing.

    Args:
        name: The thread's name.
        on_start: Called first on the thread.
        limit: Jobs that may wait; beyond it the oldest droppable one is dropped, else the new one.
        inline: Whether ``flush`` and ``stop`` run the jobs themselves where no thread could be started, as happens
            while the interpreter shuts down.
    """

    def __init__(
        self,
        name: str,
        *,
        on_start: Callable[[], None] | None = None,
        limit: int = QUEUE_LIMIT,
        inline: bool = True,
    ) -> None:
        self._name = name
        self._on_start = on_start
        self._limit = limit
        self._inline = inline
        self._queue: SimpleQueue[_Slot | None] = SimpleQueue()
        self._droppable: deque[_Slot] = deque()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._pid = os.getpid()
        self._stopped = False
        self._abandoned = False
        self._ended = threading.Event()
        self._emptied = 0  # slots whose job was dropped, written by submitting threads
        self._discarded = 0  # of them, taken off the queue; written by the worker's thread
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """About how many jobs wait."""
        return self._queue.qsize() - (self._emptied - self._discarded)

    def start(self) -> None:
        """Start the thread where it does not run yet."""
        if self._thread is not None or self._is_child() or not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                # Known before it starts, so that its first job recognises its own thread.
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                self._thread.start()
        except RuntimeError:  # no thread can be started while the interpreter shuts down; flush() runs the jobs itself
            self._thread = None
        finally:
            self._starting.release()

    def submit(self, job: Job, *, droppable: bool = False) -> bool:
        """Queue a job and return at once.

        Args:
            job: What to do; what it raises is logged once and swallowed.
            droppable: Whether it may be dropped when the queue is full.

        Returns:
            False where the job will never run: the queue is full, the worker was stopped, or this is a forked child.
        """
        if self._stopped or self._is_child():
            return False
        if self.waiting >= self._limit and not self._make_room(droppable):
            return False
        slot = _Slot(job, droppable)
        if droppable:
            self._droppable.append(slot)
        self._queue.put(slot)
        self.start()
        return True

    def flush(self, timeout: float) -> bool:
        """Wait until every job queued so far has run.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether all have run.
        """
        if self._is_child() or threading.current_thread() is self._thread:
            return False
        if self._thread is None:
            return self._run_here(timeout) if self._inline else self._queue.empty()
        if self._stopped:
            return self._ended.wait(max(0.0, timeout))
        reached = threading.Event()
        self._queue.put(_Slot(reached.set, False))
        return reached.wait(max(0.0, timeout))

    def stop(self, timeout: float) -> bool:
        """Take no more jobs, and give those queued ``timeout`` seconds. The thread is never joined.

        Returns:
            Whether all queued jobs have run.
        """
        if not self._stopped and self._thread is not None and not self._is_child():
            self._queue.put(None)
        self._stopped = True
        return self.flush(timeout)

    def abandon(self, timeout: float, *, longest: float | None = None) -> bool:
        """Interrupt the job that runs, leave out those that wait, and give the thread ``timeout`` seconds to end.

        A job inside a call that does not return, as of a server that hangs, ends when it does.

        Args:
            timeout: Seconds.
            longest: Seconds for a job that computes all the while.

        Returns:
            Whether the thread has ended, or never ran.
        """
        self._stopped = self._abandoned = True
        thread = self._thread
        if thread is None or self._is_child() or threading.current_thread() is thread:
            return True
        self._queue.put(None)  # wakes it where it waits for a job
        return interrupt(thread, self._ended, timeout, longest=longest)

    def _is_child(self) -> bool:
        return os.getpid() != self._pid

    def _make_room(self, droppable: bool) -> bool:
        self._count_drop()
        if self._queue.qsize() >= MAX_SLOTS * self._limit:
            return False
        with suppress(IndexError):  # none left, or the thread has just taken it
            while True:
                oldest = self._droppable.popleft()
                if oldest.run is not None:
                    oldest.run = None
                    self._emptied += 1
                    return True
        return not droppable and self.waiting < HEADROOM * self._limit

    def _count_drop(self) -> None:
        self.dropped += 1
        if self.dropped == 1:
            logger.warning(
                "mlflow-pitfalls: more than %d writes wait for the tracking store; the oldest partial ones are left "
                "out. Runs still get their full report.",
                self._limit,
            )

    def _loop(self) -> None:
        with suppress(Abandoned):
            if self._on_start is not None:
                _run_safely(self._on_start)
            while (slot := self._queue.get()) is not None and not self._abandoned:
                self._run(slot)
        self._ended.set()

    def _run_here(self, timeout: float) -> bool:
        deadline = monotonic() + timeout
        while monotonic() < deadline:
            try:
                slot = self._queue.get_nowait()
            except Empty:
                return True
            if slot is not None:
                self._run(slot)
        return self._queue.empty()

    def _run(self, slot: _Slot) -> None:
        job, slot.run = slot.run, None
        with suppress(IndexError):  # a submitting thread may take from it at the same time
            while self._droppable[0].run is None:
                self._droppable.popleft()
        if job is None:
            self._discarded += 1
        else:
            _run_safely(job)


def _run_safely(job: Job) -> None:
    try:
        with guard("writing in the background"):
            job()
    except Abandoned:
        raise
    except BaseException:  # test mode raises, and the thread must live on
        logger.error("mlflow-pitfalls: a background job failed", exc_info=True)

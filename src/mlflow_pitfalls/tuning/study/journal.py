"""A study's journal: Optuna's file of operations, with several of them in one write.

A trial is a dozen operations. Each written by itself takes longer than many an estimator's fit.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

if TYPE_CHECKING:
    from filelock import BaseFileLock

_TAIL_BYTES = 1 << 20  # more than a line of the journal takes
_SYNC_SECONDS = 1.0  # between two waits for the disk: a power cut costs no more than that, a killed process nothing


class Journal(JournalStorage):  # type: ignore[misc]  # optuna is not followed
    """Optuna's storage, whose operations on one trial may be held back for a while.

    Args:
        file: Of the journal.
        lock: Of its writers.
    """

    def __init__(self, file: Path, lock: BaseFileLock) -> None:
        self._file = _HoldingFile(file, lock)
        super().__init__(self._file)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Write what this thread does within at the end, in one go; until then nobody sees it, this thread included.

        Only operations on a trial that exists may be held: others are answered from the journal.
        """
        self._file.hold()
        try:
            yield
        finally:
            self._file.let_go()

    def show(self) -> None:
        """Write what is held so far."""
        if self._file.is_held:
            self._file.let_go()
            self._file.hold()


class _HoldingFile(JournalFileBackend):  # type: ignore[misc]
    def __init__(self, file: Path, lock: BaseFileLock) -> None:
        guard: Any = _Lock(file, lock)
        super().__init__(str(file), lock_obj=guard)
        self._path = file
        self._guard = guard
        self._held = threading.local()
        self._synced = 0.0  # of time.monotonic

    @property
    def is_held(self) -> bool:
        """Whether this thread's operations are held."""
        return getattr(self._held, "logs", None) is not None

    def hold(self) -> None:
        """Hold this thread's operations back from now on."""
        self._held.logs = []

    def let_go(self) -> None:
        """Write what is held, and hold no more."""
        logs, self._held.logs = self._held.logs, None
        if logs:
            self.append_logs(logs)

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """What others and this process have written; nothing while operations are held."""
        return () if self.is_held else super().read_logs(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write or hold operations."""
        if self.is_held:
            self._held.logs.extend(logs)
            return
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        self._guard.acquire()
        try:
            with self._path.open("ab") as stream:
                stream.write(text.encode())
                stream.flush()
                if time.monotonic() - self._synced > _SYNC_SECONDS:
                    os.fsync(stream.fileno())
                    self._synced = time.monotonic()
        finally:
            self._guard.release()


class _Lock:
    """Optuna's lock of a journal, by the operating system's: a killed process holds up nobody.

    Whoever takes it cuts off a line that a killed process has left unfinished; with more behind it the journal could
    not be read any more.
    """

    def __init__(self, file: Path, lock: BaseFileLock) -> None:
        self._lock = lock
        self._file = file

    def acquire(self) -> bool:
        self._lock.acquire()
        _cut_torn_line(self._file)
        return True

    def release(self) -> None:
        self._lock.release()


def _cut_torn_line(file: Path) -> None:
    size = file.stat().st_size if file.exists() else 0
    if not size:
        return
    with file.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) == b"\n":
            return
        start = max(0, size - _TAIL_BYTES)
        stream.seek(start)
        stream.truncate(start + stream.read().rfind(b"\n") + 1)

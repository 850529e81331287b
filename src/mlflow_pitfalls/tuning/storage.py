"""Where a study's trials are kept: a journal file by default, any database instead."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls.errors import PitfallsError

if TYPE_CHECKING:
    from filelock import BaseFileLock
    from optuna.storages import BaseStorage

_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")
_LOCK_SECONDS = 60.0
_TAIL_BYTES = 1 << 20  # more than a line of the journal takes


def default_folder() -> Path:
    """The user's state folder: ``$XDG_STATE_HOME/mlflow-pitfalls/tuning`` or what the operating system has for it."""
    from platformdirs import user_state_path

    return user_state_path("mlflow-pitfalls", appauthor=False) / "tuning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One study's storage, as each of its processes can open it.

    Attributes:
        study: Its name.
        folder: For the journal and for the locks that tell whose workers are alive, on this machine.
        url: A database of SQLAlchemy's; empty for the journal.
    """

    study: str
    folder: Path
    url: str = ""

    @property
    def file_stem(self) -> str:
        """The study's name as a file may be named."""
        return _FOREIGN.sub("_", self.study)[:100]

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / f"{self.file_stem}.log"

    def lock(self, name: str) -> BaseFileLock:
        """A lock that the operating system lets go of when its process ends, however it ends."""
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / f"{self.file_stem}.{name}.lock", timeout=_LOCK_SECONDS)

    def open(self) -> BaseStorage:
        """Connect.

        Raises:
            PitfallsError: The database does not answer, or the folder cannot be written.
        """
        try:
            return self._opened()
        except PitfallsError:
            raise
        except Exception as error:
            raise PitfallsError(f"the study's storage cannot be opened: {error}") from error

    def _opened(self) -> BaseStorage:
        from optuna import storages
        from optuna.storages.journal import JournalFileBackend

        if self.url:
            return storages.RDBStorage(self.url)
        lock: Any = _JournalLock(self)
        return storages.JournalStorage(JournalFileBackend(str(self.journal), lock_obj=lock))


class _JournalLock:
    """Optuna's lock of a journal, by the operating system's: a killed process holds up nobody.

    Whoever takes it cuts off a line that a killed process has left unfinished; with more behind it the journal could
    not be read any more.
    """

    def __init__(self, place: Place) -> None:
        self._lock = place.lock("journal")
        self._file = place.journal

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


def host() -> str:
    """This machine's name: locks tell of its own processes only."""
    return socket.gethostname()

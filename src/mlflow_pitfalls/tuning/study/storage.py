"""Where a study's trials are kept: a journal file by default, any database instead."""

from __future__ import annotations

import re
import socket
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow_pitfalls import private_names
from mlflow_pitfalls.errors import PitfallsError

if TYPE_CHECKING:
    from filelock import BaseFileLock
    from optuna.storages import BaseStorage
    from optuna.study import Study

_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")
_LOCK_SECONDS = 60.0
_DATABASE_FILE = "sqlite:///"


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
        from sqlalchemy.pool import NullPool

        from mlflow_pitfalls.tuning.study.journal import Journal

        if self.url:
            # A pool would hold a file open for as long as the process lives: Optuna never closes its engine.
            pool = {"poolclass": NullPool} if self.url.startswith(_DATABASE_FILE) else None
            return storages.RDBStorage(self.url, engine_kwargs=pool)
        return Journal(self.journal, self.lock("journal"))


def holding(study: Study) -> AbstractContextManager[None]:
    """Write what is done to a trial within in one go, where the study is kept in a journal.

    A process that is killed within loses this trial, which it would have lost anyway.
    """
    storage = private_names.read(study, private_names.STUDY_STORAGE)
    return storage.holding() if hasattr(storage, "holding") else nullcontext()


def show(study: Study) -> None:
    """Write what is held, for other workers to see."""
    storage = private_names.read(study, private_names.STUDY_STORAGE)
    if hasattr(storage, "show"):
        storage.show()


def host() -> str:
    """This machine's name: locks tell of its own processes only."""
    return socket.gethostname()

"""A local folder that keeps what is not yet, or could not be, sent; bounded, private to the user, JSON only."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time_ns

from mlflow_pitfalls.errors import SchemaError
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.sinks.spool_format import StoredWrite, decode, encode
from mlflow_pitfalls.sinks.uris import public_uri

MAX_ENTRIES = 500
MAX_BYTES = 256 * 1024 * 1024  # of all entries

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_SUFFIX = ".json"
_LOCK_SUFFIX = ".lock"
_SCRATCH_SUFFIX = ".tmp"
_SCRATCH_SECONDS = 3600  # age at which a half-written file is a leftover
_NAME = re.compile(r"(?P<created>\d{20})-(?P<run>[0-9a-f]{16})-(?P<stage>partial|settled)\.json")
_RUN_DIGEST_BYTES = 8
_NANOSECONDS = 1_000_000_000


def default_folder() -> Path:
    """The user's state folder: ``$XDG_STATE_HOME/mlflow-pitfalls`` or what the operating system has for it."""
    from platformdirs import user_state_path

    return user_state_path("mlflow-pitfalls", appauthor=False) / "spool"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolEntry:
    """One stored write. Entries of the same run and store share ``run_key``; ``created_ns`` orders them."""

    path: Path
    created_ns: int
    run_key: str
    stage: str
    size: int  # bytes

    @property
    def is_partial(self) -> bool:
        """Whether a later settled write of the run says all of it again."""
        return self.stage == "partial"


class Spool:
    """Entries of one folder, shared by all processes of the user.

    No method raises where the disk is full, the folder is read-only or another process has just removed a file.

    Args:
        folder: Where to keep the entries; under the user's state folder by default.
        max_entries: Entries beyond which the oldest partial ones, then the oldest, are removed.
        max_bytes: The same in bytes.
    """

    def __init__(
        self, folder: str | Path | None = None, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES
    ) -> None:
        self.folder = Path(folder) if folder else default_folder()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._last_ns = 0

    def put(self, tracking_uri: str, items: LogItems) -> SpoolEntry | None:
        """Store a write; it is either there in full or not at all.

        Returns:
            The entry, None where it could not be stored.
        """
        content = encode(public_uri(tracking_uri), items)
        if len(content) > self._max_bytes:
            return None
        self._last_ns = created = max(time_ns(), self._last_ns + 1)
        run_key = run_key_of(tracking_uri, items.run_id)
        stage = "settled" if items.stage == "settled" else "partial"
        path = self.folder / f"{created:020d}-{run_key}-{stage}{_SUFFIX}"
        try:
            self._make_folder()
            _write_atomically(path, content)
        except OSError:
            return None
        entry = SpoolEntry(path=path, created_ns=created, run_key=run_key, stage=stage, size=len(content))
        self._keep_bounds(entry)
        return entry

    def entries(self) -> list[SpoolEntry]:
        """All entries, oldest first."""
        found = []
        with suppress(OSError), os.scandir(self.folder) as files:
            for file in files:
                match = _NAME.fullmatch(file.name)
                if match is None:
                    continue
                with suppress(OSError):  # removed meanwhile
                    found.append(
                        SpoolEntry(
                            path=Path(file.path),
                            created_ns=int(match["created"]),
                            run_key=match["run"],
                            stage=match["stage"],
                            size=file.stat().st_size,
                        )
                    )
        return sorted(found, key=lambda entry: (entry.created_ns, entry.path.name))

    def read(self, entry: SpoolEntry) -> StoredWrite:
        """What an entry holds.

        Raises:
            FileNotFoundError: It was sent or removed meanwhile.
            SchemaError: It is damaged, larger than any of ours, or of another version.
        """
        if entry.size > self._max_bytes:
            raise SchemaError(f"{entry.path.name} has {entry.size} bytes, more than any of ours")
        try:
            content = entry.path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise SchemaError(f"{entry.path.name} cannot be read: {error}") from error
        return decode(content)

    def remove(self, entry: SpoolEntry) -> None:
        """Delete an entry and its lock file."""
        for path in (entry.path, _lock_path(entry)):
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def claim(self, entry: SpoolEntry) -> Iterator[bool]:
        """Hold an entry while it is sent; True for one process at a time. A process that dies lets go of it."""
        from filelock import FileLock, Timeout

        lock = FileLock(_lock_path(entry), mode=_FILE_MODE)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            yield False
            return
        except (OSError, NotImplementedError):  # no locks on this file system: sending twice does no harm
            yield entry.path.exists()
            return
        try:
            yield entry.path.exists()
        finally:
            with suppress(OSError):
                lock.release()
            if not entry.path.exists():
                with suppress(OSError):
                    _lock_path(entry).unlink()

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            with suppress(OSError):
                self.folder.chmod(_FOLDER_MODE)

    def _keep_bounds(self, newest: SpoolEntry) -> None:
        entries = self.entries()
        surplus_entries = len(entries) - self._max_entries
        surplus_bytes = sum(entry.size for entry in entries) - self._max_bytes
        for entry in sorted(entries, key=lambda entry: (not entry.is_partial, entry.created_ns)):
            if surplus_entries <= 0 and surplus_bytes <= 0:
                break
            if entry.path == newest.path:
                continue
            self.remove(entry)
            surplus_entries -= 1
            surplus_bytes -= entry.size
        self._sweep()

    def _sweep(self) -> None:
        """Remove what killed processes left: half-written files and locks of entries that are gone."""
        with suppress(OSError), os.scandir(self.folder) as files:
            for file in files:
                with suppress(OSError):
                    old = time_ns() / _NANOSECONDS - file.stat().st_mtime > _SCRATCH_SECONDS
                    orphan = file.name.endswith(_LOCK_SUFFIX) and not Path(file.path).with_suffix("").exists()
                    if old and (orphan or file.name.endswith(_SCRATCH_SUFFIX)):
                        os.unlink(file.path)  # noqa: PTH108 - the path is a string here


def run_key_of(tracking_uri: str, run_id: str) -> str:
    """A short digest that names a run of a store in file names."""
    text = f"{public_uri(tracking_uri)}\n{run_id}".encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=_RUN_DIGEST_BYTES).hexdigest()


def _lock_path(entry: SpoolEntry) -> Path:
    return entry.path.with_name(entry.path.name + _LOCK_SUFFIX)


def _write_atomically(path: Path, content: bytes) -> None:
    handle, scratch = tempfile.mkstemp(dir=path.parent, suffix=_SCRATCH_SUFFIX)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(scratch).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(scratch).unlink()
        raise

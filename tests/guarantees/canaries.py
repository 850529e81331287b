"""Text that must not get out, and where it could be found: every byte of a store, a spool and what was printed."""

from __future__ import annotations

import base64
import io
import json
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

# Letters and digits only, so that most encodings leave them as they are; END tells where one ends inside other text.
_MARK, _COMMON, _END = "kanari", "spatz", "q"
_WORD = re.compile(rf"(?:{_MARK}|{_COMMON})[a-pr-z0-9]+{_END}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_RUN_ID = re.compile(r"[0-9a-f]{32}|m-[0-9a-f]{32}")


PLANTED: set[str] = set()  # in this process


def canary(name: object) -> str:
    """Text that must never be written; ``name`` has lower-case letters and digits, and no q."""
    word = f"{_MARK}{name}{_END}"
    PLANTED.add(word)
    return word


def common(name: str) -> str:
    """What many rows share: may be written by default, and not under strict privacy."""
    word = f"{_COMMON}{name}{_END}"
    PLANTED.add(word)
    return word


def is_common(word: str) -> bool:
    """Whether a word is one of :func:`common`."""
    return word.startswith(_COMMON)


def words_in(content: bytes) -> set[str]:
    """The canaries in some bytes: plain, percent-encoded, escaped, in UTF-16, in base64 and in compressed parts."""
    found = set[str]()
    for text in _readings(content):
        found |= set(_WORD.findall(text.lower()))
    return found


def _readings(content: bytes, depth: int = 0) -> Iterator[str]:
    yield content.decode("latin-1")
    yield content.replace(b"\x00", b"").decode("latin-1")  # UTF-16
    if depth > 1:
        return
    for inner in _unpacked(content):
        yield from _readings(inner, depth + 1)
    for match in _BASE64.finditer(content):
        text = match.group().rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):  # what stands before may be of the alphabet, too
            part = text[start:]
            with suppress(ValueError):
                yield base64.b64decode(part[: len(part) // 4 * 4]).decode("latin-1")


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What stands in a ZIP or TAR file, or in a PNG's compressed text."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield from (archive.read(name) for name in archive.namelist())
    with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(content)) as archive:
        yield from (file.read() for member in archive if (file := archive.extractfile(member)))
    if content.startswith(b"\x89PNG"):
        for start in (match.end() for match in re.finditer(rb"zTXt|iTXt|iCCP", content)):
            for skip in range(80):
                with suppress(zlib.error):
                    yield zlib.decompressobj().decompress(content[start + skip :])


def places_of_store(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every cell of every table as ``table.column[key]``, and the file itself, which keeps what was deleted."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                cells = dict(zip(columns, row, strict=True))
                key = str(cells.get("key", cells.get("name", "")))
                for column, value in cells.items():
                    yield f"{table}.{column}[{key}]", _bytes(value)


def places_of_folder(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Every file under a folder, and every file's name."""
    for path in sorted(folder.rglob("*")):
        place = f"{name}/{_RUN_ID.sub('*', path.relative_to(folder).as_posix())}"
        yield f"{place} (name)", path.name.encode("utf-8", "surrogateescape")
        if path.is_file():
            yield place, path.read_bytes()


def found_in(places: Iterator[tuple[str, bytes]]) -> tuple[dict[str, set[str]], int]:
    """Canaries by place, and how many places were searched."""
    found: dict[str, set[str]] = {}
    count = 0
    for place, content in places:
        count += 1
        if words := words_in(content):
            found.setdefault(place, set()).update(words)
    return found, count


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return json.dumps(str(value), ensure_ascii=False).encode("utf-8", "surrogatepass")

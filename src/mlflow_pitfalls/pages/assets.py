"""The files that the page consists of, each known by name before the server starts: no request can name another."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

FOLDER = "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
DIGEST_LENGTH = 16
# `import … from "./x.js"`, not `import("./x.js")`, which waits until it is needed.
_IMPORT = re.compile(r'^import\s[^;"]*"(\.[^"]+)";', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page.

    Attributes:
        path: Where it stands in the folder of such files, e.g. ``app.js``.
        media_type: What it is served as.
        content: Its bytes.
    """

    path: str
    media_type: str
    content: bytes


@cache
def static_assets() -> tuple[Asset, ...]:
    """Every file of the folder that has one of ``MEDIA_TYPES``, by path."""
    return tuple(sorted(_found(files(__package__) / FOLDER, ""), key=lambda asset: asset.path))


@cache
def version() -> str:
    """Changes when any of the files does: part of their address, so that a browser may keep them for good."""
    whole = hashlib.sha256()
    for asset in static_assets():
        whole.update(f"{asset.path}\0{len(asset.content)}\0".encode() + asset.content)
    return whole.hexdigest()[:DIGEST_LENGTH]


def address(path: str) -> str:
    """Where a file stands under the page's own address: ``static/0123456789abcdef/app.js``."""
    return f"{FOLDER}/{version()}/{path}"


def with_imports(paths: Iterable[str]) -> list[str]:
    """ES modules and all that they import, by path; what they import later, when it is needed, is left out."""
    by_path = {asset.path: asset.content.decode() for asset in static_assets() if asset.path.endswith(("js", "mjs"))}
    waiting, found = list(paths), set[str]()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            folder = posixpath.dirname(path)
            waiting += [posixpath.normpath(posixpath.join(folder, name)) for name in _IMPORT.findall(by_path[path])]
    return sorted(found)


def _found(folder: Traversable, path: str) -> Iterator[Asset]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _found(entry, f"{path}{entry.name}/")
            continue
        media_type = MEDIA_TYPES.get("." + entry.name.rpartition(".")[2])
        if media_type is not None:
            yield Asset(f"{path}{entry.name}", media_type, entry.read_bytes())

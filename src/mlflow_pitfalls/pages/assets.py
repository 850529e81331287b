"""The files that the page consists of, each known by name before the server starts: no request can name another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

STATIC = "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
MODULE_SUFFIXES = (".js", ".mjs")
CLASSIC_SCRIPTS = frozenset({"static/vendor/uPlot.iife.min.js"})  # no module: sets a global name


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page.

    Attributes:
        path: Where it stands under the page's own address, e.g. ``static/app.js``.
        media_type: What it is served as.
        content: Its bytes.
        digest: Changes with the content; the browser's cache is asked by it.
    """

    path: str
    media_type: str
    content: bytes
    digest: str

    @property
    def is_module(self) -> bool:
        """Whether it is an ES module, which the page asks for early."""
        return self.path.endswith(MODULE_SUFFIXES) and self.path not in CLASSIC_SCRIPTS


def made(path: str, media_type: str, content: bytes) -> Asset:
    """An asset with its digest."""
    return Asset(path, media_type, content, hashlib.sha256(content).hexdigest()[:32])


@cache
def static_assets() -> tuple[Asset, ...]:
    """Every file under ``static`` that has one of ``MEDIA_TYPES``, by path."""
    return tuple(sorted(_found(files(__package__) / STATIC, STATIC), key=lambda asset: asset.path))


def _found(folder: Traversable, path: str) -> Iterator[Asset]:
    for entry in folder.iterdir():
        here = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _found(entry, here)
            continue
        media_type = MEDIA_TYPES.get("." + entry.name.rpartition(".")[2])
        if media_type is not None:
            yield made(here, media_type, entry.read_bytes())

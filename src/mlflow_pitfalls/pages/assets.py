"""The files that the page consists of, each known by name before the server starts: no request can name another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from mlflow_pitfalls.pages import bundle

FOLDER = "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
DIGEST_LENGTH = 16
ICON = "icon.svg"
ROOTS = ("early.js", "app.js")  # the first asks for a list of runs before the rest is looked at
STYLES = ("style.css", "tables.css")


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
def source_files() -> tuple[Asset, ...]:
    """Every file of the folder that has one of ``MEDIA_TYPES``, by path."""
    return tuple(sorted(_found(files(__package__) / FOLDER, ""), key=lambda asset: asset.path))


@cache
def scripts() -> tuple[str, ...]:
    """What stands in the document, one for each of ``ROOTS``."""
    return bundle.scripts(_texts(), ROOTS)


@cache
def style() -> str:
    """The styles that stand in the document."""
    return bundle.style(_texts(), STYLES)


@cache
def static_assets() -> tuple[Asset, ...]:
    """What is served beside the document: the library of the pictures, as it is, and the libraries' licences."""
    within = {ICON, *STYLES, *bundle.imported(_texts(), ROOTS)}
    return tuple(asset for asset in source_files() if asset.path not in within)


def text_of(path: str) -> str:
    """A file's text, with the line ends that a browser makes of any."""
    return _texts()[path]


@cache
def version() -> str:
    """Changes when any of the files does: part of their address, so that a browser may keep them for good."""
    whole = hashlib.sha256()
    for asset in static_assets():
        whole.update(f"{asset.path}\0{len(asset.content)}\0".encode() + asset.content)
    return whole.hexdigest()[:DIGEST_LENGTH]


def address(path: str) -> str:
    """Where a file stands under the page's own address: ``static/0123456789abcdef/vendor/uPlot.esm.js``."""
    return f"{FOLDER}/{version()}/{path}"


@cache
def _texts() -> dict[str, str]:
    return {asset.path: asset.content.decode().replace("\r\n", "\n") for asset in source_files()}


def _found(folder: Traversable, path: str) -> Iterator[Asset]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _found(entry, f"{path}{entry.name}/")
            continue
        if PurePosixPath(entry.name).suffix in MEDIA_TYPES:
            yield Asset(f"{path}{entry.name}", _media_type(entry.name), entry.read_bytes())


def _media_type(path: str) -> str:
    return MEDIA_TYPES[PurePosixPath(path).suffix]

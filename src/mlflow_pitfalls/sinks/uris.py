"""What a tracking URI tells by itself: where it points, and how to write it down without its secrets."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import url2pathname

_DATABASE_FILE = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>[^?]+)")
_WINDOWS_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_CREDENTIALS = re.compile(r"//[^/\s]*@")
_SECRET_OPTION = re.compile(r"pass|pwd|token|secret|key|sig|credential|auth", re.IGNORECASE)
_UI_MODE = "?workflowType=machine_learning"  # without it a fresh browser opens MLflow in its GenAI mode


def is_http(uri: str) -> bool:
    """Whether a tracking server answers under this URI."""
    return uri.lower().startswith(("http://", "https://"))


def public_uri(uri: str) -> str:
    """The URI as it may be stored: without user, password and secret options, local paths made absolute.

    Two URIs with equal public forms name the same store.
    """
    located = _absolute(uri)
    if "://" not in located:
        return located
    try:
        parts = urlsplit(located)
    except ValueError:  # no address at all; what looks like credentials goes all the same
        return _CREDENTIALS.sub("//", located)
    host = parts.netloc.rpartition("@")[2]
    options = [(name, value) for name, value in parse_qsl(parts.query) if not _SECRET_OPTION.search(name)]
    query = f"?{urlencode(options)}" if options else ""
    # By hand: urlunsplit drops the empty host of sqlite:///…
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}{query}"


def without_logins(text: object) -> str:
    """Text such as an error's, which may quote a URI, without user and password."""
    return _CREDENTIALS.sub("//", str(text))


def local_path(uri: str) -> Path | None:
    """The file or folder behind a local store, None for servers and remote databases."""
    database = _DATABASE_FILE.fullmatch(uri.partition("?")[0])
    if database:
        return None if database["path"] == ":memory:" else Path(database["path"])
    if uri.startswith("file:"):
        return Path(url2pathname(urlsplit(uri).path or uri.removeprefix("file:")))
    if "://" in uri or uri in ("databricks", "databricks-uc", "uc"):
        return None
    return Path(uri)


def store_is_gone(uri: str) -> bool:
    """Whether a local store has been deleted. MLflow would make an empty one in its place."""
    path = local_path(uri)
    return path is not None and not path.exists()


def run_url(uri: str, experiment_id: str, run_id: str) -> str | None:
    """Address of the run in MLflow's UI; None for a store that no server stands before.

    Args:
        uri: Tracking URI; user and password are left out of the address.
        experiment_id: The run's experiment.
        run_id: The run.
    """
    if not is_http(uri):
        return None
    base = public_uri(uri).partition("?")[0].rstrip("/")
    return f"{base}/#/experiments/{experiment_id}/runs/{run_id}{_UI_MODE}"


def _absolute(uri: str) -> str:
    database = _DATABASE_FILE.match(uri)
    if database and database["path"] != ":memory:":
        path = Path(database["path"])
        return uri if path.is_absolute() else uri.replace(database["path"], str(Path.cwd() / path), 1)
    if "://" in uri or uri in ("", "databricks", "databricks-uc", "uc"):
        return uri
    if uri.startswith("file:"):
        return Path(url2pathname(uri.removeprefix("file:"))).absolute().as_uri()
    if urlsplit(uri).scheme and not _WINDOWS_DRIVE.match(uri):
        return uri
    return str(Path(uri).absolute())

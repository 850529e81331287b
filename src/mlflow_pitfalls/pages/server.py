"""The apps behind ``mlflow server --app-name pitfalls`` and ``--app-name pitfalls-auth``."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.pages.routes import METHODS, add_routes

ASGI_SERVER = "uvicorn"
SERVER_VARIABLE = private_names.SERVER_VARIABLE.name  # MLflow tells its workers by it which server runs them
LOCK_SECONDS = 120

_logger = logging.getLogger(__name__)


def create_app() -> Any:
    """MLflow's own app with the page on it.

    Returns:
        An ASGI app under uvicorn, the Flask app under gunicorn and waitress.

    Raises:
        PitfallsError: This MLflow has no such app for uvicorn.
    """
    from mlflow.server import app

    add_routes(app, prefix=_static_prefix())
    if os.environ.get(SERVER_VARIABLE) != ASGI_SERVER:
        return app
    # The very object that a plain `mlflow server` serves. Its other routes come first, then all of the Flask app.
    asgi_app = private_names.imported(private_names.ASGI_APP)
    if asgi_app is None:
        raise PitfallsError("this MLflow shows no /pitfalls under uvicorn: start it without --app-name, or by gunicorn")
    return asgi_app


def create_auth_app() -> Any:
    """The same behind MLflow's basic-auth: every user who has signed in gets the page, and reads what they may read.

    Returns:
        An ASGI app under uvicorn, the Flask app under gunicorn and waitress.

    Raises:
        MlflowException: basic-auth is not set up, e.g. ``MLFLOW_FLASK_SERVER_SECRET_KEY`` is missing.
    """
    from filelock import FileLock
    from mlflow.server import app, auth

    _allow_signed_in(auth, add_routes(app, prefix=_static_prefix()))
    # MLflow makes the users' database before its workers start, but only under its own app's name: here they all would
    # make it at once.
    with FileLock(_lock_path(_users_database(auth)), timeout=LOCK_SECONDS):
        return auth.create_app(app)


def _users_database(auth: Any) -> str:
    config = private_names.read(auth, private_names.AUTH_CONFIG)
    return str(getattr(config, "database_uri", ""))


def _allow_signed_in(auth: Any, paths: Iterable[str]) -> None:
    """Register what basic-auth asks before it serves a route; where that cannot be, only admins get the page."""
    validators = getattr(auth, private_names.AUTH_VALIDATORS.name, None)
    if not isinstance(validators, MutableMapping):
        _logger.warning("mlflow-pitfalls: this version of MLflow's basic-auth shows /pitfalls to admins only")
        return
    for path in paths:
        validators.update({(path, method): _signed_in for method in (*METHODS, "HEAD")})


def _signed_in() -> bool:
    """Asked once the user is known. The page holds no data, so that is enough."""
    return True


def _static_prefix() -> str:
    variable = private_names.imported(private_names.SERVER_PREFIX)
    return os.environ.get(variable, "").rstrip("/") if isinstance(variable, str) else ""


def _lock_path(database: str) -> Path:
    # A relative path means another file elsewhere, and a lock of another user cannot be opened.
    whose = f"{database}\0{Path.cwd()}\0{Path.home()}"
    name = hashlib.sha256(whose.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mlflow-pitfalls-{name}.lock"

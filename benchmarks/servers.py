"""Tracking stores for the benchmarks: an SQLite file, or a server of its own on the loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

STORES = ("sqlite", "http")
SERVER_SECONDS = 180


@contextlib.contextmanager
def store_of(kind: str, folder: Path) -> Iterator[str]:
    """A fresh tracking store; ``http`` is a server of its own on the loopback, ended afterwards."""
    backend = f"sqlite:///{folder}/{kind}.db"
    if kind == "sqlite":
        yield backend
        return
    with serving(backend, folder) as (uri, _):
        yield uri


@contextlib.contextmanager
def serving(backend: str, folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """``mlflow server`` with one worker on a free port: its address and its process, which is ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", backend, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--artifacts-destination", str(folder / "served"), "--workers", "1", *options]
    with (folder / "server.log").open("wb") as log:
        # Without the helper processes for jobs, which take the machine's cores for a while.
        environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(timeout=SERVER_SECONDS)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.2)
    raise SystemExit("the tracking server did not start")


def use_store(uri: str, folder: Path, kind: str) -> None:
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    location = (folder / "artifacts").as_uri() if kind == "sqlite" else None
    experiment = mlflow.create_experiment("overhead", artifact_location=location)
    mlflow.set_experiment(experiment_id=experiment)

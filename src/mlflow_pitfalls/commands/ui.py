"""``mlflow-pitfalls ui``: MLflow's server with the page ``/pitfalls`` on it, for a store on this machine."""

from __future__ import annotations

import os
import sys

import click

HOST = "127.0.0.1"
PORT = 5000
APP = "pitfalls"


@click.command()
@click.option("--store", help="Tracking store, e.g. sqlite:///mlflow.db; MLflow's current one by default.")
@click.option("--artifacts", help="Where the server keeps new artifacts; MLflow's default if left out.")
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, help="Port to listen on.")
def ui(store: str | None, artifacts: str | None, host: str, port: int) -> None:
    """Open MLflow's UI for a tracking store, with the page that shows flags across runs."""
    uri = store or _current_store()
    if uri.startswith(("http://", "https://")):
        click.echo(f"The tracking server shows the flags: {uri}")
        click.echo(
            f"Where it runs as `mlflow server --app-name {APP}`, {uri.rstrip('/')}/pitfalls shows them across runs."
        )
        return
    click.echo(f"http://{host}:{port}/pitfalls")
    click.echo(f"http://{host}:{port}/#/experiments?workflowType=machine_learning")
    command = _server(uri, artifacts, host, port)
    os.execv(command[0], command)  # noqa: S606 - arguments of our own


def _server(uri: str, artifacts: str | None, host: str, port: int) -> list[str]:
    """The command of MLflow's server; one worker serves one person."""
    destination = [] if artifacts is None else ["--artifacts-destination", artifacts]
    return [
        *(sys.executable, "-m", "mlflow", "server", "--app-name", APP, "--backend-store-uri", uri, *destination),
        *("--host", host, "--port", str(port), "--workers", "1"),
    ]


def _current_store() -> str:
    import mlflow

    return str(mlflow.get_tracking_uri())

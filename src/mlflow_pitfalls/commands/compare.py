"""The command ``mlflow-pitfalls compare``: runs side by side."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...")
@click.option("--html", type=click.Path(dir_okay=False, writable=True), help="Write the comparison page to this file.")
@click.option("--tracking-uri", help="The tracking store; MLflow's current one by default.")
def compare(runs: tuple[str, ...], html: str | None, tracking_uri: str | None) -> None:
    """Show what changed from the first RUN to each other one."""
    from mlflow_pitfalls.comparer import compare as compared
    from mlflow_pitfalls.reporting.console import show

    if len(runs) < 2:
        raise click.UsageError("Give at least two runs.")
    found = compared(*runs, tracking_uri=tracking_uri)
    show(found, sys.stdout)
    if html is not None:
        try:
            Path(html).write_text(found.html(), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{html} cannot be written: {error.strerror}") from error

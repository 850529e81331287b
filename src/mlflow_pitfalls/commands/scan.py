"""The command ``mlflow-pitfalls scan``: judges runs that were logged without this package."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from mlflow_pitfalls.errors import PitfallsError

if TYPE_CHECKING:
    from mlflow_pitfalls.model.logged import LoggedRun
    from mlflow_pitfalls.model.outcomes import Outcomes

DEFAULT_LIMIT = 100


@click.command()
@click.argument("experiment")
@click.option("--limit", type=click.IntRange(min=1), default=DEFAULT_LIMIT, show_default=True, help="Latest runs.")
@click.option("--write", is_flag=True, help="Tag the runs; without it, nothing is written.")
@click.option("--all", "show_all", is_flag=True, help="Show every answer, not flags only.")
@click.option("--tracking-uri", help="The tracking store; MLflow's current one by default.")
def scan(experiment: str, *, limit: int, write: bool, show_all: bool, tracking_uri: str | None) -> None:
    """Judge the runs of EXPERIMENT (name or id) by what MLflow has of them.

    That is: metrics and their histories, parameters, and times.

    Without rows there are few intervals: most flags are hints, of severity low, and say so. Runs that carry a report
    of this package are shown and never written to. The exit status tells whether all could be written, not what was
    found: that is for `gate`.
    """
    import mlflow

    from mlflow_pitfalls.reporting.console import show
    from mlflow_pitfalls.scan.judging import judge_all
    from mlflow_pitfalls.scan.table import ScanTable

    uri = tracking_uri or str(mlflow.get_tracking_uri())
    runs, complete = _read(experiment, uri, limit)
    found = list(zip(runs, judge_all(runs, complete=complete), strict=True))
    show(ScanTable(found, show_all), sys.stdout)
    if not complete:
        click.echo(f"The experiment holds more runs: these are its latest {limit} (--limit).")
    if write:
        _write(found, uri)
    elif found:
        click.echo("Nothing was written: --write tags the runs.")


def _read(experiment: str, uri: str, limit: int) -> tuple[list[LoggedRun], bool]:
    """With a progress bar on standard error, where it is a terminal."""
    from rich.progress import Progress

    from mlflow_pitfalls.reporting.console import console_of
    from mlflow_pitfalls.sinks.logged_runs import experiment_id_of, read_logged_runs

    experiment_id = experiment_id_of(experiment, uri)
    console = console_of(sys.stderr)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with nullcontext() if bar.disable else bar:  # older versions of Rich end one that is disabled with a blank line
        task = bar.add_task("Reading runs", total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return read_logged_runs(experiment_id, uri, limit=limit, told=told)


def _write(found: list[tuple[LoggedRun, Outcomes]], uri: str) -> None:
    from mlflow_pitfalls.reporting.text import count
    from mlflow_pitfalls.scan.items import scan_items
    from mlflow_pitfalls.scan.judging import is_judged
    from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
    from mlflow_pitfalls.sinks.outcome import Outcome as Written
    from mlflow_pitfalls.version import __version__

    sink, written, kept, failed = MlflowSink(uri), 0, 0, 0
    for run, outcomes in found:
        items = scan_items(run, outcomes, __version__)
        if items is None:
            kept += 1
        elif is_judged(outcomes):
            done = sink.write(items).outcome is Written.DELIVERED
            written, failed = written + done, failed + (not done)
    told = f"{count(written, 'run')} tagged"
    click.echo(f"{told}, {count(kept, 'run')} with a report of their own left alone." if kept else f"{told}.")
    if failed:
        raise PitfallsError(f"{count(failed, 'run')} could not be written")

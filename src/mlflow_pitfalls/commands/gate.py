"""The command ``mlflow-pitfalls gate``: an exit status for CI, and the reports that CI systems read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mlflow_pitfalls.errors import PitfallsError


@click.command()
@click.argument("run_id", required=False)
@click.option("--experiment", help="In place of RUN_ID: an experiment's name; needs --latest.")
@click.option("--latest", is_flag=True, help="The experiment's latest run.")
@click.option(
    "--fail-on",
    type=click.Choice(["low", "medium", "high"]),
    default="high",
    show_default=True,
    help="The least severity of a flag that stops the run.",
)
@click.option(
    "--ignore", multiple=True, metavar="CHECK", help="A check or group that shall not stop it; may be repeated."
)
@click.option("--junit", type=click.Path(dir_okay=False), help="Write a JUnit report to this file.")
@click.option("--sarif", type=click.Path(dir_okay=False), help="Write a SARIF 2.1.0 report to this file.")
@click.option("--tracking-uri", help="The tracking store; MLflow's current one by default.")
def gate(
    run_id: str | None,
    *,
    experiment: str | None,
    latest: bool,
    fail_on: str,
    ignore: tuple[str, ...],
    junit: str | None,
    sarif: str | None,
    tracking_uri: str | None,
) -> None:
    """Exit with 1 where the run RUN_ID has flags that should stop it, with 0 where it has none.

    The exit status is 2 where there is nothing to judge: no such run, or one without a report of this package.
    """
    from mlflow_pitfalls.gating.gate import gate as judged
    from mlflow_pitfalls.gating.junit import to_junit
    from mlflow_pitfalls.gating.sarif import to_sarif
    from mlflow_pitfalls.gating.table import GateTable
    from mlflow_pitfalls.reporting.console import show

    _check_named(run_id, experiment, latest)
    try:
        result = judged(run_id, experiment=experiment, fail_on=fail_on, ignore=ignore, tracking_uri=tracking_uri)
    except PitfallsError as error:
        raise _UnusableError(str(error)) from error
    show(GateTable(result), sys.stdout)
    for path, write in ((junit, to_junit), (sarif, to_sarif)):
        if path is not None:
            _write(path, write(result))
    sys.exit(result.exit_status)


class _UnusableError(click.ClickException):
    """Nothing could be judged; never to be taken for a run that passed, nor for one with flags."""

    exit_code = 2


def _check_named(run_id: str | None, experiment: str | None, latest: bool) -> None:
    if (run_id is None) == (experiment is None):
        raise click.UsageError("Give either RUN_ID, or --experiment NAME --latest.")
    if (experiment is not None) != latest:
        raise click.UsageError("--experiment and --latest go together.")


def _write(path: str, content: str) -> None:
    try:
        Path(path).write_text(content, encoding="utf-8")
    except OSError as error:
        raise _UnusableError(f"{path} cannot be written: {error.strerror}") from error

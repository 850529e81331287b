"""The command ``mlflow-pitfalls``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlflow_pitfalls.commands.compare import compare
from mlflow_pitfalls.commands.gate import gate
from mlflow_pitfalls.commands.scan import scan
from mlflow_pitfalls.commands.tune import tune
from mlflow_pitfalls.commands.ui import ui
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.scripts import LeaveError, run_and_go_on
from mlflow_pitfalls.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow_pitfalls.checks.base import Check


class _Commands(click.Group):
    """Shows this package's own errors as plain sentences, and runs the user's script when click is done."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except LeaveError as leave:
            found = leave
        return _ended(found)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PitfallsError as error:
            raise click.ClickException(str(error)) from error


def _ended(leave: LeaveError) -> None:
    """What follows a script is ours again, and so are its errors."""
    try:
        run_and_go_on(leave)
    except PitfallsError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="mlflow-pitfalls")
def main() -> None:
    """Find the ways in which ML projects go wrong, run by run, in MLflow."""


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(script: str, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT unchanged, with the hooks in place before its first import.

    ARGUMENTS are the script's own. Options come from the environment and from pyproject.toml.
    """
    import mlflow_pitfalls

    mlflow_pitfalls.enable()
    raise LeaveError(script, arguments)


@main.command()
@click.argument("run_id")
@click.option("--tracking-uri", help="The tracking store; MLflow's current one by default.")
@click.option("--html", type=click.Path(dir_okay=False, writable=True), help="Write the report page to this file.")
def report(run_id: str, tracking_uri: str | None, html: str | None) -> None:
    """Show what was found in the run RUN_ID."""
    from mlflow_pitfalls import api
    from mlflow_pitfalls.checks.docs import explanations
    from mlflow_pitfalls.reporting.html import render
    from mlflow_pitfalls.reporting.terminal import print_table

    found = api.report(run_id, tracking_uri=tracking_uri)
    print_table(found.record, found.outcomes, stream=sys.stdout, url=found.url, suggestions=found.suggestions)
    if html is not None:
        page = render(found.record, found.outcomes, docs=explanations(), suggestions=found.suggestions)
        try:
            Path(html).write_text(page, encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{html} cannot be written: {error.strerror}") from error


@main.command()
def checks() -> None:
    """List every check."""
    from mlflow_pitfalls.checks.catalogue import ALL_CHECKS

    if sys.stdout.isatty():
        _print_checks(ALL_CHECKS)
        return
    width = max(len(check.name) for check in ALL_CHECKS)
    for check in ALL_CHECKS:
        click.echo(f"{check.group.value}  {check.name:<{width}}  {check.severity.value:<6}  {check.summary}")


def _print_checks(checks: Sequence[Check]) -> None:
    """For people: a heading for each group, and summaries that wrap under themselves."""
    from itertools import groupby

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, width = Console(highlight=False), max(len(check.name) for check in checks)
    for group, members in groupby(checks, key=lambda check: check.group):
        console.print(Text(f"\n{group.value}  {group.heading}", style="bold"))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True, min_width=width)
        table.add_column(no_wrap=True, min_width=6, style="dim")
        table.add_column(overflow="fold")
        for check in members:
            table.add_row(Text(check.name), Text(check.severity.value), Text(check.summary))
        console.print(table)
    console.print(Text("\nmlflow-pitfalls explain CHECK says more about one.", style="dim"))


@main.command()
@click.argument("check")
def explain(check: str) -> None:
    """Say what CHECK does, why it matters, and how to fix it."""
    from rich.console import Console
    from rich.markdown import Markdown

    from mlflow_pitfalls.checks.catalogue import by_name
    from mlflow_pitfalls.checks.docs import explain as docs_of

    found = by_name(check)
    if sys.stdout.isatty():
        Console().print(Markdown(docs_of(found, narrow=True)))
    else:
        click.echo(docs_of(found))


@main.command()
@click.option("--tracking-uri", help="Send only what belongs to this store; all of it by default.")
@click.option("--spool-dir", type=click.Path(file_okay=False), help="The spool, if it is not where it usually is.")
def sync(tracking_uri: str | None, spool_dir: str | None) -> None:
    """Send what could not be sent when its run ended. May be repeated."""
    from mlflow_pitfalls.settings import Settings
    from mlflow_pitfalls.sinks.sync import sync as send

    result = send(tracking_uri, spool_dir=spool_dir or Settings.load().spool_dir)
    click.echo(str(result))
    if result.left:
        sys.exit(1)


main.add_command(compare)
main.add_command(gate)
main.add_command(scan)
main.add_command(tune)
main.add_command(ui)


if __name__ == "__main__":
    main()

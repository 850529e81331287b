"""The command ``mlflow-pitfalls tune``: an unchanged script is run, and then what it fits is tuned."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.scripts import LeaveError

if TYPE_CHECKING:
    from mlflow_pitfalls.kept_fits import FitKeeper, KeptFit
    from mlflow_pitfalls.model.suggestions import Suggestions
    from mlflow_pitfalls.tuning.study.result import TuningResult

INTERRUPTED = 130  # exit status, as of a shell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """What the command line says."""

    trials: int
    timeout: float | None
    jobs: int
    spark: str | None
    metric: str | None
    storage: str | None
    study: str | None
    history: bool


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--trials", default=50, show_default=True, help="How many configurations to try.")
@click.option("--timeout", type=float, help="Seconds for all of it.")
@click.option("--jobs", default=1, show_default=True, help="Processes, each on one core; on Spark, trials at a time.")
@click.option("--spark", help="Fit on Spark's executors: local[4] or a cluster's address; a trial a core.")
@click.option("--metric", help="scikit-learn's name of a scorer; by default what the script evaluates.")
@click.option("--storage", help="A database (SQLAlchemy URL); a journal file by default.")
@click.option(
    "--study-name", "study", help="By which an interrupted study goes on; made from model and rows by default."
)
@click.option("--history/--no-history", default=True, help="Whether to begin from the experiment's earlier runs.")
@click.option("--fit", type=int, help="Which of the script's fits, from 1; by default the last that it evaluates.")
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def tune(*, fit: int | None, script: str, arguments: tuple[str, ...], **options: Any) -> None:
    """Run SCRIPT unchanged, then tune what it fits, by cross-validation inside its training rows.

    The script's test rows are scored once before and once after, and seen by no trial. The same command goes on where
    one was interrupted. ARGUMENTS are the script's own.
    """
    from mlflow_pitfalls import api

    if options["spark"] is not None:
        from mlflow_pitfalls.tuning.spark.spark_session import check_spark

        check_spark(options["spark"])  # before the script takes its time
    keeper = api.keep_fits(fit)
    raise LeaveError(script, arguments, partial(_tune, keeper, _Options(**options)))


def _tune(keeper: FitKeeper, options: _Options) -> None:
    """After the script."""
    from mlflow_pitfalls import api, tuner

    api.flush()
    fit = keeper.chosen()
    click.echo(f"Tuning {fit.name}, which is fitted at {fit.site}.", err=True)
    result = tuner.tune(
        fit.estimator,
        fit.x,
        fit.y,
        X_test=fit.x_test,
        y_test=fit.y_test,
        metric=options.metric or fit.metric,
        trials=options.trials,
        timeout=options.timeout,
        jobs=options.jobs,
        spark=options.spark,
        storage=options.storage,
        study_name=options.study,
        cv=fit.cv,
        groups=fit.groups,
        history=_known(fit, options.history) or False,
    )
    _print(result, fit)
    _write(result, fit)
    if result.facts.interrupted:
        sys.exit(INTERRUPTED)


def _known(fit: KeptFit, history: bool) -> Suggestions | None:
    """What the report of the script's run says about this fit; nothing where there is no report, or of another fit."""
    from mlflow_pitfalls import api

    with suppress(PitfallsError):
        run_id = fit.run.run_id if fit.run is not None else ""
        return fit.known(api.report(run_id, tracking_uri=fit.uri or None), history=history)
    return None


def _print(result: TuningResult, fit: KeptFit) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mlflow_pitfalls.tuning.study.result import rows, told

    facts = result.facts
    console = Console(file=sys.stdout, highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    head, *body = rows(facts)
    for name in head:
        table.add_column(Text(name), overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))
    console.print(table)
    console.print(Text(facts.advice, style="bold"))
    if facts.best:
        console.print(Text("Best configuration:" if facts.taken else "Best configuration tried:"))
        console.print(Text(f".set_params({', '.join(f'{name}={value!r}' for name, value in facts.best)})"))
    for note in (*fit.notes, *told(facts)):
        console.print(Text(note, style="dim"))


def _write(result: TuningResult, fit: KeptFit) -> None:
    """To the experiment of the script's own run; the journal keeps the trials where the store does not answer."""
    from mlflow_pitfalls.sinks.tuning_runs import write_tuning
    from mlflow_pitfalls.sinks.uris import run_url

    if fit.run is None:
        return
    experiment = fit.run.experiment_id
    try:
        parent = write_tuning(result.facts, tracking_uri=fit.uri, experiment_id=experiment, run_id=fit.run.run_id)
    except Exception as error:
        raise PitfallsError(f"the tuning could not be written to MLflow: {type(error).__name__}") from error
    click.echo(f"Run {parent} " + (run_url(fit.uri, experiment, parent) or ""), err=True)

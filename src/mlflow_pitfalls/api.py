"""What users call: ``enable``, ``disable``, ``flush``, ``report``, ``probe``."""

from __future__ import annotations

import atexit
import functools
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from mlflow_pitfalls import hooks
from mlflow_pitfalls.checks.catalogue import ignorable, unknown_thresholds
from mlflow_pitfalls.checks.suppression import unknown
from mlflow_pitfalls.errors import PitfallsError, SettingsError, forget_reported, guard, set_test_mode
from mlflow_pitfalls.kept_fits import FitKeeper
from mlflow_pitfalls.notebook_cells import watch_cells
from mlflow_pitfalls.reporting import console
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.session import Session, active_run
from mlflow_pitfalls.settings import Privacy, Settings
from mlflow_pitfalls.sinks.runs import load_report
from mlflow_pitfalls.sinks.uris import run_url
from mlflow_pitfalls.version import __version__

_FLUSH_SECONDS = 60.0
# A reload of this module must not lose what is being watched.
_session: Session | None = globals().get("_session")
_parents: Session | None = globals().get("_parents")  # in a forked child: its pipes and threads are the parent's
_keeper: FitKeeper | None = globals().get("_keeper")


def enable(
    *,
    autolog: bool | None = None,
    probe_budget: float | None = None,
    privacy: Privacy | None = None,
    ignore: Sequence[str | Mapping[str, str]] | None = None,
    benchmark: Mapping[str, float] | None = None,
    reference: str | None = None,
    terminal: bool | None = None,
    notebook: bool | None = None,
    thresholds: Mapping[str, float] | None = None,
    sample_rows: int | None = None,
    confidence_resamples: int | None = None,
    seed: int | None = None,
    views: bool | None = None,
    issues: bool | None = None,
    datasets: bool | None = None,
    exit_timeout: float | None = None,
    spool_dir: str | None = None,
    test_mode: bool | None = None,
    **unknown: Any,
) -> None:
    """Watch every scikit-learn fit from now on, and write to each MLflow run what was found.

    May be called again, with the same or other options. An option that is not given comes from the environment
    (``MLFLOW_PITFALLS_<OPTION>``), else from ``[tool.mlflow-pitfalls]`` in pyproject.toml, else it has its default; see
    :class:`mlflow_pitfalls.settings.Settings`.

    Args:
        autolog: Turn on MLflow autologging for scikit-learn, XGBoost and LightGBM unless it is configured already.
        probe_budget: Share of the wall-clock spent in fits that extra small fits may take, 0..1, beside five
            seconds a process; 0 makes none. They run in a process of their own, on one core;
            at exit they are waited for three seconds.
        privacy: ``default``, or ``strict`` to write no values at all.
        ignore: Checks or groups that shall not flag: ``"overfit"``, ``"PF3"``, ``"overfit until 2027-01-31 because the
            trees are pruned later"``, or ``{"check": "overfit", "until": "2027-01-31", "reason": "…"}``. They still
            run, and stay listed as ignored. The tag ``pitfalls.ignore`` on a run or an experiment does the same.
        benchmark: Domain benchmark by metric, e.g. ``{"roc_auc": 0.80}``, for the check ``below-benchmark``.
        reference: Id of the run to compare with; else the experiment's run tagged ``pitfalls.reference = true``, else
            the registered model's champion, else the best of the last 20 comparable runs.
        terminal: Print a short table to standard error.
        notebook: Show a summary at the end of a notebook cell.
        thresholds: Other values for thresholds, by ``check.threshold``.
        sample_rows: Rows of a bounded sample.
        confidence_resamples: Bootstrap resamples behind an interval.
        seed: Seed of our own samples.
        views: Save views with our columns in each experiment, and write a line with their links below its description;
            once.
        issues: Make flags of medium and high severity MLflow issues on the run, where the server has them; a check
            whose issue somebody has rejected is ignored in later runs of the experiment.
        datasets: Log the training and the held-out rows as MLflow datasets, with figures and without rows, where
            neither you nor autologging has.
        exit_timeout: Seconds that the exit may wait for the tracking store, 0..60, when the last reports are built.
        spool_dir: Folder that keeps what could not be sent.
        test_mode: Raise our own failures.
        **unknown: Anything else is an error that names the nearest option.

    Raises:
        SettingsError: An option is unknown or its value does not fit.
    """
    global _session
    arguments = {name: value for name, value in locals().items() if name != "unknown" and value is not None}
    settings = Settings.load({**arguments, **unknown})
    _check_names(settings)
    if hooks.is_child_process():
        return  # its parent is watched
    if _session is not None and _session.settings == settings:
        _hook(settings, _session)
        return
    if _session is not None:
        _session.close()
    set_test_mode(settings.test_mode)
    if not hooks.refused():
        forget_reported()
    session = (
        Session(settings, __version__) if _keeper is None else Session(settings, __version__, observe=_keeper.settled)
    )
    _watch_forks()
    _session = session if _hook(settings, session) else None


@functools.cache
def _watch_forks() -> None:
    """A forked child leaves the session to its parent: threads that it does not have may hold the session's locks."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_leave_to_parent)


def _leave_to_parent() -> None:
    global _session, _parents
    _parents, _session = _session or _parents, None


def _hook(settings: Settings, session: Session) -> bool:
    """Put everything in place; False where nothing can be hooked, which has been told then."""
    listener = session.recorder if _keeper is None else _keeper.around(session.recorder, settings)
    if not hooks.install(listener).active:
        return False
    if settings.terminal:
        with guard("getting ready to print"):
            console.import_rich()  # here, since later it is done beside the user's own work
    if settings.autolog:
        with guard("turning on autologging"):
            hooks.turn_on_autolog()
    atexit.unregister(_at_exit)
    atexit.register(_at_exit)
    with guard("watching notebook cells"):
        watch_cells(_cell_ended)
    return True


def _check_names(settings: Settings) -> None:
    """Ignored checks and thresholds must exist: a typo would switch nothing off."""
    problems = [*unknown(settings.ignore, ignorable()), *unknown_thresholds(settings.thresholds)]
    if problems:
        raise SettingsError("; ".join(problems))


def disable() -> None:
    """Stop watching: writes what is open, and puts every patched class and module back as it was."""
    global _session
    session, _session = _session, None
    atexit.unregister(_at_exit)
    with guard("leaving the notebook"):
        watch_cells(None)
    if session is not None:
        session.close()
    if hooks.installed():
        hooks.turn_off_autolog()
    hooks.uninstall()


def keep_fits(number: int | None = None) -> FitKeeper:
    """Turn on watching for the command ``tune``: as :func:`enable`, and a fit's rows are kept to tune it.

    Args:
        number: The fit, from 1; None for the one that is evaluated last.
    """
    global _keeper
    _keeper = FitKeeper(number)
    enable()
    return _keeper


def enabled() -> bool:
    """Whether this process is being watched."""
    return _session is not None


def watches(run_id: str) -> bool:
    """Whether this process has seen a fit in this run, and so writes its report."""
    return _session is not None and _session.watches(run_id)


def flush(timeout: float = _FLUSH_SECONDS) -> list[Report]:
    """Write now all that was found, also about runs that are still open.

    Args:
        timeout: Seconds to wait at most; what is not written by then follows in the background.

    Returns:
        The reports finished since the last call.
    """
    return _session.flush(timeout) if _session is not None else []


def probe(model: Any, X: Any, y: Any, *, budget: float = 60.0) -> Report:
    """Find out by extra fits what a model's scores alone do not tell: whether a simpler or a linear model does as well.

    A quarter of the rows is held out, in the classes' own shares; a copy of the model is fitted to the others and then
    every probe runs while the budget lasts: the same model regularised more, a linear one, wrong labels, columns that
    carry nothing, a leaderboard of quick models, fewer rows. The model, the rows and the global random state stay as
    they are. Inside an MLflow run, and after :func:`enable`, the report becomes that run's; otherwise nothing is
    logged.

    Args:
        model: A classifier or regressor, fitted or not.
        X: Features in any container that scikit-learn takes, shape (n, columns).
        y: Targets, shape (n,).
        budget: Seconds for all fits together; the one that is running when they end is finished.

    Returns:
        A report that shows itself in a notebook.

    Raises:
        PitfallsError: The model cannot be copied or fitted, or the rows cannot be split.
    """
    if not budget > 0:
        raise PitfallsError(f"budget must be a positive number of seconds, found {budget!r}")
    from mlflow_pitfalls.probing import probe_model

    session = _session
    run, uri = active_run() if session is not None else (None, "")
    settings = session.settings if session is not None else Settings.load()
    found = probe_model(model, X, y, budget=budget, settings=settings, run=run)
    if session is not None and run is not None:
        session.publish(found.record, found.outcomes, uri)
    return found


def report(run_id: str | None = None, *, tracking_uri: str | None = None) -> Report:
    """The report of a run: of this process's, or read back from the tracking store.

    Args:
        run_id: The run; the last one of this process where it is not given.
        tracking_uri: The store to read from; MLflow's current one by default.

    Returns:
        A report that shows itself in a notebook.

    Raises:
        PitfallsError: There is no such run, or it carries no report.
        SchemaError: It was written by a newer version.
    """
    if _session is not None:
        _session.flush(_FLUSH_SECONDS)
        found = _session.report(run_id) if run_id is not None else _session.latest()
        if found is not None:
            return found
    if run_id is None:
        raise PitfallsError("no run has been watched in this process yet: give a run_id")
    import mlflow

    uri = tracking_uri or str(mlflow.get_tracking_uri())
    stored = load_report(run_id, uri)
    if stored.outcomes is None:
        raise PitfallsError(f"run {run_id} ended before its report was written; its record is there, its flags are not")
    url = run_url(uri, stored.run.experiment_id, run_id)
    return Report(record=stored.record, outcomes=stored.outcomes, url=url, suggestions=stored.suggestions)


def _at_exit() -> None:
    global _session
    session, _session = _session, None  # after a reload of this module the exit asks twice
    if session is None:
        return
    # Whoever presses Ctrl-C now does not want to wait; a traceback of ours would tell them nothing.
    with guard("writing the last reports"), suppress(KeyboardInterrupt):
        session.close()


def _cell_ended() -> list[Report]:
    """A notebook cell has ended: settle and return what is news."""
    return _session.flush_cell() if _session is not None else []

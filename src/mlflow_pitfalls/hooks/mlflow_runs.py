"""Hooks on MLflow's runs: a fluent run becomes active, and any run is set to an end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from types import FrameType
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import dispatch, private, wrappers
from mlflow_pitfalls.model.events import RunEvent, RunOrigin
from mlflow_pitfalls.model.record import RunInfo

# Exchanging ``mlflow.end_run`` would miss ``from mlflow import end_run``. Every way to end a run, the with block,
# autologging and the exit included, comes by the client. A fluent run, new or resumed, is an ActiveRun from its start.
_FINISHED: Final = "FINISHED"
_MANAGED_TAG: Final = "mlflow.autologging"


def hook_runs() -> tuple[int, list[str]]:
    """Hook the start and the end of runs.

    Returns:
        How many methods were hooked, and the names of those that could not be.
    """
    count, missed = 0, []
    for cls, name, told in _targets():
        original = vars(cls).get(name)
        if wrappers.is_hook(original):
            count += 1
        elif callable(original):
            setattr(cls, name, wrappers.hook_run(original, told))
            count += 1
        else:
            missed.append(f"mlflow.{cls.__name__}.{name}")
    return count, missed


def unhook_runs() -> None:
    """Put back MLflow's own methods."""
    for cls, name, _ in _targets():
        method = vars(cls).get(name)
        if wrappers.is_hook(method):
            setattr(cls, name, wrappers.original_of(method))


def _targets() -> tuple[tuple[type, str, str], ...]:
    from mlflow.tracking.client import MlflowClient
    from mlflow.tracking.fluent import ActiveRun

    return (MlflowClient, "set_terminated", ended.__name__), (ActiveRun, "__init__", started.__name__)


def started(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """A fluent run has become active."""
    if dispatch.listener() is None:
        return
    with errors.guard(dispatch.LISTENING):
        run = args[0] if args else kwargs["run"]
        origin = _origin(sys._getframe(2))
        if origin is not None:
            dispatch.run_changed(RunEvent(run_id=run.info.run_id, started=True, origin=origin, run=run_info(run)))


def ended(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """A run was set to an end."""
    if dispatch.listener() is None:
        return
    with errors.guard(dispatch.LISTENING):
        run_id = args[0] if args else kwargs["run_id"]
        status = (args[1] if len(args) > 1 else kwargs.get("status")) or _FINISHED
        origin = _origin(sys._getframe(2))
        if origin is not None:
            dispatch.run_changed(RunEvent(run_id=run_id, started=False, origin=origin, status=str(status)))


def run_info(run: Any) -> RunInfo:
    """What a record tells of an MLflow run.

    Args:
        run: MLflow's ``Run``.
    """
    milliseconds = run.info.start_time or 0
    return RunInfo(
        run_id=run.info.run_id,
        experiment_id=run.info.experiment_id,
        run_name=run.info.run_name or "",
        managed=_MANAGED_TAG in run.data.tags,
        started_at=datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds"),
    )


def _origin(frame: FrameType | None) -> RunOrigin | None:
    """Who stands behind a change; None where it is a run of MLflow's own making, such as a search's child runs."""
    while frame is not None:
        module = frame.f_globals.get("__name__")
        name = frame.f_code.co_name
        if module == private.MANAGED_RUN_MODULE and name in private.MANAGED_RUN_FUNCTIONS:
            return RunOrigin.AUTOLOG
        if module == private.EXIT_MODULE and name == private.EXIT_FUNCTION:
            return RunOrigin.EXIT
        if module not in private.RUN_MODULES and module != wrappers.__name__:
            return None if str(module).partition(".")[0] == "mlflow" else RunOrigin.USER
        frame = frame.f_back
    return RunOrigin.USER

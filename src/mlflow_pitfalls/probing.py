"""Probing that the user asks for: one model, its rows, and seconds that may be spent."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mlflow_pitfalls import hooks
from mlflow_pitfalls.capture.containers import shape_of
from mlflow_pitfalls.capture.recording.building import RecordBuilder
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.capture.recording.host import Host
from mlflow_pitfalls.capture.recording.recorder import Recorder
from mlflow_pitfalls.capture.task import task_of
from mlflow_pitfalls.capture.undisturbed import undisturbed
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.events import CallEvent, CallKind
from mlflow_pitfalls.model.record import EvaluationFacts, RunInfo, RunRecord
from mlflow_pitfalls.model.values import Role
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.catalogue import ASKED_PROBES
from mlflow_pitfalls.probes.copying import CannotCopyError, quiet_copy
from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.material import Material, context_of
from mlflow_pitfalls.probes.one_core import on_one_core
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.version import __version__

HELD_OUT_SHARE = 0.25
PATIENCE_SECONDS = 3.0  # from which on a progress bar is shown
_RANKING_METHODS = ("predict_proba", "decision_function")
_STRATIFIABLE = 2  # rows of the rarest class


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What the user gave."""

    model: Any
    x: Any
    y: Any
    seconds: float
    settings: Settings


def probe_model(model: Any, x: Any, y: Any, *, budget: float, settings: Settings, run: RunInfo | None) -> Report:
    """Fit a copy of the model to a part of the rows, run every probe on it, and judge; on the calling thread.

    Args:
        model: Estimator, fitted or not; it is not changed.
        x: Features, shape (n, columns).
        y: Targets, shape (n,).
        budget: Seconds for all fits together, the first one included.
        settings: The options in force.
        run: The MLflow run that the report shall be of, if any.

    Raises:
        PitfallsError: The model cannot be copied, the rows cannot be split, or the first fit failed.
    """
    request = _Request(model=model, x=x, y=y, seconds=budget, settings=settings)
    with hooks.unlogged(), undisturbed(), on_one_core(), _progress() as told:
        record, context = _fitted(request, run)
        record = run_probes(record, context, ASKED_PROBES, on_start=told)
    outcomes = run_checks(record, ignore=settings.ignore, thresholds=settings.thresholds)
    return Report(record=record, outcomes=outcomes)


def _fitted(request: _Request, run: RunInfo | None) -> tuple[RunRecord, ProbeContext]:
    settings = request.settings
    copy = _copied(request)
    split = _split(request)
    x_train, _, y_train, _ = split.result
    settled: list[RunDraft] = []
    host = Host(active_run=lambda: (run, ""), quiet=hooks.muted, captured=_choose_metric, settled=settled.append)
    recorder = Recorder(settings, host)
    recorder.finished(split)
    started, cpu = time.perf_counter(), time.process_time()
    try:
        copy.fit(x_train, y_train)
    except Exception as error:
        raise PitfallsError(f"the model could not be fitted to X and y: {error}") from error
    seconds = time.perf_counter() - started
    recorder.finished(
        CallEvent(
            kind=CallKind.FIT,
            name="fit",
            owner=copy,
            args=(x_train, y_train),
            seconds=seconds,
            cpu_seconds=time.process_time() - cpu,
            thread_id=threading.get_ident(),
        )
    )
    recorder.settle_all()
    builder = RecordBuilder(settled[-1], settings, __version__) if settled else None
    if builder is None or builder.sources is None:
        raise PitfallsError("the model is no classifier or regressor, or its rows are of a kind that is not followed")
    material = Material(
        estimator=quiet_copy(copy, settings.seed, foreign_code=True),
        problem="",
        refit_seconds=None,
        config={},
        sources=builder.sources,
    )
    context = context_of(material, Budget(1.0, grace=max(0.0, request.seconds - seconds)))
    if context is None:
        raise PitfallsError("rows, targets or metric are of a kind that is not probed")
    return _evaluated(builder.build()), context


def _choose_metric(draft: RunDraft) -> None:
    """A classifier that ranks no rows is judged by its labels."""
    fit = draft.fits[-1]
    is_classifier = fit.training is not None and fit.training.task.is_classification
    if is_classifier and fit.scorer is None and not any(hasattr(fit.live(), name) for name in _RANKING_METHODS):
        fit.scorer = "balanced_accuracy"


def _copied(request: _Request) -> Any:
    try:
        return quiet_copy(request.model, request.settings.seed, foreign_code=True)
    except CannotCopyError as error:
        raise PitfallsError(f"the model cannot be probed: {error}") from error


def _split(request: _Request) -> CallEvent:
    """A quarter of the rows is held out; in the classes' own shares where each class has enough of them."""
    from sklearn.model_selection import train_test_split

    shapes = [shape_of(data) for data in (request.x, request.y)]
    if shapes[0] is None or shapes[1] is None or shapes[0][0] != shapes[1][0]:
        raise PitfallsError("X and y must be tables or arrays with as many rows")
    options = {"test_size": HELD_OUT_SHARE, "random_state": request.settings.seed, "stratify": _strata(request)}
    try:
        sides = train_test_split(request.x, request.y, **options)
    except ValueError as error:
        raise PitfallsError(f"the rows cannot be split: {error}") from error
    return CallEvent(
        kind=CallKind.SPLIT,
        name="train_test_split",
        owner=None,
        args=(request.x, request.y),
        kwargs=options,
        result=sides,
    )


def _strata(request: _Request) -> Any:
    import numpy as np

    if not task_of(request.y, request.model).is_classification:
        return None
    _, counts = np.unique(np.asarray(request.y).astype(str), return_counts=True)
    enough = counts.min() >= _STRATIFIABLE and len(counts) <= HELD_OUT_SHARE * counts.sum()
    return request.y if enough else None


def _evaluated(record: RunRecord) -> RunRecord:
    """The probe has scored the held-out rows itself, as a script does."""
    score = record.primary_score
    if score is None or score.held_out is None:
        return record
    facts = EvaluationFacts(
        metric=f"{score.metric}_score", role=Role.HELD_OUT, rows=score.held_out.rows, value=score.held_out.value
    )
    return replace(record, evaluations=(*record.evaluations, facts))


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on standard error, where it is a terminal and it takes long; gives what is told of each probe."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(file=sys.stderr)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("Fitting the model", total=len(ASKED_PROBES) + 1)

    def told(probe: Probe) -> None:
        bar.update(task, description=probe.question, completed=ASKED_PROBES.index(probe) + 1)

    timer = threading.Timer(PATIENCE_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield told
    finally:
        timer.cancel()
        if not bar.disable:  # older versions of Rich would print a blank line
            bar.stop()

"""One ``enable()``: the recorder, the writer and what becomes of a settled run in between."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mlflow_pitfalls import hooks, private_names
from mlflow_pitfalls.capture.recording.building import RecordBuilder, partial_record
from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.capture.recording.host import Host
from mlflow_pitfalls.capture.recording.recorder import Recorder
from mlflow_pitfalls.checks.docs import explanations
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.hooks.mlflow_runs import run_info
from mlflow_pitfalls.model.items import LogItems
from mlflow_pitfalls.model.metric_names import merged_benchmark
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.notebook_cells import in_notebook
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.catalogue import ALL_PROBES
from mlflow_pitfalls.probes.engine import with_answers
from mlflow_pitfalls.probes.helper import Helper
from mlflow_pitfalls.probes.material import Material, take_material
from mlflow_pitfalls.reporting.log_items import partial_items, settled_items
from mlflow_pitfalls.reporting.native_items import with_pages
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.reporting.terminal import print_table
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.benchmark_tags import read_benchmark_tags
from mlflow_pitfalls.sinks.history import question_of, read_history
from mlflow_pitfalls.sinks.reference import refer
from mlflow_pitfalls.sinks.silencing import asked_by_store
from mlflow_pitfalls.sinks.tuning_history import read_configurations
from mlflow_pitfalls.sinks.uris import run_url
from mlflow_pitfalls.sinks.writer import Writer
from mlflow_pitfalls.tuning.suggestions.run_advice import (
    Tuning,
    asked_of_history,
    is_tunable,
    space_for,
    take_likeness,
    tuning_of,
)

MAX_REPORTS = 64
CELL_SECONDS = 2.0  # a cell's end waits for its reports no longer
CELL_PROBE_SECONDS = 1.0  # and while it waits, extra fits take no longer
EXIT_PROBE_SECONDS = 3.0  # nor longer than that while the process waits to exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is taken of the user's objects when a run settles: samples, a copy to probe with, settings to tune."""

    builder: RecordBuilder
    material: Material | None
    likeness: Any


class Session:
    """Everything that lives between ``enable()`` and ``disable()``.

    Args:
        settings: The options in force.
        version: Of the package.
        observe: Called with each draft that settles, on the user's thread.
    """

    def __init__(self, settings: Settings, version: str, *, observe: Callable[[RunDraft], None] | None = None) -> None:
        self._observe = observe
        self.settings = settings
        self._version = version
        self._budget = Budget(settings.probe_budget)
        self._helper = Helper()
        self._is_preparing = False
        self._writer = Writer(settings, on_thread_start=hooks.mute_thread)
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._printed: dict[str, str] = {}
        self._news: list[Report] = []
        self._lock = threading.Lock()
        self.recorder = Recorder(
            settings,
            Host(
                active_run=active_run,
                quiet=hooks.muted,
                captured=self._captured,
                settled=self._settled,
                begun=self._begun,
            ),
        )

    def flush(self, timeout: float) -> list[Report]:
        """Settle what is open, and wait until it is written.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            The reports finished since the last call.
        """
        with hooks.muted():
            self.recorder.settle_all()
        self._writer.flush(timeout)
        return self.take_news()

    def take_news(self) -> list[Report]:
        """The reports finished since the last call."""
        with self._lock:
            news, self._news = self._news, []
        return news

    def flush_cell(self) -> list[Report]:
        """At the end of a notebook cell: settle, and show what is ready soon; the rest comes with a later cell."""
        with hooks.muted(), self._budget.hurried(CELL_PROBE_SECONDS):
            self.recorder.settle_all()
            self._writer.flush(CELL_SECONDS)
        return self.take_news() if self.settings.notebook and in_notebook() else []

    def latest(self) -> Report | None:
        """The report made last."""
        with self._lock:
            return next(reversed(self._reports.values()), None)

    def report(self, run_id: str) -> Report | None:
        """A run's report, if this process made it."""
        with self._lock:
            return self._reports.get(run_id)

    def watches(self, run_id: str) -> bool:
        """Whether this run's report is made here: its draft is open, or its report is known."""
        return self.report(run_id) is not None or self.recorder.watches(run_id)

    def close(self) -> None:
        """Settle and write everything, within the time that the exit may take; then nothing of ours is left running."""
        try:
            with self._budget.hurried(min(EXIT_PROBE_SECONDS, self.settings.exit_timeout)):
                with guard("settling the last runs"), hooks.muted():
                    self.recorder.settle_all(done=True)
                self._writer.close(self.settings.exit_timeout)
        except BaseException:  # Ctrl-C, wherever it comes: Python must find no thread of ours at work when it ends
            self._writer.abandon()
            raise
        finally:
            self._helper.close()
        self.recorder.forget()

    def publish(self, record: RunRecord, outcomes: Outcomes, tracking_uri: str) -> None:
        """Write a report that was made elsewhere as that of its run."""
        url = run_url(tracking_uri, record.run.experiment_id, record.run.run_id)
        self._remember(Report(record=record, outcomes=outcomes, url=url))
        self._writer.submit(tracking_uri, partial(self._published, record, outcomes, tracking_uri))

    def _published(self, record: RunRecord, outcomes: Outcomes, tracking_uri: str) -> LogItems:
        told = asked_by_store(record.run, tracking_uri, issues=self.settings.issues)
        items = settled_items(record, outcomes, docs=explanations(), elsewhere=told.elsewhere)
        return with_pages(items, record, outcomes, self.settings)

    def _captured(self, draft: RunDraft) -> None:
        self._budget.earn(draft.fits[-1].seconds)
        if not draft.run.run_id:
            return
        record = partial_record(draft, self._version)
        self._writer.submit(draft.tracking_uri, partial(partial_items, record), droppable=True)

    def _begun(self) -> None:
        """The process for extra fits takes seconds to get ready; it does so while the script goes on."""
        if self.settings.probe_budget and not self._is_preparing:
            self._is_preparing = True
            self._writer.submit("", self._helper.start, droppable=True)

    def _settled(self, draft: RunDraft) -> None:
        if not draft.fits and not draft.cross_validations:
            return
        if self._observe is not None:
            self._observe(draft)
        builder = RecordBuilder(draft, self.settings, self._version)
        taken = Taken(builder=builder, material=self._material(draft, builder), likeness=_likeness(draft))
        self._writer.submit(draft.tracking_uri, partial(self._finish, taken, draft.tracking_uri))

    def _material(self, draft: RunDraft, builder: RecordBuilder) -> Material | None:
        """What the run's probes need of the user's objects; None where there are to be none."""
        fit = draft.primary()
        if not self.settings.probe_budget or builder.sources is None or fit is None:
            return None
        return take_material(fit, builder.sources)

    def _finish(self, taken: Taken, tracking_uri: str) -> LogItems | None:
        """On the writer's thread: facts, history, probes, checks, suggestions, report."""
        private_names.tell_missing()  # of the packages that were imported since the hooks were installed
        material = taken.material
        record = self._with_benchmark(self._with_history(taken.builder.build(), tracking_uri), tracking_uri)
        if material is not None:
            with guard("extra fits"):
                record = with_answers(record, material.answers(record, ALL_PROBES, self._budget, self._helper))
        told = asked_by_store(record.run, tracking_uri, issues=self.settings.issues)
        ignore = (*self.settings.ignore, *told.requests)
        judge = partial(run_checks, ignore=ignore, thresholds=self.settings.thresholds)
        losses = taken.builder.losses()
        record = refer(record, judge, losses, tracking_uri, self.settings)
        outcomes = replace(judge(record), notes=told.notes)
        url = run_url(tracking_uri, record.run.experiment_id, record.run.run_id) if record.run.run_id else None
        tuning = self._tuning(record, outcomes, taken.likeness, tracking_uri)
        suggestions = tuning.suggestions if tuning is not None else None
        report = Report(record=record, outcomes=outcomes, url=url, suggestions=suggestions)
        self._remember(report)
        if self.settings.terminal and not in_notebook():
            with guard("printing the summary"):
                self._print(report)
        if not record.run.run_id:
            return None
        items = settled_items(
            record, outcomes, docs=explanations(), tuning=tuning, losses=losses, elsewhere=told.elsewhere
        )
        return with_pages(items, record, outcomes, self.settings)

    def _tuning(self, record: RunRecord, outcomes: Outcomes, likeness: Any, tracking_uri: str) -> Tuning | None:
        """What to tune next; None where the estimator's settings are not known, or cannot be compared by a score."""
        if likeness is None or not is_tunable(record):
            return None
        with guard("looking for what to tune"):
            space = space_for(record, outcomes, likeness)
            earlier = None
            with guard("asking earlier runs what to tune"):
                runs = read_configurations(tracking_uri, record) if record.run.run_id else None
                earlier = asked_of_history(record, space, runs)
            is_strict = self.settings.privacy == "strict"
            return tuning_of(record, outcomes, likeness, space=space, history=earlier, strict=is_strict)
        return None  # type: ignore[unreachable]  # the guard swallows

    def _with_history(self, record: RunRecord, tracking_uri: str) -> RunRecord:
        if not record.run.run_id:
            return record
        found = None
        with guard("reading the experiment's history"):
            found = read_history(tracking_uri, question_of(record))
        return replace(record, history=found)

    def _with_benchmark(self, record: RunRecord, tracking_uri: str) -> RunRecord:
        """What ``enable()`` was given, and what the experiment's tags set beside it."""
        tags = None
        if record.run.run_id:
            with guard("reading the experiment's benchmark"):
                tags = read_benchmark_tags(tracking_uri, record.run.experiment_id)
        benchmark, notes = merged_benchmark(self.settings.benchmark, tags or {})
        return replace(record, benchmark=benchmark, notes=(*record.notes, *notes))

    def _remember(self, report: Report) -> None:
        run_id = report.record.run.run_id
        with self._lock:
            # A later report of a run holds all that an earlier one of it said.
            self._news = [news for news in self._news if not run_id or news.record.run.run_id != run_id]
            self._news.append(report)
            del self._news[:-MAX_REPORTS]
            self._reports[run_id] = report
            self._reports.move_to_end(run_id)
            while len(self._reports) > MAX_REPORTS:
                self._reports.popitem(last=False)

    def _print(self, report: Report) -> None:
        """Once a run, and again only where its flags have changed."""
        run_id = report.record.run.run_id
        said = ",".join(f"{flag.check}={flag.severity}" for flag in report.outcomes.flags)
        if run_id and self._printed.get(run_id) == said:
            return
        self._printed[run_id] = said
        while len(self._printed) > MAX_REPORTS:
            self._printed.pop(next(iter(self._printed)))
        print_table(report.record, report.outcomes, stream=sys.stderr, url=report.url, suggestions=report.suggestions)


def _likeness(draft: RunDraft) -> Any:
    fit = draft.primary()
    return take_likeness(fit) if fit is not None else None


def active_run() -> tuple[RunInfo | None, str]:
    """The fluent run of this thread, if any, and the tracking URI."""
    import mlflow

    run = mlflow.active_run()
    return (run_info(run) if run is not None else None), str(mlflow.get_tracking_uri())

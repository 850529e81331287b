"""The listener behind the hooks: gathers the events of each run into a draft, and settles it when the time comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlflow_pitfalls.capture.containers import shape_of
from mlflow_pitfalls.capture.estimators.kinds import is_predictor
from mlflow_pitfalls.capture.lineage.tracker import Lineage
from mlflow_pitfalls.capture.recording import repeats
from mlflow_pitfalls.capture.recording.calls import features_of
from mlflow_pitfalls.capture.recording.crossvalidation import cross_validation_facts, search_facts
from mlflow_pitfalls.capture.recording.drafts import Evaluation, FitState, RunDraft
from mlflow_pitfalls.capture.recording.evaluating import EvaluationCapture
from mlflow_pitfalls.capture.recording.fitting import FitCapture
from mlflow_pitfalls.capture.recording.host import Host
from mlflow_pitfalls.capture.recording.memory import peak_rss_mb
from mlflow_pitfalls.capture.recording.runs import DraftBook
from mlflow_pitfalls.capture.recording.settling import Settler
from mlflow_pitfalls.model.events import CallEvent, CallKind, RunEvent, RunOrigin
from mlflow_pitfalls.model.record import CrossValidationFacts, RunInfo
from mlflow_pitfalls.settings import Settings

FULL_CALLS = 20  # so many calls of one kind on one object are looked at in full, then only every power of two
MAX_COUNTED = 10_000
# Members of an enumeration are looked up slowly; these stand on the user's hot path.
_FIT, _PREDICT, _TRANSFORM = CallKind.FIT, CallKind.PREDICT, CallKind.TRANSFORM
_LIMITED_FITS = frozenset({"partial_fit"})
_ELSEWHERE = "the model was evaluated outside of the run that it was fitted in"


class Recorder:
    """Implements :class:`mlflow_pitfalls.model.events.Listener`."""

    def __init__(self, settings: Settings, host: Host) -> None:
        self._host = host
        self._lock = threading.RLock()
        self._lineage = Lineage(sample_rows=settings.sample_rows, seed=settings.seed)
        self._fits = FitCapture(self._lineage, settings)
        self._evaluations = EvaluationCapture(self._lineage)
        self._settler = Settler(self._lineage, host.quiet, settings.benchmark)
        self._book = DraftBook()
        self._counts: dict[int, dict[str, int]] = {}  # calls by the object's id and the method's name
        self._repeats = repeats.Repeats()
        self._unseen_fits: set[int] = set()  # threads whose last fit was passed over
        # By thread, while a fit lasts: the latest run that autologging opened inside of it.
        self._inner_runs: dict[int, RunInfo | None] = {}
        self._handlers: dict[CallKind, Callable[[CallEvent], None]] = {
            CallKind.SPLIT: self._lineage.split,
            CallKind.FOLD: self._lineage.fold,
            CallKind.FIT: self._fitted,
            CallKind.PREDICT: self._predicted,
            CallKind.TRANSFORM: self._transformed,
            CallKind.SCORE: self._scored,
            CallKind.METRIC: self._measured,
            CallKind.CROSS_VALIDATE: self._cross_validated,
            CallKind.RESAMPLE: self._resampled,
            CallKind.WEIGHT: self._weighted,
        }

    def wants(self, kind: CallKind, name: str, owner: Any) -> bool:
        """Every fit and split; of frequent calls the first ones and then every power of two."""
        if kind is _FIT and name not in _LIMITED_FITS:
            return True
        calls = self._counts.get(id(owner))  # no enumeration member in it: hashing one costs as much as all the rest
        if calls is None:
            if len(self._counts) >= MAX_COUNTED:
                self._counts.clear()
            calls = self._counts[id(owner)] = {}
        count = calls[name] = calls.get(name, 0) + 1
        return count <= FULL_CALLS or not count & (count - 1)

    def skipped(self, kind: CallKind, name: str, owner: Any, seconds: float) -> None:
        """Add up the time of a call that was not looked at."""
        times = self._book.pending
        if kind is _PREDICT:
            times.predict += seconds
            times.predict_calls += 1
        elif kind is _TRANSFORM:
            times.transform += seconds

    def starting(self, kind: CallKind, name: str, owner: Any) -> None:
        """The next fit of a predictor begins: autologged runs of this thread have heard all that there is."""
        if kind is not CallKind.FIT or name in _LIMITED_FITS or not is_predictor(owner):
            return
        started = time.perf_counter()
        self._host.begun()
        with self._lock:
            self._inner_runs[threading.get_ident()] = None
            for counted in (None, owner):  # functions have no owner: metrics are counted anew for each fit
                self._counts.pop(id(counted), None)
            for draft in self._book.open_of(threading.get_ident()):
                if not draft.owned or any(fit.is_of(owner) for fit in draft.fits):
                    self._settle(draft, done=not draft.owned)
        self._book.pending.overhead += time.perf_counter() - started

    def finished(self, event: CallEvent) -> None:
        """Hand the event to the handler of its kind."""
        if event.error is not None and event.kind is not CallKind.FIT:
            return
        started = time.perf_counter()
        if event.kind is CallKind.SPLIT:
            self._host.begun()
        with self._lock:
            try:
                self._handlers[event.kind](event)
            finally:
                self._book.pending.overhead += time.perf_counter() - started

    def run_changed(self, event: RunEvent) -> None:
        """The user's own run has ended: it settles. An autologged run has not been evaluated yet and waits."""
        if event.started and event.origin is RunOrigin.AUTOLOG:
            with self._lock:
                if threading.get_ident() in self._inner_runs:
                    self._inner_runs[threading.get_ident()] = event.run
        if event.started or event.origin is RunOrigin.AUTOLOG:
            return
        with self._lock:
            draft = self._book.by_run(event.run_id)
            if draft is not None and draft.owned:
                draft.ended = True
                self._settle(draft, done=False)

    def settle_all(self, *, done: bool = False) -> None:
        """Settle every draft that holds news.

        Args:
            done: Nothing more is to come, as at the process's exit; drafts are then forgotten.
        """
        with self._lock:
            for draft in self._book.open():
                self._settle(draft, done=done)

    def watches(self, run_id: str) -> bool:
        """Whether something was gathered about this run."""
        with self._lock:
            return self._book.by_run(run_id) is not None

    def forget(self) -> None:
        """Drop everything that was gathered."""
        with self._lock:
            self._book.clear()
            self._fits.forget()
            self._counts.clear()

    def _settle(self, draft: RunDraft, *, done: bool) -> None:
        if draft.dirty:
            started = time.perf_counter()
            self._settler.complete(draft)
            draft.peak_rss_mb = peak_rss_mb()
            self._book.charge(draft, time.perf_counter() - started)
            draft.dirty = False
            self._host.settled(draft)
        if done:
            self._book.close(draft)

    def _fitted(self, event: CallEvent) -> None:
        inner_run = self._inner_runs.pop(threading.get_ident(), None)
        result_is_rows = event.name in ("fit_transform", "fit_predict")
        if not is_predictor(event.owner):
            if event.error is None:
                self._lineage.prepare(event)
                if result_is_rows:
                    self._transformed(event)
            return
        earlier = self._book.fit_of(event.owner) if event.name in _LIMITED_FITS else None
        if earlier is not None:
            earlier[1].calls += 1
            earlier[1].seconds += event.seconds
            earlier[1].cpu_seconds += event.cpu_seconds
            earlier[0].dirty = True
            return
        active, uri = self._host.active_run()
        # Autologging may know only what is fitted inside, as with imbalanced-learn's Pipeline: the last step has a run.
        run = active or inner_run
        if self._repeats.is_passed_over(event, run):
            self._passed_over(event, run)
            return
        self._unseen_fits.discard(threading.get_ident())
        fit = self._fits.capture(event)
        draft = self._book.draft_for(run, uri, threading.get_ident())
        draft.add_fit(fit)
        self._lineage_notes(draft, fit)
        found = search_facts(event)
        if found is not None:
            draft.cross_validations.append(
                replace(found, preprocessing=self._lineage.prepared_for_folds(features_of(event)))
            )
        self._book.claim(draft, type(event.owner).__name__)
        draft.peak_rss_mb = peak_rss_mb()
        if result_is_rows and event.name == "fit_transform":
            self._transformed(event)
        self._host.captured(draft)

    def _latest_draft(self) -> RunDraft | None:
        """This thread's last draft, else that of the run it is in, else, where it is in none, the last of all."""
        own = self._book.latest_of(threading.get_ident())
        if own is not None:
            return own
        run, _ = self._host.active_run()
        if run is not None:
            return self._book.by_run(run.run_id)
        return next(reversed(self._book.open()), None)

    def _latest_fit(self) -> FitState | None:
        """Its last fit, unless another one has been passed over since."""
        latest = self._latest_draft()
        is_known = latest is not None and latest.fits and threading.get_ident() not in self._unseen_fits
        return latest.fits[-1] if latest is not None and is_known else None

    def _passed_over(self, event: CallEvent, run: RunInfo | None) -> None:
        """What the estimator learned before holds no more, and scores that follow are not those of an earlier fit."""
        self._book.detach(event.owner)
        self._unseen_fits.add(threading.get_ident())
        draft = self._book.by_run(run.run_id) if run is not None else None
        if draft is not None:
            draft.note(repeats.NOTE)

    def _lineage_notes(self, draft: RunDraft, fit: FitState) -> None:
        if fit.node is None:
            draft.note("the fit's rows are of a kind that is not followed; no profile was taken")

    def _predicted(self, event: CallEvent) -> None:
        found = self._book.fit_of(event.owner)
        times = self._book.pending if found is None else found[0].times
        times.predict += event.seconds
        times.predict_calls += 1
        shape = shape_of(features_of(event))
        if shape is not None:
            times.predict_rows += shape[0]
            times.predict_row_seconds += event.seconds
        if found is None:
            return
        prediction = self._evaluations.predicted(event, found[1])
        if prediction is not None and prediction.held_out is not None:
            found[0].dirty = True

    def _transformed(self, event: CallEvent) -> None:
        self._book.pending.transform += event.seconds
        self._lineage.transform(event)

    def _scored(self, event: CallEvent) -> None:
        self._book.pending.evaluate += event.seconds
        found = self._book.fit_of(event.owner)
        if found is None:
            return
        evaluation = self._evaluations.scored(event, found[1])
        if evaluation is not None:
            self._add_evaluation(found[0], evaluation)

    def _measured(self, event: CallEvent) -> None:
        self._book.pending.evaluate += event.seconds
        measured = self._evaluations.measured(event, self._latest_fit())
        if measured is None:
            return
        draft = self._book.draft_of(measured[1])
        if draft is not None:
            self._add_evaluation(draft, measured[0])

    def _add_evaluation(self, draft: RunDraft, evaluation: Evaluation) -> None:
        """A score counts for the run that the model was fitted in, whichever run is open by now."""
        draft.add_evaluation(evaluation)
        if not draft.owned:
            return
        active = None if draft.ended else self._host.active_run()[0]
        if active is None or active.run_id != draft.run.run_id:
            draft.note(_ELSEWHERE)

    def _cross_validated(self, event: CallEvent) -> None:
        facts: CrossValidationFacts | None = cross_validation_facts(event)
        if facts is None:
            return
        data = event.args[1] if len(event.args) > 1 else event.kwargs.get("X")
        facts = replace(facts, preprocessing=self._lineage.prepared_for_folds(data))
        run, uri = self._host.active_run()
        draft = self._book.draft_for(run, uri, threading.get_ident()) if run is not None else None
        if draft is None:
            self._book.hold(facts)
            return
        draft.cross_validations.append(facts)
        draft.dirty = True

    def _resampled(self, event: CallEvent) -> None:
        self._lineage.resample(event)

    def _weighted(self, event: CallEvent) -> None:
        latest = self._latest_draft()
        if latest is not None:
            latest.weights_computed = True

"""The drafts of a process: which run a fit belongs to, and which fit a call belongs to."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import Any

from mlflow_pitfalls.capture.recording.drafts import FitState, RunDraft, Times, utc_now
from mlflow_pitfalls.model.record import CrossValidationFacts, RunInfo

MAX_DRAFTS = 32
MAX_HELD_CROSS_VALIDATIONS = 8


class DraftBook:
    """Bounded: the oldest drafts are dropped. Callers hold the recorder's lock.

    What belongs to no draft yet waits by thread. Other threads' drafts get it only once its thread has ended, as those
    of a pool have when the script goes on in its main thread.
    """

    def __init__(self) -> None:
        self._drafts: list[RunDraft] = []
        self._held: deque[tuple[int, CrossValidationFacts]] = deque(maxlen=MAX_HELD_CROSS_VALIDATIONS)
        self._pending: dict[int, Times] = {}

    @property
    def pending(self) -> Times:
        """The seconds that this thread has spent since its last draft settled."""
        thread_id = threading.get_ident()
        times = self._pending.get(thread_id)
        return times if times is not None else self._pending.setdefault(thread_id, Times())

    def open(self) -> list[RunDraft]:
        """Every draft, oldest first."""
        return list(self._drafts)

    def open_of(self, thread_id: int) -> list[RunDraft]:
        """The drafts that a thread opened."""
        return [draft for draft in self._drafts if draft.thread_id == thread_id]

    def by_run(self, run_id: str) -> RunDraft | None:
        """The draft of an MLflow run."""
        return next((d for d in reversed(self._drafts) if run_id and d.run.run_id == run_id), None)

    def draft_for(self, run: RunInfo | None, uri: str, thread_id: int) -> RunDraft:
        """The draft that a fit in this run goes to: one a run of the user's own, one a fit otherwise."""
        known = self.by_run(run.run_id) if run is not None else None
        if known is not None:
            return known
        info = run if run is not None else RunInfo(started_at=utc_now())
        if not info.started_at:
            info = replace(info, started_at=utc_now())
        owned = run is not None and not run.managed
        draft = RunDraft(run=info, tracking_uri=uri, owned=owned, thread_id=thread_id)
        self._drafts.append(draft)
        while len(self._drafts) > MAX_DRAFTS:
            self.close(self._drafts[0])
        return draft

    def fit_of(self, owner: Any) -> tuple[RunDraft, FitState] | None:
        """The latest fit of that very estimator, and its draft."""
        for draft in reversed(self._drafts):
            for fit in reversed(draft.fits):
                if fit.is_of(owner):
                    return draft, fit
        return None

    def detach(self, owner: Any) -> None:
        """Forget which fits were of that estimator: it has learned something else since."""
        for draft in self._drafts:
            for fit in draft.fits:
                if fit.is_of(owner):
                    fit.estimator = fit.reference = None

    def draft_of(self, fit: FitState) -> RunDraft | None:
        """The draft that holds a fit."""
        return next((d for d in reversed(self._drafts) if any(fit is other for other in d.fits)), None)

    def latest_of(self, thread_id: int) -> RunDraft | None:
        """The draft that a thread opened last."""
        own = self.open_of(thread_id)
        return own[-1] if own else None

    def hold(self, facts: CrossValidationFacts) -> None:
        """Keep a cross-validation that happened outside of any run, for the next run of the same estimator."""
        self._held.append((threading.get_ident(), facts))

    def claim(self, draft: RunDraft, estimator: str) -> None:
        """Give a draft of this thread what was held for its estimator."""
        mine = self._mine(threading.get_ident(), {thread_id for thread_id, _ in self._held})
        for held in [held for held in self._held if held[0] in mine and held[1].estimator == estimator]:
            draft.cross_validations.append(held[1])
            self._held.remove(held)

    def charge(self, draft: RunDraft, overhead: float) -> None:
        """Book the seconds that the draft's thread has spent since its last settling to this draft."""
        draft.times.overhead += overhead
        for thread_id in self._mine(draft.thread_id, set(self._pending)):
            draft.times.add(self._pending.pop(thread_id))

    @staticmethod
    def _mine(thread_id: int, waiting: set[int]) -> set[int]:
        """Of the threads for which something waits: this one, and those that have ended."""
        if waiting <= {thread_id}:
            return waiting
        others = {thread.ident for thread in threading.enumerate()} - {thread_id}
        return waiting - others

    def close(self, draft: RunDraft) -> None:
        """Let a draft go, with all that it keeps alive."""
        for fit in draft.fits:
            fit.lighten()
        self._drafts = [other for other in self._drafts if other is not draft]

    def clear(self) -> None:
        """Let every draft go."""
        for draft in self.open():
            self.close(draft)
        self._held.clear()
        self._pending.clear()

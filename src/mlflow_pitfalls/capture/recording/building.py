"""From a complete draft to a record: statistics over bounded samples, off the user's thread."""

from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.capture.findings.findings import FINDINGS
from mlflow_pitfalls.capture.findings.losses import row_losses
from mlflow_pitfalls.capture.findings.sources import Sources, sources_of, with_frame
from mlflow_pitfalls.capture.hardware import is_sklearn_accelerated, usable_cores, visible_accelerator
from mlflow_pitfalls.capture.recording.drafts import FitState, RunDraft
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.record import FitFacts, RunRecord, SearchFacts, TimeFacts
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.settings import Settings


def partial_record(draft: RunDraft, version: str) -> RunRecord:
    """What is known right after a fit: the training data and the time, no scores.

    Args:
        draft: The run so far.
        version: Of this package.
    """
    fit = draft.primary()
    training = fit.training if fit is not None else None
    return RunRecord(
        run=draft.run,
        task=training.task if training is not None else Task.UNKNOWN,
        package_version=version,
        fit=fit_facts(fit) if fit is not None else None,
        fits=tuple(fit_facts(each) for each in draft.fits),
        train=training.profile if training is not None else None,
        evaluations=tuple(evaluation.facts for evaluation in draft.evaluations),
        cross_validations=tuple(draft.cross_validations),
        times=_times(draft, fit),
        search=_search(draft, fit),
        notes=tuple(draft.notes),
    )


def fit_facts(fit: FitState) -> FitFacts:
    """The part of a fit that is written."""
    return FitFacts(
        estimator=fit.facts,
        rows=fit.rows,
        columns=fit.columns,
        seconds=fit.seconds,
        cpu_seconds=fit.cpu_seconds,
        method=fit.method,
        site=fit.site,
        sample_weight=fit.sample_weight,
        error=fit.error,
        calls=fit.calls,
    )


class RecordBuilder:
    """Builds one run's record.

    Made on the user's thread, where it takes what it needs out of the draft: bounded samples and no live object of the
    user's; :meth:`build` then runs on any thread.
    """

    def __init__(self, draft: RunDraft, settings: Settings, version: str) -> None:
        primary = draft.primary()
        self._partial = partial_record(draft, version)
        self._sources: Sources | None = None
        if primary is not None and primary.training is not None:
            self._sources = sources_of(draft, settings)

    @property
    def sources(self) -> Sources | None:
        """What the findings are made from; None where the run has no profiled fit."""
        return self._sources

    def build(self) -> RunRecord:
        """The record. A part that fails is left out and reported once; the rest is kept."""
        if self._sources is None:
            return self._partial
        sources = self._framed()
        found: dict[str, object] = {}
        for what, find in FINDINGS:
            with guard(what):
                found.update(find(sources))
        return replace(self._partial, **found)  # type: ignore[arg-type]

    def losses(self) -> RowLosses | None:
        """What each held-out row adds to the primary score, for later runs to be paired with; None where not known."""
        if self._sources is None or not self._partial.run.run_id:
            return None
        with guard("keeping the held-out rows' losses"):
            return row_losses(self._framed(), self._partial.run.experiment_id)
        return None  # type: ignore[unreachable]  # the guard swallows

    def _framed(self) -> Sources:
        assert self._sources is not None
        if self._sources.held_out_frame is None:
            self._sources = with_frame(self._sources)
        return self._sources


def _search(draft: RunDraft, fit: FitState | None) -> SearchFacts | None:
    """The search that made the primary fit, else the run's last one: its best estimator may have been fitted anew."""
    own = fit.search if fit is not None else None
    return own or next((other.search for other in reversed(draft.fits) if other.search is not None), None)


def _times(draft: RunDraft, fit: FitState | None) -> TimeFacts:
    return TimeFacts(
        fit_seconds=fit.seconds if fit is not None else 0.0,
        fit_cpu_seconds=fit.cpu_seconds if fit is not None else 0.0,
        predict_seconds=draft.times.predict,
        predict_calls=draft.times.predict_calls,
        predict_rows=draft.times.predict_rows,
        predict_row_seconds=draft.times.predict_row_seconds,
        transform_seconds=draft.times.transform,
        evaluate_seconds=draft.times.evaluate,
        peak_rss_mb=draft.peak_rss_mb,
        overhead_seconds=draft.times.overhead,
        cores=usable_cores(),
        accelerator=visible_accelerator(),
        is_sklearn_accelerated=is_sklearn_accelerated(),
    )

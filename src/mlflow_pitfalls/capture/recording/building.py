"""From a complete draft to a record: statistics over bounded samples, off the user's thread."""

from __future__ import annotations

import os
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import Sample, take_sample
from mlflow_pitfalls.capture.fingerprints.fingerprint import chance_of_match, row_hashes
from mlflow_pitfalls.capture.lineage.row_sets import resampled_before_split
from mlflow_pitfalls.capture.profile import class_labels, profile_dataset
from mlflow_pitfalls.capture.recording.drafts import FitState, HeldOut, RunDraft, TrainingRows
from mlflow_pitfalls.capture.recording.scoring import held_out_predictions, metrics_of, scores_of, train_predictions
from mlflow_pitfalls.capture.statistics.class_scores import class_score_facts
from mlflow_pitfalls.capture.statistics.drift import drift_facts
from mlflow_pitfalls.capture.statistics.overlap import overlap_facts
from mlflow_pitfalls.capture.statistics.single_feature import single_feature_facts
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.record import (
    ClassScoreFacts,
    DriftFacts,
    FitFacts,
    ImbalanceRemedies,
    OverlapFacts,
    ResamplingFacts,
    RunRecord,
    ScoreFacts,
    SingleFeatureFacts,
    SplitFacts,
    TimeFacts,
)
from mlflow_pitfalls.model.values import Role, Task
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
        self._fit = primary.snapshot() if primary is not None else None
        held_out = primary.best_held_out() if primary is not None else None
        self._held_out = copy(held_out) if held_out is not None else None
        self._settings = settings
        self._partial = partial_record(draft, version)
        self._training = primary.training if primary is not None else None
        self._metrics = (
            metrics_of(draft, primary, self._training.task)
            if primary is not None and self._training is not None
            else []
        )

    def build(self) -> RunRecord:
        """The record. A part that fails is left out and reported once; the rest is kept."""
        fit, training, held_out = self._fit, self._training, self._held_out
        if fit is None or training is None:
            return self._partial
        frame = _frame(held_out)
        found: dict[str, object] = {}
        with guard("scoring both sides"):
            found["scores"] = self._scores(fit)
        with guard("scoring the classes"):
            found["classes"] = self._classes(fit)
        with guard("comparing the two sides"):
            found["drift"] = self._drift(training, held_out, frame)
            found["overlap"] = self._overlap(fit, training, held_out, frame)
        with guard("scoring single features"):
            found["single_features"] = self._single_features(training, held_out, frame)
        with guard("profiling the held-out rows"):
            found["held_out"] = self._held_out_profile(training, held_out, frame)
        return replace(
            self._partial,
            **found,  # type: ignore[arg-type]
            split=self._split(fit),
            resamplings=tuple(self._resamplings(fit)),
            remedies=self._remedies(fit),
        )

    def _scores(self, fit: FitState) -> tuple[ScoreFacts, ...]:
        return scores_of(fit, self._held_out, self._metrics, self._settings)

    def _classes(self, fit: FitState) -> tuple[ClassScoreFacts, ...]:
        if self._training is None or not self._training.task.is_classification:
            return ()
        held_out = held_out_predictions(fit, self._held_out, "labels")
        if held_out is None:
            return ()
        return class_score_facts(
            train=train_predictions(fit, "labels"),
            held_out=held_out,
            train_target=self._training.y,
            privacy=self._settings.privacy,
        )

    def _drift(self, training: TrainingRows, held_out: HeldOut | None, frame: Sample | None) -> tuple[DriftFacts, ...]:
        if held_out is None or frame is None or training.frame is None:
            return ()
        return drift_facts(
            training.frame.frame,
            frame.frame,
            training.frame.names,
            train_target=training.y,
            held_out_target=held_out.y,
            task=training.task,
            target_name=training.target_name,
        )

    def _overlap(
        self, fit: FitState, training: TrainingRows, held_out: HeldOut | None, frame: Sample | None
    ) -> OverlapFacts | None:
        if held_out is None or frame is None or training.frame is None or training.hashes is None:
            return None
        hashes = row_hashes(frame.frame, max_rows=len(frame.frame))
        found = overlap_facts(training.hashes, hashes, train_rows=fit.rows, expected_share=0.0)
        if found is None or not found.matched:
            return found
        return replace(found, expected_share=chance_of_match(training.frame.frame, fit.rows, frame.frame))

    def _single_features(
        self, training: TrainingRows, held_out: HeldOut | None, frame: Sample | None
    ) -> tuple[SingleFeatureFacts, ...]:
        if training.frame is None or training.y is None or held_out is None or held_out.y is None or frame is None:
            return ()
        if not self._metrics:
            return ()
        return single_feature_facts(
            training.frame.frame,
            training.y,
            frame.frame,
            held_out.y,
            names=training.frame.names,
            target_name=training.target_name,
            task=training.task,
            metric=self._metrics[0][0],
            seed=self._settings.seed,
        )

    def _held_out_profile(
        self, training: TrainingRows, held_out: HeldOut | None, frame: Sample | None
    ) -> DatasetProfile | None:
        if held_out is None or frame is None:
            return None
        profile = profile_dataset(
            held_out.x,
            held_out.y,
            role=Role.HELD_OUT,
            task=training.task,
            sample=frame,
            target_sample=held_out.y,
            target_name=training.target_name,
            privacy=self._settings.privacy,
            seed=self._settings.seed,
            class_labels=_labels_of_both(training, held_out) or None,
        )
        return replace(profile, rows=held_out.count)

    def _split(self, fit: FitState) -> SplitFacts | None:
        held_out = self._held_out
        if held_out is None:
            return None
        steps = held_out.rows.lineage()
        split = next((step.split for step in steps if step.split is not None), None)
        return SplitFacts(
            method=split.method if split is not None else "",
            recognised_by=held_out.recognised_by,
            train_rows=fit.rows,
            held_out_rows=held_out.count,
            shuffled=split.shuffled if split is not None else None,
            stratified=split.stratified if split is not None else None,
        )

    def _resamplings(self, fit: FitState) -> Iterable[ResamplingFacts]:
        rows = fit.node.rows if fit.node is not None else None
        if rows is None:
            return
        before = resampled_before_split(rows)
        held_out = self._held_out.rows.resamplings() if self._held_out is not None else []
        for resampling in rows.resamplings():
            yield ResamplingFacts(
                sampler=resampling.sampler,
                rows_before=resampling.rows_before,
                rows_after=resampling.rows_after,
                before_split=resampling is before,
                held_out_resampled=resampling in held_out,
                site=resampling.site,
            )

    def _remedies(self, fit: FitState) -> ImbalanceRemedies:
        rows = fit.node.rows if fit.node is not None else None
        return ImbalanceRemedies(
            class_weight=fit.class_weight,
            sample_weight=fit.sample_weight,
            resampling=fit.sampler is not None or (rows is not None and bool(rows.resamplings())),
            threshold_tuning=fit.threshold_tuned or (self._held_out is not None and self._held_out.own_labels),
        )


def _labels_of_both(training: TrainingRows, held_out: HeldOut) -> dict[Any, str]:
    """The training side's labels; classes that only the held-out side has get stand-ins."""
    if not training.labels or held_out.y is None:
        return dict(training.labels)
    unseen = [value for value in class_labels(held_out.y) if value not in training.labels]
    return {**training.labels, **{value: f"unseen class {i}" for i, value in enumerate(unseen, start=1)}}


def _rows(data: object) -> int:
    shape = getattr(data, "shape", None)
    return int(shape[0]) if shape else len(data)  # type: ignore[arg-type]


def _frame(held_out: HeldOut | None) -> Sample | None:
    if held_out is None or held_out.x is None:
        return None
    return take_sample(held_out.x, positions=np.arange(_rows(held_out.x)))


def _times(draft: RunDraft, fit: FitState | None) -> TimeFacts:
    return TimeFacts(
        fit_seconds=fit.seconds if fit is not None else 0.0,
        fit_cpu_seconds=fit.cpu_seconds if fit is not None else 0.0,
        predict_seconds=draft.times.predict,
        predict_calls=draft.times.predict_calls,
        transform_seconds=draft.times.transform,
        evaluate_seconds=draft.times.evaluate,
        peak_rss_mb=draft.peak_rss_mb,
        overhead_seconds=draft.times.overhead,
        cores=os.cpu_count() or 1,
    )

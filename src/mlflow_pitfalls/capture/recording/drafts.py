"""What is gathered about a run until its record is built: live, mutable, bounded, and never written anywhere."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import Sample
from mlflow_pitfalls.capture.estimators.staged import Staged
from mlflow_pitfalls.capture.lineage.row_sets import Node, Rows
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.record import (
    CrossValidationFacts,
    EstimatorFacts,
    EvaluationFacts,
    RunInfo,
    SearchFacts,
)
from mlflow_pitfalls.model.values import Role, Task

Array = np.ndarray[Any, Any]
MAX_FITS = 200  # facts kept of the fits of one run
MAX_HEAVY_FITS = 2  # fits of one run whose samples and estimator are kept until it settles
MAX_EVALUATIONS = 200
MAX_HELD_OUT = 4


@dataclass(slots=True, eq=False)
class TrainingRows:
    """A bounded copy of what a fit was given, shared by fits on the same rows.

    ``x`` is in the user's own container, for calling ``predict``; ``hashes`` are of up to a bounded number of rows.
    """

    x: Any
    frame: Sample | None
    y: Array | None
    positions: Array
    hashes: Array | None
    profile: DatasetProfile | None
    target_name: str
    task: Task
    labels: Mapping[Any, str] = field(default_factory=dict)  # under which classes are reported, for both sides


@dataclass(frozen=True, slots=True)
class Output:
    """What an estimator said about sampled rows; ``index`` are their positions in the sample, None for all of it."""

    values: Array
    index: Array | None = None
    are_probabilities: bool = False  # they come from predict_proba


@dataclass(slots=True, eq=False)
class HeldOut:
    """Rows that a fit did not see: bounded, aligned samples of features, target and predictions."""

    rows: Rows
    count: int
    positions: Array
    recognised_by: str
    x: Any = None
    y: Array | None = None
    labels: Output | None = None  # what the user's own predict gave, where it was seen
    scores: Output | None = None  # probabilities or decision values, likewise
    evaluated: bool = False
    staged: tuple[Staged, Array] | None = None  # answers after some of the model's rounds, for rows at these places
    own_labels: bool = False  # evaluated labels that no predict call returned: a threshold of the script's own


@dataclass(slots=True, eq=False)
class Evaluation:
    """A score that the script computed, with the arrays that it was computed from (bounded)."""

    facts: EvaluationFacts
    options: Mapping[str, Any]
    held_out: HeldOut | None = None


@dataclass(slots=True, eq=False)
class FitState:
    """One outermost fit of a predictor."""

    estimator: Any  # the live object until the run settles, then None
    reference: weakref.ref[Any] | None
    facts: EstimatorFacts
    node: Node | None
    target_node: Node | None
    training: TrainingRows | None
    rows: int
    columns: int
    seconds: float
    cpu_seconds: float
    method: str
    site: str
    sample_weight: bool = False
    error: str = ""
    calls: int = 1
    held_out: dict[int, HeldOut] = field(default_factory=dict)
    last_held_out: HeldOut | None = None
    train_labels: Output | None = None
    train_scores: Output | None = None
    classes: Array | None = None
    scorer: str | None = None
    class_weight: bool = False
    threshold_tuned: bool = False
    sampler: str | None = None
    arguments: tuple[str, ...] = ()  # names of what fit was given besides X and y
    memo: dict[Any, Any] = field(default_factory=dict)  # what extra fits found; shared by its snapshots
    search: SearchFacts | None = None  # of a search over hyperparameters

    def live(self) -> Any:
        """The estimator if it is still there."""
        if self.estimator is not None:
            return self.estimator
        return self.reference() if self.reference is not None else None

    def is_of(self, owner: Any) -> bool:
        """Whether this is a fit of that very object."""
        return owner is not None and self.live() is owner

    def keep(self, held_out: HeldOut) -> HeldOut:
        """Remember held-out rows of this fit, the oldest ones go."""
        self.held_out[held_out.rows.number] = held_out
        while len(self.held_out) > MAX_HELD_OUT:
            self.held_out.pop(next(iter(self.held_out)))
        self.last_held_out = held_out
        return held_out

    def best_held_out(self) -> HeldOut | None:
        """The fit's held-out rows: the last evaluated ones, else the last predicted ones."""
        held = list(self.held_out.values())
        evaluated = [each for each in held if each.evaluated]
        candidates = evaluated or held
        return candidates[-1] if candidates else None

    def snapshot(self) -> FitState:
        """A copy for another thread: its samples stay when this one is lightened; it holds no estimator."""
        twin = copy(self)
        twin.estimator = twin.reference = None
        twin.held_out = dict(self.held_out)
        return twin

    def lighten(self) -> None:
        """Let go of everything that is large."""
        self.estimator = None
        self.training = None
        self.held_out.clear()
        self.last_held_out = None
        self.train_labels = self.train_scores = None


@dataclass(slots=True)
class Times:
    """Seconds spent in the user's calls, and in ours."""

    predict: float = 0.0
    predict_calls: int = 0
    predict_rows: int = 0
    predict_row_seconds: float = 0.0
    transform: float = 0.0
    evaluate: float = 0.0
    overhead: float = 0.0

    def add(self, other: Times) -> None:
        """Sum field by field."""
        self.predict += other.predict
        self.predict_calls += other.predict_calls
        self.predict_rows += other.predict_rows
        self.predict_row_seconds += other.predict_row_seconds
        self.transform += other.transform
        self.evaluate += other.evaluate
        self.overhead += other.overhead


@dataclass(slots=True, eq=False)
class RunDraft:
    """One run being gathered. ``owned`` runs are the user's own: they settle when they end, not at the next fit."""

    run: RunInfo
    tracking_uri: str
    owned: bool
    thread_id: int
    fits: list[FitState] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    cross_validations: list[CrossValidationFacts] = field(default_factory=list)
    weights_computed: bool = False
    times: Times = field(default_factory=Times)
    notes: list[str] = field(default_factory=list)
    peak_rss_mb: float | None = None
    dirty: bool = True  # something was added since it last settled
    ended: bool = False
    opened: float = field(default_factory=time.perf_counter)

    def add_fit(self, fit: FitState) -> None:
        """Append a fit; only the latest ones and the last evaluated one stay heavy."""
        self.fits.append(fit)
        self.dirty = True
        heavy = [other for other in self.fits if other.training is not None]
        evaluated = self.last_evaluated()
        for other in heavy[:-MAX_HEAVY_FITS]:
            if other is not evaluated:
                other.lighten()
        if len(self.fits) > MAX_FITS:
            del self.fits[0]

    def add_evaluation(self, evaluation: Evaluation) -> None:
        """Append an evaluation, within bounds."""
        self.dirty = True
        if len(self.evaluations) < MAX_EVALUATIONS:
            self.evaluations.append(evaluation)

    def note(self, text: str) -> None:
        """Say something once that could not be followed or measured."""
        if text not in self.notes:
            self.notes.append(text)

    def last_evaluated(self) -> FitState | None:
        """The fit whose held-out rows were evaluated last."""
        for evaluation in reversed(self.evaluations):
            if evaluation.facts.role is not Role.HELD_OUT or evaluation.held_out is None:
                continue
            for fit in reversed(self.fits):
                if any(held is evaluation.held_out for held in fit.held_out.values()):
                    return fit
        return None

    def primary(self) -> FitState | None:
        """The fit that the record is about: the last evaluated one, else the last one that succeeded."""
        evaluated = self.last_evaluated()
        if evaluated is not None:
            return evaluated
        succeeded = [fit for fit in self.fits if not fit.error]
        candidates = succeeded or self.fits
        return candidates[-1] if candidates else None


def utc_now() -> str:
    """The time in ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")

"""What a finished tuning found: the trials, and whether their best is better than what there was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlflow_pitfalls.model.suggestions import SearchSpace, Value
from mlflow_pitfalls.model.values import Estimate

Values = tuple[tuple[str, Value], ...]


class TrialEnd(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"  # every fold was scored
    PRUNED = "pruned"  # ended after some folds: clearly below the best
    FAILED = "failed"  # the estimator raised
    LOST = "lost"  # its worker was killed, or the time was over


class Verdict(StrEnum):
    """Whether tuning paid, judged by paired differences over folds that the search did not use."""

    IMPROVED = "improved"  # the interval of the difference is above 0
    UNCLEAR = "unclear"  # better on average, but the interval holds 0
    NO_GAIN = "no gain"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """One trial. ``score`` is the mean over its scored folds, higher is better; ``values`` is what it set."""

    number: int
    end: TrialEnd
    values: Values = ()
    score: float | None = None
    folds: tuple[float, ...] = ()
    seconds: float | None = None
    error: str = ""  # the exception's class, for failed ones
    is_present: bool = False  # the configuration that the model had
    on_subset: bool = False  # scored on a part of the training rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningFacts:
    """All that one study found; what ``tuning.json`` holds.

    Scores are in ``metric``, turned so that higher is better. ``before``, ``after`` and ``gain`` come from folds of the
    training rows that the search did not choose by; the held-out ones from one fit on all training rows.
    """

    study: str
    estimator: str
    metric: str
    rows: int  # training rows
    folding: str  # "5 stratified folds"
    space: SearchSpace
    verdict: Verdict
    advice: str
    taken: bool = False  # whether the refitted model has the best configuration
    best: Values = ()  # of the best trial; what differs from the model's own
    before: Estimate | None = None
    after: Estimate | None = None
    gain: Estimate | None = None
    held_out_before: Estimate | None = None
    held_out_after: Estimate | None = None
    held_out_gain: Estimate | None = None
    trials: tuple[TrialFacts, ...] = ()
    subset_rows: int | None = None  # of the first, cheap trials
    seconds: float = 0.0
    interrupted: bool = False
    began: str = ""  # what it began from, in a sentence
    history_runs: int = 0  # earlier runs that guided what was tried
    notes: tuple[str, ...] = ()
    schema_version: int = 1

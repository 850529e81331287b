"""What extra small fits under the budget found out."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.values import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeFitFacts:
    """Another fit on the same rows, scored on the same held-out rows: a probe, or an earlier run.

    ``kind``: ``simpler`` (the same model regularised more), ``richer``, or ``linear``. ``gain`` is its held-out score
    minus the run's, in ``metric``; ``gain_skill`` the same divided by (perfect − dummy); paired over rows.
    """

    kind: str
    description: str  # "min_samples_leaf=5", "LogisticRegression"
    source: str  # "probe", or "history"
    metric: str
    score: Estimate
    gain: Estimate
    gain_skill: Estimate | None = None
    seconds: float | None = None  # wall-clock of its fit
    rows: int = 0  # training rows that it was fitted on; 0 where not known


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftFacts:
    """Skill of the run's own estimator on training rows outside of its folds, where the held-out rows show none."""

    metric: str
    skill: Estimate
    rows: int
    folds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurvePoint:
    """The same estimator fitted on a part of the training rows, scored on the run's held-out rows."""

    rows: int
    score: Estimate
    seconds: float
    gap_to_full: Estimate | None = None  # the run's own held-out score minus this one; paired over held-out rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurveFacts:
    """Scores and times at growing numbers of training rows, smallest first."""

    metric: str
    points: tuple[LearningCurvePoint, ...]
    full_rows: int  # rows of the user's own fit
    full_seconds: float
    time_exponent: Estimate | None = None  # of seconds = a · rows ^ exponent
    gain_at_double: Estimate | None = None  # extrapolated gain in skill at twice the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportanceFacts:
    """What the held-out score loses where one column's values are shuffled among the rows."""

    column: str
    importance: Estimate  # in the metric; its interval is over shuffles and rows
    metric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNoiseFacts:
    """Rows whose out-of-fold probability contradicts their label with confidence.

    ``excess`` is the floor under the model's errors: the share of labels that is wrong however sure the model is, by
    a fit over all of the rows. ``share`` and ``expected_share`` are of the rows that the model is sure of.
    """

    rows: int
    suspects: int  # rows with another label among those that the model is sure of
    share: Estimate  # suspects / the rows that the model is sure of (the estimate's own rows)
    expected_share: float  # what the model's own expected error explains there
    excess: Estimate
    model: str
    skill: Estimate | None = None  # of the out-of-fold predictions
    error_share: float = 0.0  # out-of-fold errors / all rows
    is_falling: bool = False  # errors certainly still fall where the model is surest: no floor is reached


@dataclass(frozen=True, slots=True, kw_only=True)
class ImbalanceTrialFacts:
    """One remedy against imbalance, tried by cross-validation on the training rows, beside doing nothing.

    Changes are remedy minus nothing, paired over the same rows, each predicted out of fold; ``gap`` is training minus
    validation balanced accuracy over the folds. ``average_precision`` and ``minority_recall`` are of the rarest class.
    """

    remedy: str  # "nothing", "class_weight", "threshold", "RandomUnderSampler", "RandomOverSampler", "SMOTE"
    rows: int
    folds: int
    balanced_accuracy: Estimate | None = None
    average_precision: Estimate | None = None
    minority_recall: Estimate | None = None
    balanced_accuracy_change: Estimate | None = None
    average_precision_change: Estimate | None = None
    minority_recall_change: Estimate | None = None
    gap: Estimate | None = None
    seconds: float = 0.0  # of one fit with the remedy, in the folds; a tuned threshold takes six
    code: str = ""  # the line that does it for this run's estimator
    error: str = ""  # class name of the exception that ended it, or "budget" where there was no time for it


@dataclass(frozen=True, slots=True, kw_only=True)
class PrototypeFacts:
    """One quick model of the leaderboard, cross-validated on a sample of the training rows."""

    model: str
    family: str
    metric: str
    rows: int
    folds: int
    score: Estimate | None = None
    seconds: float = 0.0
    is_run: bool = False  # the run's own estimator
    error: str = ""  # class name of the exception that ended it, "budget" (no time for it), or "no score"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFacts:
    """What became of one probe. ``status``: ``done``, ``cut`` (the budget), ``failed``, or ``not_needed``."""

    name: str
    status: str
    seconds: float = 0.0
    reason: str = ""

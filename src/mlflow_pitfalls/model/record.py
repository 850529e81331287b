"""The facts of one MLflow run: all that checks, reports and comparisons may know."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlflow_pitfalls.model.comparison import ReferenceFacts
from mlflow_pitfalls.model.fitting import (
    ConvergenceFacts,
    EstimatorFacts,
    FitFacts,
    SearchedParameter,
    SearchFacts,
    StagedFacts,
)
from mlflow_pitfalls.model.history import EarlierRun, HistoryFacts
from mlflow_pitfalls.model.probing import (
    AlternativeFitFacts,
    ImbalanceTrialFacts,
    ImportanceFacts,
    LabelNoiseFacts,
    LearningCurveFacts,
    LearningCurvePoint,
    LiftFacts,
    ProbeFacts,
    PrototypeFacts,
)
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.scoring import (
    CalibrationFacts,
    ClassScoreFacts,
    CrossValidationFacts,
    EvaluationFacts,
    RuleFacts,
    ScoreFacts,
    SegmentFacts,
    SingleFeatureFacts,
)
from mlflow_pitfalls.model.splitting import (
    DriftFacts,
    GroupFacts,
    OverlapFacts,
    PreprocessingFacts,
    ResamplingFacts,
    SplitFacts,
    TimeOrderFacts,
)
from mlflow_pitfalls.model.values import Task

__all__ = [
    "AlternativeFitFacts",
    "CalibrationFacts",
    "ClassScoreFacts",
    "ConvergenceFacts",
    "CrossValidationFacts",
    "DriftFacts",
    "EarlierRun",
    "EstimatorFacts",
    "EvaluationFacts",
    "FitFacts",
    "GroupFacts",
    "HistoryFacts",
    "ImbalanceRemedies",
    "ImbalanceTrialFacts",
    "ImportanceFacts",
    "LabelNoiseFacts",
    "LearningCurveFacts",
    "LearningCurvePoint",
    "LiftFacts",
    "OverlapFacts",
    "PreprocessingFacts",
    "ProbeFacts",
    "PrototypeFacts",
    "ReferenceFacts",
    "ResamplingFacts",
    "RuleFacts",
    "RunInfo",
    "RunRecord",
    "ScoreFacts",
    "SearchFacts",
    "SearchedParameter",
    "SegmentFacts",
    "SingleFeatureFacts",
    "SplitFacts",
    "StagedFacts",
    "TimeFacts",
    "TimeOrderFacts",
]

RECORD_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Which MLflow run the record belongs to. ``run_id`` is empty where the script had none."""

    run_id: str = ""
    experiment_id: str = ""
    run_name: str = ""
    managed: bool = False  # opened by autologging around one fit
    started_at: str = ""  # ISO 8601, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ImbalanceRemedies:
    """What the script did about class imbalance."""

    class_weight: bool = False
    sample_weight: bool = False
    resampling: bool = False
    threshold_tuning: bool = False

    @property
    def any(self) -> bool:
        """Whether anything was done."""
        return self.class_weight or self.sample_weight or self.resampling or self.threshold_tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFacts:
    """Where wall-clock and memory went. ``overhead_seconds`` is what this package itself took on the user's threads."""

    fit_seconds: float = 0.0
    fit_cpu_seconds: float = 0.0
    predict_seconds: float = 0.0
    predict_calls: int = 0
    predict_rows: int = 0  # of the calls that were looked at …
    predict_row_seconds: float = 0.0  # … and their wall-clock
    transform_seconds: float = 0.0
    evaluate_seconds: float = 0.0
    peak_rss_mb: float | None = None
    overhead_seconds: float = 0.0
    cores: int = 1
    accelerator: str = ""  # name of a GPU that the process can see, "" without one
    is_sklearn_accelerated: bool = False  # cuML computes scikit-learn's estimators in this process
    probe_seconds: float = 0.0  # wall-clock that our own extra fits took, in the background
    linear_baseline_seconds: float | None = None  # time of the linear probe, where one ran


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run's facts. ``fit`` is the primary one: the last evaluated predictor, else the last fitted."""

    run: RunInfo
    task: Task
    package_version: str
    schema_version: int = RECORD_SCHEMA_VERSION
    fit: FitFacts | None = None
    fits: tuple[FitFacts, ...] = ()
    train: DatasetProfile | None = None
    held_out: DatasetProfile | None = None
    split: SplitFacts | None = None
    held_out_digest: str = ""  # of the held-out rows: equal for runs that were scored on the same ones; "" unknown
    evaluations: tuple[EvaluationFacts, ...] = ()
    scores: tuple[ScoreFacts, ...] = ()
    classes: tuple[ClassScoreFacts, ...] = ()
    cross_validations: tuple[CrossValidationFacts, ...] = ()
    drift: tuple[DriftFacts, ...] = ()
    overlap: OverlapFacts | None = None
    single_features: tuple[SingleFeatureFacts, ...] = ()
    resamplings: tuple[ResamplingFacts, ...] = ()
    remedies: ImbalanceRemedies = field(default_factory=ImbalanceRemedies)
    times: TimeFacts = field(default_factory=TimeFacts)
    history: HistoryFacts | None = None
    reference: ReferenceFacts | None = None
    alternatives: tuple[AlternativeFitFacts, ...] = ()
    rule: RuleFacts | None = None
    preprocessing: tuple[PreprocessingFacts, ...] = ()
    time_order: TimeOrderFacts | None = None
    groups: tuple[GroupFacts, ...] = ()
    segments: tuple[SegmentFacts, ...] = ()
    calibration: CalibrationFacts | None = None
    staged: StagedFacts | None = None
    search: SearchFacts | None = None
    benchmark: tuple[tuple[str, float], ...] = ()  # (metric, score to reach): the user's domain benchmark
    lift: LiftFacts | None = None
    learning_curve: LearningCurveFacts | None = None
    importances: tuple[ImportanceFacts, ...] = ()
    label_noise: LabelNoiseFacts | None = None
    imbalance_trials: tuple[ImbalanceTrialFacts, ...] = ()
    prototypes: tuple[PrototypeFacts, ...] = ()
    probes: tuple[ProbeFacts, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be followed or measured, in plain words

    @property
    def primary_score(self) -> ScoreFacts | None:
        """The score of the primary metric, if any was computed."""
        return next((score for score in self.scores if score.primary), None)

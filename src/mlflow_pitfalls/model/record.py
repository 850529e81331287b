"""The facts of one MLflow run: all that checks, reports and comparisons may know."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.values import Estimate, Role, Task

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
class ConvergenceFacts:
    """Iterations of one iterative estimator, possibly nested in the fitted one."""

    estimator: str
    path: str  # "" for the fitted estimator itself, else e.g. "logisticregression"
    n_iter: int
    max_iter: int
    warned: bool = False  # the estimator itself said that it did not converge


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorFacts:
    """What was fitted. Parameter values appear as short, safe text."""

    class_name: str  # of the outermost object, e.g. "Pipeline"
    final_class_name: str  # of the predictor inside, e.g. "RandomForestClassifier"
    module: str  # of the final class
    family: str  # "linear", "tree", "forest", "boosting", "svm", "neighbors", "bayes", "network", "dummy", "other"
    steps: tuple[str, ...] = ()  # class names along a pipeline, outermost first
    parameters: tuple[tuple[str, str], ...] = ()  # non-default parameters, nested names, e.g. ("clf__C", "0.1")
    tunable: tuple[str, ...] = ()  # every parameter name of the final estimator, e.g. ("C", "class_weight", …)
    parameter_prefix: str = ""  # what stands before them in set_params, e.g. "clf__"
    is_search: bool = False
    searched_fits: int = 0  # candidates × folds of a search
    convergence: tuple[ConvergenceFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFacts:
    """One outermost fit."""

    estimator: EstimatorFacts
    rows: int
    columns: int
    seconds: float
    cpu_seconds: float
    method: str = "fit"
    site: str = ""  # "train.py:12": file name and line, no folders
    sample_weight: bool = False
    error: str = ""  # class name of the exception that ended it
    calls: int = 1  # partial_fit calls are added up


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """How training and held-out rows were told apart.

    ``recognised_by``: ``split`` (a hooked splitter made both), ``fingerprint`` (by content), ``unfitted`` (rows that
    the fit did not see reached predict and a metric), ``cross_validation``.
    """

    method: str  # "train_test_split", "KFold", "" where made by hand
    recognised_by: str
    train_rows: int
    held_out_rows: int
    shuffled: bool | None = None
    stratified: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFacts:
    """A score that the user's script computed itself."""

    metric: str  # scikit-learn's name: "accuracy_score", "roc_auc_score", "score"
    role: Role
    rows: int
    value: float | None = None  # None where the metric returns more than one number
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """One metric on both sides of the split; higher is better (errors are negated, and named ``neg_…``).

    ``skill`` = (score − dummy) / (perfect − dummy). Intervals are 95 %, by bootstrap over rows; ``gap`` is train minus
    held-out; paired statistics resample the same held-out rows for model and dummy.
    """

    metric: str
    primary: bool
    perfect: float
    worst: float | None = None  # lower end of the metric's range; None where it has none (R²)
    train: Estimate | None = None
    held_out: Estimate | None = None
    gap: Estimate | None = None
    dummy: Estimate | None = None  # best dummy strategy, on the held-out rows
    dummy_strategy: str = ""
    skill: Estimate | None = None  # of the held-out score
    train_skill: Estimate | None = None
    gap_skill: Estimate | None = None  # gap divided by (perfect − dummy)
    computed_by: str = "script"  # "script": the user evaluated it; "us": computed from the split's other side


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScoreFacts:
    """How one class fares on the held-out rows."""

    label: str
    train_rows: int
    held_out_rows: int
    predicted_rows: int
    recall: Estimate | None = None
    train_recall: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidationFacts:
    """One cross-validation or search of the user's."""

    function: str  # "cross_val_score", "GridSearchCV"
    estimator: str
    splitter: str
    folds: int
    metric: str
    scores: tuple[float, ...] = ()
    train_scores: tuple[float, ...] = ()
    seconds: float = 0.0
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftFacts:
    """A two-sample comparison of one column (or of the target) between training and held-out rows."""

    column: str
    is_target: bool
    test: str  # "ks_2samp", "chi2_contingency"
    statistic: float
    p_value: float  # uncorrected
    effect: float  # 0..1: normalised Wasserstein distance (numbers) or Jensen-Shannon distance (categories)
    effect_name: str
    train_rows: int
    held_out_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapFacts:
    """Held-out rows that also stand among the training rows."""

    held_out_rows_checked: int
    train_rows_hashed: int
    train_rows: int
    matched: int
    expected_share: float  # share that the columns' cardinalities make by chance
    share: Estimate  # matched share, scaled where only some training rows were hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFeatureFacts:
    """How well one column alone predicts the target: a group-mean rule fitted on training rows, scored on held-out."""

    column: str
    metric: str
    score: Estimate
    skill: Estimate
    levels: int  # groups of the rule
    is_continuous: bool
    relation: str = ""  # "copy", "invertible" (one-to-one with the target), or ""
    suspicious_name: bool = False  # the column's name holds the target's, or marks it as derived from it


@dataclass(frozen=True, slots=True, kw_only=True)
class ResamplingFacts:
    """One ``fit_resample`` (or duplication of rows) and where it stood relative to the split."""

    sampler: str
    rows_before: int
    rows_after: int
    before_split: bool  # its output was split afterwards
    held_out_resampled: bool  # evaluated rows came out of it
    site: str = ""


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
    transform_seconds: float = 0.0
    evaluate_seconds: float = 0.0
    peak_rss_mb: float | None = None
    overhead_seconds: float = 0.0
    cores: int = 1
    linear_baseline_seconds: float | None = None  # time of the linear probe, where one ran


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFacts:
    """What bounded queries of the tracking store said about the experiment's earlier runs."""

    runs_seen: int  # finished runs looked at, at most the query's bound
    comparable_runs: int  # of them, same task and target
    families: tuple[str, ...] = ()  # model families among the comparable runs
    baseline_runs: int = 0  # comparable runs of a dummy, linear, naive Bayes or shallow tree model
    complete: bool = True  # False where the bound was reached


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
    alternatives: tuple[AlternativeFitFacts, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be followed or measured, in plain words

    @property
    def primary_score(self) -> ScoreFacts | None:
        """The score of the primary metric, if any was computed."""
        return next((score for score in self.scores if score.primary), None)

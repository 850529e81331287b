"""What the model scored, on which rows, and against what."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.splitting import PreprocessingFacts
from mlflow_pitfalls.model.values import Estimate, Role


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
    is_known: bool = False  # the model answers this class, though its training rows were not counted

    @property
    def is_trained(self) -> bool:
        """Whether the model was trained on rows of this class."""
        return self.train_rows > 0 or self.is_known


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
    preprocessing: tuple[PreprocessingFacts, ...] = ()  # fitted on all of the rows that the folds were cut from


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
    edge_density: float | None = None  # of values next to the cuts between classes, against the middle of a class
    pooled_skill: Estimate | None = None  # of the same rule, cross-fitted over training and held-out rows together
    class_gap: float | None = None  # over all rows: between classes that do not mix, in deviations within them
    rival_skill: float | None = None  # pooled, of the best other column that is not collinear, given the target


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """The best rule over one column, fitted on training rows and scored on the held-out rows of the model.

    ``difference`` is the model's skill minus the rule's, paired over the held-out rows; ``ratio`` is the rule's skill
    divided by the model's, likewise.
    """

    column: str
    kind: str  # "tree" or "group_mean"
    metric: str
    score: Estimate
    skill: Estimate
    difference: Estimate
    ratio: Estimate | None = None
    leaves: int = 0
    words: str = ""  # the rule in plain words
    python: str = ""  # as scikit-learn code
    sql: str = ""  # as a GROUP BY query


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """The held-out rows with one value, or in one range, of a column, against all the others.

    ``score`` is of the model's own answers: accuracy, or one minus the absolute error in units of the dummy's.
    ``skill`` is how far the model does better than a rule that knows this column's segments and nothing else, so that
    segments of other class shares, or of another spread of the target, can be compared.
    """

    column: str
    segment: str  # "age ≤ 25", "region = north"; no rare value
    rows: int
    other_rows: int
    metric: str
    score: Estimate
    other_score: Estimate
    difference: Estimate  # the segment's score minus the others'
    p_value: float | None = None  # uncorrected, two-sided: the larger of score and skill
    skill: Estimate | None = None
    other_skill: Estimate | None = None
    skill_difference: Estimate | None = None  # the segment's skill minus the others'
    tested: int = 1  # segments that were looked at; the record keeps those with the smallest p-values


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFacts:
    """How far predicted probabilities stand from observed shares on the held-out rows."""

    error: Estimate  # expected calibration error, 0..1, less what sampling alone makes
    bins: tuple[tuple[float, float, int], ...] = ()  # (mean predicted, observed share, rows)
    rows: int = 0
    of: str = ""  # "positive class", or "predicted class" where there are more than two

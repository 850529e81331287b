"""What changed from one run to a later one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Estimate, Severity, Task

COMPARISON_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLabel:
    """Which run it is, as a reader knows it."""

    run_id: str
    run_name: str
    experiment_id: str
    started_at: str  # ISO 8601, UTC
    estimator: str  # class of the predictor, "" without a fit
    task: Task
    target: str  # the target's name, "" unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange:
    """One check that flags in one of the runs and not in the other.

    ``before`` and ``after`` are None where the run does not tell of the check. ``certain``: both answers hold when any
    of the check's thresholds is moved a little, and their intervals do not meet; else the check hovers at a threshold.
    """

    check: str
    severity: Severity  # of the flag
    message: str  # of the flag
    before: Status | None
    after: Status | None
    certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """One metric in both runs; higher is better. ``difference`` is after minus before, with a 95 % interval.

    ``paired_rows`` are the held-out rows that both runs scored, of those whose losses are kept; the difference is
    paired over them. 0 means that the two runs' rows were taken as independent.
    """

    metric: str
    primary: bool  # in both runs
    before: Estimate
    after: Estimate
    difference: Estimate
    paired_rows: int = 0
    effect: float | None = None  # paired: mean over standard deviation of the rows' differences, all rows paired
    room: float | None = None  # from the dummy to perfection in the earlier run; turns a difference into skill


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChange:
    """Training minus held-out score in both runs, in one metric."""

    metric: str
    before: Estimate
    after: Estimate
    difference: Estimate  # after minus before
    room: float | None = None  # as in ScoreChange


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChange:
    """Wall-clock of one kind of call. ``ratio`` is after by before a row, or as a whole where rows are not known."""

    what: str  # "fit" or "predict"
    before_seconds: float
    after_seconds: float
    before_rows: int | None
    after_rows: int | None
    ratio: float | None  # None where the earlier time is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A parameter of the estimator that differs; None where a run left it at its default."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """A two-sample comparison of one column, or of the target, between the two runs' training rows.

    ``bins`` and the two tuples of shares draw both distributions over each other: edges of the bins (one more than
    shares) for numbers, none for categories, whose names are ``labels``. Shares of numbers leave out what lies beyond
    the bins.
    """

    column: str
    is_target: bool
    test: str  # "ks_2samp", "chi2_contingency", "welch"
    statistic: float
    p_value: float
    adjusted_p: float  # Benjamini-Hochberg over the columns; the target is not one of them
    effect: float  # 0..1 beyond chance
    effect_name: str  # "wasserstein", "jensen_shannon", "missing share", "difference of means"
    before_rows: int
    after_rows: int
    bins: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    before_shares: tuple[float, ...] = ()
    after_shares: tuple[float, ...] = ()


class SchemaKind(StrEnum):
    """In which way the columns differ."""

    ADDED = "added"
    REMOVED = "removed"
    REORDERED = "reordered"
    RETYPED = "retyped"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One difference in the columns. ``before`` and ``after`` are types, or positions of a reordered column."""

    kind: SchemaKind
    column: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """One side of the split in both runs. ``same_content`` is None where it is not known."""

    side: str  # "train" or "held_out"
    before_rows: int
    after_rows: int
    before_columns: int
    after_columns: int
    same_content: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed from an earlier run (``before``) to a later one (``after``).

    Attributes:
        before: The earlier run, the reference.
        after: The later one.
        comparable: Whether both predict the same target for the same task; if not, only parameters, times and the data
            are worth looking at.
        same_rows: Whether both were scored on the very same held-out rows; None where that is not known.
        gained: Checks that flag in the later run only, worst first.
        lost: Checks that flagged in the earlier run only, worst first.
        scores: Every metric that both runs have, the earlier run's primary one first.
        gap: Training minus held-out score, in the first of the scores that has one.
        times: Of fits and predictions.
        parameters: Those that differ, by name.
        drift: Every column that could be compared, then the target.
        schema: Columns added, removed, of another type, or in another order.
        data: Rows, columns and content of each side that both runs have.
        notes: What could not be compared, and why.
    """

    before: RunLabel
    after: RunLabel
    comparable: bool = True
    same_rows: bool | None = None
    gained: tuple[FlagChange, ...] = ()
    lost: tuple[FlagChange, ...] = ()
    scores: tuple[ScoreChange, ...] = ()
    gap: GapChange | None = None
    times: tuple[TimeChange, ...] = ()
    parameters: tuple[ValueChange, ...] = ()
    drift: tuple[ColumnDrift, ...] = ()
    schema: tuple[SchemaChange, ...] = ()
    data: tuple[DataChange, ...] = ()
    notes: tuple[str, ...] = ()
    schema_version: int = COMPARISON_SCHEMA_VERSION

    @property
    def score(self) -> ScoreChange | None:
        """The metric that speaks for both runs, if they share it."""
        return next((change for change in self.scores if change.primary), None)


class ReferenceChoice(StrEnum):
    """How the reference run was found."""

    SETTING = "setting"  # named in enable(reference=…)
    TAG = "tag"  # the experiment's run tagged pitfalls.reference = true
    CHAMPION = "champion"  # behind the registered model's alias
    BEST = "best"  # the best of the last comparable runs


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFacts:
    """The earlier run that a run is measured by, and what changed since; ``absence`` says why there is none.

    Attributes:
        choice: How it was found; None where there is none.
        candidates: Runs that the best was chosen among; 1 where it was named.
        repeats: Held-out scores of the other runs that did what the reference did, in its primary metric.
        inflated_by: The reference's flags by which its score is better than it should be.
        comparison: What changed; None where there is no reference.
        absence: Why there is none, a sentence.
    """

    choice: ReferenceChoice | None = None
    candidates: int = 1
    repeats: tuple[float, ...] = ()
    inflated_by: tuple[str, ...] = ()
    comparison: Comparison | None = None
    absence: str = ""

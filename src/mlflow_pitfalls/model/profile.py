"""What a data set looked like, in bounded numbers and without its rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlflow_pitfalls.model.values import Interval, Role, Task


class ColumnKind(StrEnum):
    """What a column holds, whatever container and dtype it came in."""

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORICAL = "categorical"  # strings or a categorical dtype
    DATETIME = "datetime"
    TIMEDELTA = "timedelta"
    MIXED = "mixed"  # values of several kinds: numbers and text
    OTHER = "other"  # lists, dicts, complex numbers: counted, not summarised

    @property
    def is_numeric(self) -> bool:
        """Whether moments and quantiles exist."""
        return self in (ColumnKind.FLOAT, ColumnKind.INTEGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """A value that enough rows share to be written, and how many of the sampled rows do."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts over ``len(counts)`` bins between ``len(counts) + 1`` edges; finite values of the sample only."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Counts of finite sampled values over cells that any two runs share.

    Cell i holds the values v with (start + i) · 2^exponent ≤ v < (start + i + 1) · 2^exponent: two cells of one
    exponent are together exactly one of the next, so that distributions over different ranges compare without error.
    """

    exponent: int
    start: int
    counts: tuple[int, ...]
    below: int = 0  # values under the first cell
    above: int = 0  # values beyond the last one

    @property
    def rows(self) -> int:
        """Values counted."""
        return self.below + sum(self.counts) + self.above


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How far two columns go together.

    ``method`` names the statistic (``auc``, ``r2``, ``cramers_v`` …), ``effect`` lies in 0..1, 0 meaning none.
    ``p_value`` is uncorrected.
    """

    method: str
    effect: float
    p_value: float | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentinelFacts:
    """A value that stands for "missing" without saying so. ``value`` is empty where privacy keeps it back.

    ``distance`` is how far a number lies beyond the rest, in their interquartile ranges, and ``relative_distance`` in
    their absolute median; None for text. ``neighbours``
    are the rows that hold one of the nearest other values: what a value of its size usually has.
    """

    value: str
    count: int  # of the sampled rows
    sampled_rows: int
    distance: float | None = None
    relative_distance: float | None = None
    neighbours: float | None = None
    breaks_sign: bool = False  # a negative number in a column that otherwise has none


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column. Counts and moments are exact over ``rows``; the rest comes from ``sampled_rows`` of them."""

    position: int
    name: str
    kind: ColumnKind
    dtype: str
    rows: int
    sampled_rows: int
    missing: int = 0
    infinite: int = 0
    mean: float | None = None
    std: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    skew: float | None = None
    distinct: int | None = None  # among the sampled, non-missing values; None where values cannot be compared
    singletons: int | None = None  # distinct values that occur once in the sample
    top_count: int | None = None  # rows of the sample that hold the commonest non-missing value
    top_values: tuple[ValueCount, ...] = ()  # only values shared by enough rows; none under strict privacy
    withheld_values: int = 0  # distinct values that privacy keeps back
    quantiles: tuple[tuple[float, float], ...] = ()  # (probability, value), of the sample
    histogram: Histogram | None = None
    cells: Cells | None = None  # none under strict privacy
    increasing: bool = False  # strictly increasing from row to row in the sample
    integer_sequence: bool = False  # integers without gaps, such as a row number
    mean_words: float | None = None  # words a value, of sampled text values; None for other kinds or where not counted
    sentinels: tuple[SentinelFacts, ...] = ()  # candidates for disguised missing values, commonest first
    kinds: tuple[ValueCount, ...] = ()  # of a mixed column: "number", "text", …, and how many sampled values are of it
    target_association: Association | None = None
    missing_association: Association | None = None  # of "is missing" with the target

    @property
    def missing_share(self) -> float:
        """Missing values as a share of the rows, 0..1."""
        return self.missing / self.rows if self.rows else 0.0

    @property
    def distinct_share(self) -> float | None:
        """Distinct values as a share of the sampled non-missing rows, 0..1; None where it is not known."""
        present = self.sampled_rows * (1.0 - self.missing_share)
        if self.distinct is None or present < 1:
            return None
        return min(1.0, self.distinct / present)

    @property
    def top_share(self) -> float | None:
        """Share of the sampled rows that hold the commonest non-missing value, 0..1."""
        if self.top_count is None or not self.sampled_rows:
            return None
        return self.top_count / self.sampled_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """How many rows a class has. ``label`` is a stand-in such as ``class 3`` where privacy keeps the label back."""

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProfile:
    """The target of one side of the split. ``classes`` for classification, commonest first; the rest for regression."""

    name: str
    task: Task
    rows: int
    missing: int = 0
    distinct: int | None = None
    is_integer: bool = False
    classes: tuple[ClassCount, ...] = ()
    mean: float | None = None
    std: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    skew: float | None = None
    skew_interval: Interval | None = None  # only of a skewness above 1 in size
    quantiles: tuple[tuple[float, float], ...] = ()
    histogram: Histogram | None = None
    cells: Cells | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFacts:
    """Rows (features and target) that stand more than once among the rows looked at."""

    rows_checked: int
    duplicates: int  # rows beyond the first of each group of equal rows
    expected: float  # duplicates that the columns' cardinalities make by chance, in rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFacts:
    """Rows whose features equal those of another row while the target differs."""

    rows_checked: int
    conflicting: int  # rows that would have to change their target for equal features to have equal targets
    expected: float  # the same where equal features are of different rows by chance, in rows
    repeated: int = 0  # rows beyond the first of each group of equal features
    shuffled: float = 0.0  # conflicting rows where the targets are shuffled among all rows; 0 where not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPair:
    """Two numeric columns and their correlation on the sample."""

    first: str
    second: str
    correlation: float  # Spearman's ρ
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetProfile:
    """One side of the split as the estimator received it."""

    role: Role
    container: str  # "pandas.DataFrame", "numpy.ndarray", "scipy.sparse.csr_matrix", "polars.DataFrame", "list"
    rows: int
    column_count: int
    sampled_rows: int
    sample_error: float  # worst-case 95 % half-width of a share measured on the sample; 0 where all rows were read
    columns: tuple[ColumnProfile, ...] = ()  # the first ones where there are more than the bound
    target: TargetProfile | None = None
    duplicates: DuplicateFacts | None = None
    conflicts: ConflictFacts | None = None
    collinear: tuple[ColumnPair, ...] = ()  # the most correlated pairs, strongest first; bounded
    digest: str = ""  # content fingerprint, equal for equal data
    seconds: float = 0.0
    notes: tuple[str, ...] = ()  # what was not looked at, and why

"""Small value types used all over the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a flag matters, in the words of the tags that MLflow shows."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for ``none`` up to 3 for ``high``; what the metric ``pitfalls/severity`` holds."""
        return list(Severity).index(self)


class Task(StrEnum):
    """What the estimator is asked to predict."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    MULTILABEL = "multilabel"
    MULTIOUTPUT = "multioutput"
    CLUSTERING = "clustering"
    UNKNOWN = "unknown"

    @property
    def is_classification(self) -> bool:
        """Whether one class label is predicted for each row."""
        return self in (Task.BINARY, Task.MULTICLASS)


class Role(StrEnum):
    """Whose rows they are, seen from one fit."""

    TRAIN = "train"
    HELD_OUT = "held_out"
    MIXED = "mixed"  # some rows were seen by the fit, some were not
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided confidence interval."""

    low: float
    high: float
    level: float = 0.95

    @property
    def width(self) -> float:
        """Upper minus lower bound, in the unit of the statistic."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A statistic with its sampling error.

    ``interval`` is None where the statistic is exact or where too few rows stand behind it.
    """

    value: float
    interval: Interval | None = None
    rows: int = 0

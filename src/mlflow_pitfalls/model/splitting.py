"""How training and held-out rows came apart, and what was done to them on the way."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.values import Estimate


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
class ResamplingFacts:
    """One ``fit_resample`` (or duplication of rows) and where it stood relative to the split."""

    sampler: str
    rows_before: int
    rows_after: int
    before_split: bool  # its output was split afterwards
    held_out_resampled: bool  # evaluated rows came out of it
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreprocessingFacts:
    """A transformer that learned from rows which later stood on the held-out side."""

    transformer: str  # class name
    supervised: bool  # it was given the target and uses it: a selector, a target encoder
    rows: int  # that it was fitted on
    held_out_rows: int  # of them, on the held-out side
    before: str  # "split" or "cross_validation"
    changes_columns: bool = False  # it selects or combines columns rather than shifting or filling them
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOrderFacts:
    """A time order among the rows, and whether the split kept it.

    ``held_out_before_last`` is the share of held-out rows that lie before the latest training row, ``between`` the
    share that stands right next to a training row in time: about 1 for shuffled rows, about 0 for blocks of time.
    ``dependence`` is how far rows next to each other in time have like targets: the rank correlation of neighbours
    (of class membership, for classes), 0 where time says nothing.
    """

    source: str  # "column" or "index"
    column: str  # name of the column, "" for the index
    rows: int
    held_out_before_last: float
    between: float = 0.0
    dependence: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """A column whose repeated values may name groups of rows that belong together.

    ``lift`` is what knowing the group gains beyond chance and beyond the order of its values: skill of the group's own
    training mean on held-out rows of shared groups, minus the same with the groups shuffled (or with the means of the
    neighbouring values, where that is more).
    """

    column: str
    groups: int  # distinct values among the training rows
    shared_groups: int  # of them, that stand on both sides
    held_out_share: float  # share of held-out rows whose group stands in training as well
    mean_rows: float  # training rows of a group on average
    rows: int
    lift: Estimate | None = None
    p_value: float | None = None
    likeness: float = 0.0  # how alike rows of a group are in the other columns: the median intraclass correlation
    is_prefix: bool = False  # the groups are the values without their last part: "S01_3" belongs to "S01"

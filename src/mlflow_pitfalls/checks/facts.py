"""Which facts a record holds: what a check may ask for, and what is said where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from mlflow_pitfalls.model.record import RunRecord


class Fact(StrEnum):
    """A part of the record that a check cannot do without."""

    FIT = "fit"
    CLASSIFICATION = "classification"
    TRAIN_PROFILE = "training data profile"
    TRAIN_TARGET = "profile of the training target"
    TRAIN_CLASSES = "classes of the training target"
    PRIMARY_SCORE = "primary score"
    DRIFT = "comparison of the two sides"
    OVERLAP = "overlap of the two sides"
    SINGLE_FEATURES = "one-feature rules"
    RULE = "one-column rule"
    TIME_ORDER = "order in time"
    GROUPS = "groups of rows"
    DUPLICATES = "duplicate count"
    CONFLICTS = "count of conflicting rows"
    RESAMPLINGS = "resamplings"
    HISTORY = "earlier runs"
    LABEL_NOISE = "probe of the labels"
    SEGMENTS = "scores by segment"
    CALIBRATION = "calibration"
    SEARCH = "search over hyperparameters"
    STAGED = "scores by round"
    REFERENCE = "reference run"

    def present(self, record: RunRecord) -> bool:
        """Whether this record holds the fact."""
        return _PRESENT[self](record)

    def absence(self, record: RunRecord) -> str:
        """What a check answers where this record lacks the fact; with the probe's own reason, where one would tell."""
        if self is Fact.REFERENCE and record.reference is not None and record.reference.absence:
            return record.reference.absence
        told = _ABSENCE[self]
        reason = next((probe.reason for probe in record.probes if probe.name == _PROBED.get(self)), "")
        return f"{told.removesuffix('.')}: {reason}" if reason else told


def _has_classes(record: RunRecord) -> bool:
    train = record.train
    return train is not None and train.target is not None and len(train.target.classes) > 1


_PRESENT: dict[Fact, Callable[[RunRecord], bool]] = {
    Fact.FIT: lambda record: record.fit is not None and not record.fit.error,
    Fact.CLASSIFICATION: lambda record: record.task.is_classification,
    Fact.TRAIN_PROFILE: lambda record: record.train is not None and bool(record.train.columns),
    Fact.TRAIN_TARGET: lambda record: record.train is not None and record.train.target is not None,
    Fact.TRAIN_CLASSES: _has_classes,
    Fact.PRIMARY_SCORE: lambda record: record.primary_score is not None,
    Fact.DRIFT: lambda record: bool(record.drift),
    Fact.OVERLAP: lambda record: record.overlap is not None and record.overlap.held_out_rows_checked > 0,
    Fact.SINGLE_FEATURES: lambda record: bool(record.single_features),
    Fact.RULE: lambda record: record.rule is not None,
    Fact.TIME_ORDER: lambda record: record.time_order is not None,
    Fact.GROUPS: lambda record: bool(record.groups),
    Fact.DUPLICATES: lambda record: (
        record.train is not None and record.train.duplicates is not None and record.train.duplicates.rows_checked > 0
    ),
    Fact.CONFLICTS: lambda record: (
        record.train is not None and record.train.conflicts is not None and record.train.conflicts.rows_checked > 0
    ),
    Fact.RESAMPLINGS: lambda record: bool(record.resamplings),
    Fact.HISTORY: lambda record: record.history is not None,
    Fact.LABEL_NOISE: lambda record: record.label_noise is not None,
    Fact.SEGMENTS: lambda record: bool(record.segments),
    Fact.CALIBRATION: lambda record: record.calibration is not None and record.calibration.rows > 0,
    Fact.SEARCH: lambda record: record.search is not None,
    Fact.STAGED: lambda record: record.staged is not None and bool(record.staged.rounds),
    Fact.REFERENCE: lambda record: record.reference is not None and record.reference.comparison is not None,
}

_ABSENCE: dict[Fact, str] = {
    Fact.FIT: "No estimator was fitted to the end in this run.",
    Fact.CLASSIFICATION: "The task is not a classification into one class a row.",
    Fact.TRAIN_PROFILE: "The training data were not profiled column by column.",
    Fact.TRAIN_TARGET: "The training target is not known, or has several outputs.",
    Fact.TRAIN_CLASSES: "The training target's classes are not known, or there is only one.",
    Fact.PRIMARY_SCORE: "No score of this run is known.",
    Fact.DRIFT: "There are no two sides of a split to compare.",
    Fact.OVERLAP: "No held-out rows were compared with the training rows.",
    Fact.SINGLE_FEATURES: "No one-feature rules were scored on held-out rows.",
    Fact.TIME_ORDER: "Neither the features nor their index hold times on both sides of a split.",
    Fact.GROUPS: "No column holds repeated keys of few rows each on both sides of a split.",
    Fact.RULE: "No rule over one column was scored on the model's held-out rows.",
    Fact.DUPLICATES: "The training rows were not searched for duplicates.",
    Fact.CONFLICTS: "The training rows were not searched for equal features of different classes.",
    Fact.RESAMPLINGS: "Nothing was resampled in this run.",
    Fact.HISTORY: "The experiment's earlier runs were not looked at.",
    Fact.LABEL_NOISE: "The labels were not probed for noise.",
    Fact.SEGMENTS: "No segment of the held-out rows is large enough to be scored.",
    Fact.CALIBRATION: "No probabilities of held-out rows are known.",
    Fact.STAGED: "No iterative model's rounds were scored on held-out rows.",
    Fact.REFERENCE: "This run was compared with no earlier one.",
    Fact.SEARCH: "No search over hyperparameters was made in this run.",
}

# Facts that an extra fit fills in, by the probe's name.
_PROBED: dict[Fact, str] = {Fact.LABEL_NOISE: "label-noise"}

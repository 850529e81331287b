"""What several checks ask of a record: the metrics evaluated, the target's imbalance, what was resampled."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlflow_pitfalls.checks.evidence import certain, share_interval
from mlflow_pitfalls.model.profile import ClassCount, ColumnProfile, DatasetProfile, TargetProfile
from mlflow_pitfalls.model.record import ClassScoreFacts, ResamplingFacts, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Task

ACCURACY = "accuracy"
# Metrics that a model which always answers the commonest class cannot win by.
BALANCED_METRICS = frozenset(
    {"roc_auc", "roc_auc_ovr", "average_precision", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa"}
)
_ACCURACY_NAMES = frozenset({ACCURACY, "zero_one_loss"})
_BOUNDED_AT_ONE = 1.0
Z95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution


def metric_name(name: str, task: Task) -> str:
    """scikit-learn's scorer name for what a script called: ``accuracy_score`` and ``score`` become ``accuracy``."""
    if name in ("score", ""):
        return ACCURACY if task.is_classification else "r2"
    return name.removesuffix("_score")


def held_out_metrics(record: RunRecord) -> frozenset[str]:
    """The metrics that the script itself evaluated on rows outside of the fit, cross-validation included."""
    called = {
        metric_name(evaluation.metric, record.task)
        for evaluation in record.evaluations
        if evaluation.role is not Role.TRAIN
    }
    return frozenset(called | {metric_name(cv.metric, record.task) for cv in record.cross_validations})


def accuracy_alone(record: RunRecord) -> bool:
    """Whether accuracy is all that the script evaluated; False where it evaluated nothing."""
    metrics = held_out_metrics(record)
    return bool(metrics) and metrics <= _ACCURACY_NAMES


def is_share(score: ScoreFacts) -> bool:
    """Whether the metric runs from 0 to 1, so that its plain differences mean the same everywhere."""
    return score.perfect == _BOUNDED_AT_ONE and score.worst == 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """The rarest and the commonest class of a target."""

    rarest: ClassCount
    commonest: ClassCount
    rows: int

    @property
    def ratio(self) -> float:
        """Rows of the commonest class for each row of the rarest, at least 1."""
        return self.commonest.count / self.rarest.count

    @property
    def majority_share(self) -> float:
        """What a model that always answers the commonest class gets right, 0..1."""
        return self.commonest.count / self.rows


def imbalance_of(target: TargetProfile | None) -> Imbalance | None:
    """How imbalanced a target is; None where it has fewer than two classes with rows."""
    present = [found for found in target.classes if found.count > 0] if target else []
    if len(present) < 2:
        return None
    return Imbalance(
        rarest=min(present, key=lambda found: found.count),
        commonest=max(present, key=lambda found: found.count),
        rows=sum(found.count for found in present),
    )


def evaluated_imbalance(record: RunRecord) -> Imbalance | None:
    """The imbalance of the rows that were evaluated; of the training rows where those are not known."""
    held_out = imbalance_of(record.held_out.target) if record.held_out else None
    return held_out or (imbalance_of(record.train.target) if record.train else None)


def resampled_training(record: RunRecord) -> ResamplingFacts | None:
    """The resampling after the split whose output was fitted: there, both sides differ on purpose."""
    rows = {record.fit.rows if record.fit else -1, record.train.rows if record.train else -1}
    return next(
        (
            found
            for found in record.resamplings
            if found.rows_after in rows and not (found.before_split or found.held_out_resampled)
        ),
        None,
    )


def recall_interval(facts: ClassScoreFacts) -> Estimate | None:
    """A class's recall with Wilson's interval over its held-out rows; None where it has none."""
    if facts.recall is None or facts.held_out_rows < 1 or not math.isfinite(facts.recall.value):
        return None
    interval = share_interval(facts.recall.value * facts.held_out_rows, facts.held_out_rows)
    return Estimate(value=facts.recall.value, interval=interval, rows=facts.held_out_rows)


def balanced_skill(record: RunRecord) -> Estimate | None:
    """Skill of balanced accuracy from the classes' recalls: 0 for a model that knows nothing, 1 for a perfect one.

    The classes' rows are disjoint, so the variances of their recalls add up.
    """
    recalls = [found for found in map(recall_interval, record.classes) if found is not None]
    if len(recalls) < 2:
        return None
    chance = 1.0 / len(recalls)
    mean = sum(found.value for found in recalls) / len(recalls)
    errors = [found.interval.width / (2 * Z95) for found in recalls if found.interval is not None]
    half = Z95 * math.sqrt(sum(error**2 for error in errors)) / len(recalls)
    scale = 1.0 - chance
    skill = (mean - chance) / scale
    return Estimate(
        value=skill,
        interval=Interval(low=skill - half / scale, high=skill + half / scale),
        rows=sum(found.rows for found in recalls),
    )


def columns_of(record: RunRecord, side: DatasetProfile | None = None) -> tuple[ColumnProfile, ...]:
    """The columns of a side that were profiled, without those that the estimator itself drops before it looks.

    Args:
        record: The run's facts.
        side: One of its profiles; that of the training rows without it.
    """
    dropped = frozenset(record.fit.estimator.dropped_columns) if record.fit else frozenset()
    side = side or record.train
    return tuple(column for column in side.columns if column.name not in dropped) if side else ()


def training_rows(record: RunRecord) -> int:
    """Rows of the training profile, 0 where there is none."""
    return record.train.rows if record.train else 0


def shows_lift(record: RunRecord) -> bool:
    """Whether the model certainly beats a dummy, on held-out rows or in cross-validation of its training rows."""
    skills = [score.skill for score in record.scores] + ([record.lift.skill] if record.lift else [])
    return any(certain(skill, 0.0) for skill in skills)

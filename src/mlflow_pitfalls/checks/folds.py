"""PF5: scores that differ from fold to fold."""

from __future__ import annotations

import math
import statistics

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, not_applicable, passed
from mlflow_pitfalls.checks.evidence import LEVEL, evidence, usable, worst_first
from mlflow_pitfalls.checks.reading import imbalance_of, metric_name
from mlflow_pitfalls.checks.text import between, count, number, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import CrossValidationFacts, RunRecord
from mlflow_pitfalls.model.values import Interval, Severity, Task

_LEAST_FOLDS = 3  # of fewer, a spread says nothing
# From a dummy to perfection, for metrics whose dummy is the same on all data.
_FIXED_ROOM = {"r2": 1.0, "explained_variance": 1.0, "roc_auc": 0.5, "roc_auc_ovr": 0.5, "matthews_corrcoef": 1.0}
# Of metrics from 0 to 1 whose dummy is not known here: skill spreads at least as much as the score.
_SHARES = ("accuracy", "balanced_accuracy", "average_precision", "f1", "precision", "recall", "jaccard")


@check(
    name="unstable-score",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.FREE,
    thresholds={
        "max_spread": Threshold(
            0.05,
            "skill",
            "standard deviation over folds that even the interval's lower bound exceeds",
            "our choice: the best of a few such scores is chosen by the fold rather than by the model",
        ),
    },
)
def unstable_score(record: RunRecord, limits: Limits) -> Verdict:
    """The score differs so much from fold to fold that one of them says little.

    What it does:
        Takes the standard deviation of each cross-validation's scores in skill (divided by what lies between a dummy
        and a perfect score), with the 95 % interval that the chi-square distribution gives for that number of folds
        (corrected for the number of cross-validations). One that lies above {max_spread} is flagged. Folds share
        training rows, so that the interval is rather too narrow than too wide; fewer than three folds say nothing, and
        errors without an upper end are only read where the run scored a dummy in the same metric.

    Why is this bad:
        A single split of these data could have shown any of these scores. Two models that differ by less than the
        spread cannot be told apart by it.

    Example:
        Five folds of 40 rows each: 0.71, 0.88, 0.62, 0.90, 0.79.

    How to fix:
        Repeat the cross-validation and compare means, not single scores. If the folds are cut from an ordered table,
        shuffle them. Folds that stay apart point to groups or a drift in the data.

    References:
        Varoquaux, Cross-validation failure: small sample sizes lead to large error bars, NeuroImage 2018,
        https://doi.org/10.1016/j.neuroimage.2017.06.061;
        Bengio and Grandvalet, No unbiased estimator of the variance of k-fold cross-validation, JMLR 2004.
    """
    rooms = [(found, _room(found, record)) for found in record.cross_validations if _is_read(found)]
    known = [(found, room) for found, room in rooms if room is not None]
    if not known:
        what = "have three folds with a score" if not rooms else "are in a metric with a known dummy"
        return not_applicable(f"No cross-validations of this run {what}.")
    spreads = [(found, *_spread(found, room, len(known))) for found, room in known]
    worst, value, interval = max(spreads, key=lambda each: (each[2].low, each[1]))
    proof = evidence(
        limits,
        "max_spread",
        statistic="standard deviation over folds, in skill",
        value=value,
        rows=len(worst.scores),
        interval=interval,
        would_clear=f"an interval that reaches below {number(limits['max_spread'])}, as of larger folds",
        subjects=worst_first(
            Subject(name=short(each.estimator), value=spread, interval=bounds, detail=each.site)
            for each, spread, bounds in spreads
        ),
    )
    metric = short(metric_name(worst.metric, record.task))
    told = (
        f"{metric} of {short(worst.estimator)} over {count(len(worst.scores))} folds: {number(min(worst.scores))} to "
        f"{number(max(worst.scores))}, standard deviation {number(value)} in skill ({between(interval)})"
    )
    if interval.low <= limits["max_spread"]:
        return passed(f"{told}.", evidence=proof)
    folds = "RepeatedStratifiedKFold" if record.task.is_classification else "RepeatedKFold"
    return flagged(
        f"{told}; the limit is {number(limits['max_spread'])}. Repeat the cross-validation and compare means.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Repeat the cross-validation, and compare means.",
                code=f"cross_val_score(model, X, y, cv={folds}(n_splits=5, n_repeats=10, random_state=0)).mean()",
            ),
            Remedy(text="Fewer, larger folds spread less.", code="cross_val_score(model, X, y, cv=3)"),
            Remedy(text="Look at what tells the worst fold from the others: groups, time, or a rare class."),
        ),
    )


def _is_read(found: CrossValidationFacts) -> bool:
    return len(found.scores) >= _LEAST_FOLDS and all(math.isfinite(score) for score in found.scores)


def _spread(found: CrossValidationFacts, room: float, tested: int) -> tuple[float, Interval]:
    """Standard deviation in skill, and its chi-square interval."""
    from scipy.stats import chi2

    freedom = len(found.scores) - 1
    deviation = statistics.stdev(found.scores) / room
    tail = (1.0 - LEVEL) / (2 * tested)
    low, high = (deviation * math.sqrt(freedom / float(chi2.ppf(share, freedom))) for share in (1 - tail, tail))
    return deviation, Interval(low=low, high=high, level=LEVEL)


def _room(found: CrossValidationFacts, record: RunRecord) -> float | None:
    """What lies between a dummy and a perfect score; None where neither is known."""
    if not found.metric and record.task is Task.UNKNOWN:
        return None
    metric = metric_name(found.metric, record.task)
    for score in record.scores:
        dummy = usable(score.dummy)
        if metric_name(score.metric, record.task) == metric and dummy and score.perfect > dummy.value:
            return score.perfect - dummy.value
    classes = imbalance_of(record.train.target if record.train else None)
    if metric == "accuracy" and classes is not None:
        return 1.0 - classes.majority_share
    if metric in _FIXED_ROOM:
        return _FIXED_ROOM[metric]
    return 1.0 if metric.startswith(_SHARES) else None

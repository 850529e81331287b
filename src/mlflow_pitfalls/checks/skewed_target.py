"""PF3: a quantity with a long tail as the target."""

from __future__ import annotations

import math

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.complexity import own_settings
from mlflow_pitfalls.checks.evidence import MAX_ROWS, evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import about_rows, between, count, number, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.record import EstimatorFacts, RunRecord
from mlflow_pitfalls.model.values import Severity, Task

_TAIL_CLASSES = frozenset(
    {
        "PoissonRegressor",
        "GammaRegressor",
        "TweedieRegressor",
        "QuantileRegressor",
        "HuberRegressor",
        "TheilSenRegressor",
        "RANSACRegressor",
    }
)
_LOSS_PARAMETERS = ("loss", "criterion", "objective", "loss_function")
_TAIL_LOSSES = ("poisson", "gamma", "tweedie", "absolute", "mae", "l1", "quantile", "huber", "log")
_MEDIAN = 0.5


@check(
    name="skewed-target",
    group=Group.IMBALANCE,
    severity=Severity.LOW,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.TRAIN_TARGET),
    explained_by=("target-type-mismatch",),
    thresholds={
        "max_skew": Threshold(2.0, "skewness", "above it the tail carries much of the variance", "usual rule of thumb"),
        "max_ratio": Threshold(20.0, "greatest value over the median", "and how far the tail reaches", "our choice"),
    },
)
def skewed_target(record: RunRecord, limits: Limits) -> Verdict:
    """A regression target has a long tail, and was learned as it is.

    What it does:
        Looks at a target without negative values. Flagged where the lower bound of its skewness exceeds {max_skew} and
        the greatest value is more than {max_ratio} times the median, unless the target is transformed
        (`TransformedTargetRegressor`) or the loss is made for tails (Poisson, Gamma, Tweedie, absolute, quantile,
        Huber). The skewness's 95 % interval is a jackknife over 20 groups of rows, so that a single outlier is no tail.

    Why is this bad:
        Squared errors grow with the square of the value: a handful of large rows decides what the model learns, and the
        score too. For the many ordinary rows it is wrong by a multiple.

    Example:
        Insurance claims with a median of 300 and a maximum of 2 000 000: one claim weighs as much as all others
        together.

    How to fix:
        Learn the logarithm and turn predictions back, or take a loss for such a target. Then also report an error that
        counts in percent.

    References:
        scikit-learn, TransformedTargetRegressor; Duan, Smearing estimate: a nonparametric retransformation method,
        JASA 1983, https://doi.org/10.1080/01621459.1983.10478017.
    """
    assert record.fit is not None and record.train is not None and record.train.target is not None
    estimator, target = record.fit.estimator, record.train.target
    reason = _answered(record, estimator)
    if reason:
        return not_applicable(reason)
    if target.skew is None or not math.isfinite(target.skew):
        return not_applicable("The training target's skewness is not known.")
    ratio = _reach(target)
    if ratio is None:
        return not_applicable(
            "The training target has negative values, or its range is kept back: there is no such tail."
        )
    rows = target.rows - target.missing
    interval = target.skew_interval
    reach = f"greatest value {number(ratio)} times the median" if math.isfinite(ratio) else "a median of 0"
    told = f"skewness {number(target.skew)}{f' ({between(interval)})' if interval else ''}, {reach}"
    proof = evidence(
        limits,
        "max_skew",
        statistic="skewness of the training target",
        value=target.skew,
        rows=rows,
        interval=interval,
        would_clear=f"a transformed target, or a skewness certainly below {number(limits['max_skew'])}",
    )
    if target.skew <= limits["max_skew"] or ratio <= limits["max_ratio"]:
        return passed(f"No long tail: {told}.", evidence=proof)
    if interval is None or not math.isfinite(interval.width) or interval.low <= limits["max_skew"]:
        wanted = rows_for_width(rows, interval.width, 2 * (target.skew - limits["max_skew"])) if interval else 2 * rows
        return inconclusive(
            f"A long tail or a few outliers: {told}",
            about_rows(min(MAX_ROWS, wanted), rows, "training rows"),
            evidence=proof,
        )
    return flagged(
        f"The target has a long tail in {count(rows)} training rows ({told}), and {short(estimator.final_class_name)} "
        "learned it as it is. Learn its logarithm.",
        evidence=proof,
        remedies=_remedies(target),
    )


def _answered(record: RunRecord, estimator: EstimatorFacts) -> str:
    """Why a tail would do no harm; empty where it would."""
    if record.task is not Task.REGRESSION:
        return "The task is not a regression of one number."
    if estimator.family == "dummy":
        return "The model is a dummy on purpose: the baseline that others are compared with."
    if estimator.target_transformed:
        return "The target is transformed before the fit."
    own = own_settings(estimator)
    losses = (own.get(name, "").lower() for name in _LOSS_PARAMETERS)
    if estimator.final_class_name in _TAIL_CLASSES or any(word in loss for loss in losses for word in _TAIL_LOSSES):
        return f"{short(estimator.final_class_name)} uses a loss that is made for tails."
    return ""


def _reach(target: TargetProfile) -> float | None:
    """The greatest value over the median, infinite for a median of 0; None where it is not known or has no meaning."""
    median = dict(target.quantiles).get(_MEDIAN)
    if median is None or target.minimum is None or target.maximum is None or target.minimum < 0:
        return None
    return target.maximum / median if median > 0 else math.inf


def _remedies(target: TargetProfile) -> tuple[Remedy, ...]:
    logarithm = Remedy(
        text="Learn the logarithm, and turn predictions back.",
        code="model = TransformedTargetRegressor(model, func=np.log1p, inverse_func=np.expm1)",
    )
    loss = Remedy(
        text="Or take a loss for such targets.",
        code='model = HistGradientBoostingRegressor(loss="poisson")',
    )
    has_zeros = target.minimum == 0 and (dict(target.quantiles).get(_MEDIAN) or 0.0) == 0
    return (loss, logarithm) if has_zeros else (logarithm, loss)

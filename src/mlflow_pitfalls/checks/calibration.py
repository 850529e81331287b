"""PF5: probabilities that do not mean what they say."""

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import about_rows, between, count, number, percent
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import CalibrationFacts, RunRecord
from mlflow_pitfalls.model.values import Severity

_ISOTONIC_ROWS = 1000  # training rows from which isotonic calibration is preferred (scikit-learn's guide)
_NEAREST = 0.02  # an error nearer to the bound is taken to be this far, to name a number of rows
_SHIFTED = 0.5  # of the error in one direction: the probabilities are shifted as a whole


@check(
    name="miscalibrated",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.CALIBRATION),
    explained_by=(
        "no-lift",
        "overfit",
        "train-test-drift",
        "resample-before-split",
        "resampled-test-set",
        "class-missing-in-split",
    ),
    thresholds={
        "max_error": Threshold(
            0.10,
            "probability",
            "expected calibration error that even the interval's lower bound exceeds",
            "our choice: ten points of probability change decisions",
        ),
    },
)
def miscalibrated(record: RunRecord, limits: Limits) -> Verdict:
    """The predicted probabilities stand far from the observed shares: 0.9 does not mean nine in ten.

    What it does:
        Where `predict_proba` was called on held-out rows, compares the probability of the positive class (of the
        predicted class, where there are more than two) with how often it came true, over ten bins of equal numbers of
        rows. The plain expected calibration error is above 0 by chance alone; here each bin's direction is taken from
        other rows than its size, so that calibrated probabilities have an error of 0 on average. A flag needs its 95 %
        interval above {max_error}. Values of `decision_function` are no probabilities and are left out.

    Why is this bad:
        Ranking and labels may be fine, but every use of the number itself is off: expected costs, thresholds chosen by
        costs, risks shown to people, probabilities of several models compared.

    Example:
        A logistic regression with `class_weight="balanced"` on 3 % fraud says 0.42 where 6 in 100 are fraud.

    How to fix:
        Calibrate with cross-validation. Class weights and resampling shift probabilities on purpose: fit without them
        and move the threshold instead, or calibrate afterwards.

    References:
        scikit-learn, Probability calibration, https://scikit-learn.org/stable/modules/calibration.html;
        Roelofs et al., Mitigating bias in calibration error estimation, AISTATS 2022, https://arxiv.org/abs/2012.08668;
        van den Goorbergh et al., The harm of class imbalance corrections for risk prediction models, JAMIA 2022,
        https://doi.org/10.1093/jamia/ocac093.
    """
    facts = record.calibration
    assert facts is not None and record.fit is not None
    if record.fit.estimator.family == "dummy":
        return not_applicable("The model is a dummy on purpose.")
    found = decided(facts.error)
    if found is None:
        return inconclusive("The interval of the calibration error is not known", "a hundred held-out rows")
    error, interval = found
    proof = evidence(
        limits,
        "max_error",
        statistic=f"expected calibration error of the {facts.of}, less what chance makes",
        value=error.value,
        rows=facts.rows,
        interval=interval,
        would_clear=f"an error whose interval reaches below {number(limits['max_error'])}",
        subjects=_bins(facts),
    )
    told = f"Probabilities are off by {number(error.value)} on average ({between(interval)}, {count(facts.rows)} rows)"
    if error.value <= limits["max_error"]:
        return passed(f"{told}.", evidence=proof)
    if interval.low <= limits["max_error"]:
        wanted = rows_for_width(facts.rows, interval.width, 2 * max(error.value - limits["max_error"], _NEAREST))
        return inconclusive(told, about_rows(wanted, facts.rows), evidence=proof)
    remedies = _remedies(record)
    return flagged(
        f"{told}: {_direction(facts, error.value)}. {_cause(record)}{remedies[0].text}",
        evidence=proof,
        remedies=remedies,
    )


def _told_bins(facts: CalibrationFacts) -> list[tuple[float, float, int]]:
    return [each for each in facts.bins if math.isfinite(each[0]) and math.isfinite(each[1]) and each[2] > 0]


def _bins(facts: CalibrationFacts) -> tuple[Subject, ...]:
    return worst_first(
        Subject(
            name=f"said {number(said)}",
            value=abs(happened - said),
            detail=f"came true in {percent(happened)} of {count(rows)} rows",
        )
        for said, happened, rows in _told_bins(facts)
    )


def _direction(facts: CalibrationFacts, error: float) -> str:
    """Whether they are too high, too low, or too extreme."""
    bins = _told_bins(facts)
    rows = sum(each[2] for each in bins)
    if not rows:
        return "they are not those of the outcomes"
    shift = sum(size * (happened - said) for said, happened, size in bins) / rows
    worst = max(bins, key=lambda each: abs(each[1] - each[0]))
    example = f"where they say {number(worst[0])}, {percent(worst[1])} come true"
    if abs(shift) < _SHIFTED * error:
        return f"some are too high and some too low; {example}"
    return f"they are too {'low' if shift > 0 else 'high'} as a whole; {example}"


def _cause(record: RunRecord) -> str:
    done = record.remedies
    if done.class_weight or done.sample_weight or done.resampling:
        return "Class weights or resampling shift them on purpose. "
    return ""


def _remedies(record: RunRecord) -> tuple[Remedy, ...]:
    assert record.fit is not None
    method = "isotonic" if record.fit.rows >= _ISOTONIC_ROWS else "sigmoid"
    calibrate = Remedy(
        text="Calibrate the probabilities by cross-validation.",
        code=f'CalibratedClassifierCV(model, method="{method}", cv=5).fit(X_train, y_train)',
    )
    look = Remedy(
        text="Look at the curve before and after.",
        code="CalibrationDisplay.from_estimator(model, X_test, y_test, n_bins=10, strategy='quantile')",
    )
    if not _cause(record):
        return (calibrate, look)
    threshold = Remedy(
        text="Or leave the weights out and move the threshold instead: the probabilities then stay true.",
        code='TunedThresholdClassifierCV(model, scoring="balanced_accuracy").fit(X_train, y_train)',
    )
    return (calibrate, threshold, look)

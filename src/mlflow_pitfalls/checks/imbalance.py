"""PF3: imbalanced data."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Link,
    Threshold,
    Verdict,
    check,
    flagged,
    not_applicable,
    passed,
)
from mlflow_pitfalls.checks.evidence import evidence
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import (
    accuracy_alone,
    imbalance_of,
)
from mlflow_pitfalls.checks.text import count, number, short
from mlflow_pitfalls.checks.trials import (
    balancing_remedies,
    best_trial,
    measure_remedy,
    trials_change_nothing,
    trials_in_words,
)
from mlflow_pitfalls.model.outcomes import Group, Subject
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Severity

_NEAREST = 0.02  # a recall nearer to the bound than this is taken to be this far, to name a number of rows


@check(
    name="class-imbalance",
    group=Group.IMBALANCE,
    severity=Severity.MEDIUM,
    severities=(Severity.LOW, Severity.MEDIUM, Severity.HIGH),
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.TRAIN_CLASSES),
    explained_by=("target-type-mismatch", "accuracy-paradox", Link("class-never-predicted", same_columns=True)),
    thresholds={
        "low": Threshold(
            5.0,
            "commonest : rarest class",
            "above it a flag of low severity, only where accuracy is all that was evaluated",
            "Azure AutoML: the smaller class at 20 % of the larger or less",
        ),
        "medium": Threshold(
            10.0,
            "commonest : rarest class",
            "above it medium severity",
            "SageMaker Debugger's class imbalance rule: 10",
        ),
        "high": Threshold(
            100.0, "commonest : rarest class", "above it high severity", "usual meaning of extreme imbalance: 1 %"
        ),
        "worth": Threshold(
            0.05,
            "balanced accuracy",
            "where all remedies that were tried certainly gain less than that, the imbalance costs nothing",
            "our choice: less is not worth a changed script",
        ),
    },
)
def class_imbalance(record: RunRecord, limits: Limits) -> Verdict:
    """One class of the training target is far rarer than another, and nothing was done about it.

    What it does:
        Counts the classes of the training target. More than {low} rows of the commonest class for each of the rarest is
        low, and only where accuracy is all that was evaluated; more than {medium} is medium, more than {high} is
        high. A class or sample weight, a resampling or a tuned decision threshold answers it. The ratio is between
        classes, so that ten classes of equal size are balanced.

        Where remedies were tried by cross-validation (a probe), the best one is named with what it gained; where all of
        them certainly gain less than {worth} in balanced accuracy, the imbalance costs nothing, and the check passes.

    Why is this bad:
        A model that is asked for few errors serves the common class and neglects the rare one, which is mostly the one
        that matters.

    Example:
        490 frauds among 50 000 payments: a logistic regression finds half of them, at 99.5 % accuracy.

    How to fix:
        Weight the classes or tune the decision threshold; both take seconds. Measure with average precision or balanced
        accuracy. Resample training rows only, after the split.

    References:
        He and Garcia, Learning from Imbalanced Data, IEEE TKDE 2009, https://doi.org/10.1109/TKDE.2008.239;
        scikit-learn, Tuning the decision threshold,
        https://scikit-learn.org/stable/modules/classification_threshold.html.
    """
    classes = imbalance_of(record.train.target if record.train else None)
    assert record.fit is not None
    if classes is None:
        return not_applicable("The training target has fewer than two classes with rows.")
    severity = _imbalance_severity(classes.ratio, accuracy_alone(record), limits)
    threshold = "low" if severity in (None, Severity.LOW) else severity.value
    proof = evidence(
        limits,
        threshold,
        statistic="rows of the commonest class for each row of the rarest",
        value=classes.ratio,
        rows=classes.rows,
        would_clear=f"a ratio of at most {number(limits[threshold])}, class or sample weights, or a tuned threshold",
        subjects=(Subject(name=classes.rarest.label, value=float(classes.rarest.count), detail="rows"),),
    )
    told = (
        f"{count(classes.rarest.count)} training rows of '{short(classes.rarest.label)}' against "
        f"{count(classes.commonest.count)} of '{short(classes.commonest.label)}' (1 : {number(classes.ratio)})"
    )
    if severity is None:
        return passed(f"{told}.", evidence=proof)
    if record.remedies.any:
        return passed(f"{told}, and the script answers it: {_done(record)}.", evidence=proof)
    if trials_change_nothing(record, limits["worth"]):
        return passed(f"{told}, but no remedy that was tried changes much: {trials_in_words(record)}.", evidence=proof)
    remedies = balancing_remedies(record)
    advice = best_trial(record) or (remedies or (measure_remedy(),))[0].text
    return flagged(
        f"{told}, and nothing is done about it. {advice}",
        evidence=proof,
        severity=severity,
        remedies=(*remedies, measure_remedy()),
    )


def _imbalance_severity(ratio: float, only_accuracy: bool, limits: Limits) -> Severity | None:
    if ratio > limits["high"]:
        return Severity.HIGH
    if ratio > limits["medium"]:
        return Severity.MEDIUM
    return Severity.LOW if ratio > limits["low"] and only_accuracy else None


def _done(record: RunRecord) -> str:
    done = {
        "class weights": record.remedies.class_weight,
        "sample weights": record.remedies.sample_weight,
        "resampling": record.remedies.resampling,
        "a tuned threshold": record.remedies.threshold_tuning,
    }
    return ", ".join(name for name, is_done in done.items() if is_done)

"""PF3: classes that the model never answers."""

from __future__ import annotations

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
from mlflow_pitfalls.checks.evidence import evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import held_out_metrics, recall_interval
from mlflow_pitfalls.checks.remedies import balance
from mlflow_pitfalls.checks.text import between, count, names, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import ClassScoreFacts, RunRecord
from mlflow_pitfalls.model.values import Interval, Severity

# What scikit-learn's functions and scorers that look at scores, not at predicted classes, are called.
_OF_SCORES = frozenset(
    {
        "roc_auc",
        "roc_auc_ovr",
        "roc_auc_ovr_weighted",
        "roc_curve",
        "det_curve",
        "average_precision",
        "precision_recall_curve",
        "log_loss",
        "neg_log_loss",
        "brier_score_loss",
        "neg_brier_score",
        "d2_log_loss",
        "d2_brier",
    }
)


@check(
    name="class-never-predicted",
    group=Group.IMBALANCE,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.CLASSIFICATION),
    explained_by=("target-type-mismatch", "no-lift", "accuracy-paradox"),
    thresholds={
        "max_predictions": Threshold(
            0.0, "predictions", "how often a class is answered, at most, to be called never predicted", "by definition"
        ),
        "min_rows": Threshold(
            10.0,
            "held-out rows",
            "rows of the class from which a recall of 0 says something",
            "0 of 10 found: recall below 0.28 (Wilson)",
        ),
    },
)
def class_never_predicted(record: RunRecord, limits: Limits) -> Verdict:
    """The model never answers one of the classes that it was trained on, though held-out rows belong to it.

    What it does:
        Counts what `predict` answers on the held-out rows. A class of the training target with at least {min_rows}
        held-out rows that is answered at most {max_predictions} times is flagged, with the upper bound of its recall
        (Wilson). With fewer rows of it, nothing can be said. Where the script evaluates rankings or probabilities only
        (ROC AUC, average precision, log loss …), `predict` is not what it uses, and the check passes.

    Why is this bad:
        That class does not exist for this model: each of its rows is an error, and its recall is 0. Average scores
        hide it, the more the rarer it is.

    Example:
        A logistic regression on 3 % defaults: no customer reaches a probability of 0.5, so that `predict` says
        "no default" 2 000 times, at 97 % accuracy.

    How to fix:
        Tune the decision threshold or weight the classes. If the class is not found even then, the features do not tell
        it from the others, or it has too few training rows.

    References:
        scikit-learn, Tuning the decision threshold for class prediction,
        https://scikit-learn.org/stable/modules/classification_threshold.html.
    """
    assert record.fit is not None
    if record.fit.estimator.family == "dummy":
        return not_applicable("The model is a dummy on purpose.")
    if not record.classes:
        return not_applicable("What the model answers on held-out rows is not known by class.")
    silent = [found for found in record.classes if _is_silent(found, limits)]
    certain = [found for found in silent if found.held_out_rows >= limits["min_rows"]]
    if not silent:
        return passed(f"{_count_classes(record)} predicted at least once on the held-out rows.")
    if not certain:
        most = max(silent, key=lambda found: found.held_out_rows)
        return inconclusive(
            f"'{short(most.label)}' is never predicted, but only {plural(most.held_out_rows, 'held-out row')} "
            "belong to it",
            f"{count(limits['min_rows'])} held-out rows of it",
        )
    metrics = held_out_metrics(record)
    if metrics and metrics <= _OF_SCORES:
        return passed(
            f"{names([found.label for found in certain])} never predicted at the default threshold, but only scores "
            f"are evaluated: {', '.join(sorted(metrics))}."
        )
    return _silent_flag(record, certain, limits)


def _is_silent(found: ClassScoreFacts, limits: Limits) -> bool:
    return found.is_trained and found.held_out_rows > 0 and found.predicted_rows <= limits["max_predictions"]


def _count_classes(record: RunRecord) -> str:
    return plural(sum(found.is_trained for found in record.classes), "class", "classes") + ", each"


def _silent_flag(record: RunRecord, silent: list[ClassScoreFacts], limits: Limits) -> Verdict:
    assert record.fit is not None
    worst = max(silent, key=lambda found: found.held_out_rows)
    recall = _recall(worst)
    rows = sum(found.held_out_rows for found in record.classes)
    fixes = balance(record.fit.estimator, record.task)
    advice = fixes[0].text if fixes else "Weight the classes."
    return flagged(
        f"{names([found.label for found in silent])} never predicted on {count(rows)} held-out rows, of which "
        f"{count(sum(found.held_out_rows for found in silent))} belong to it: recall 0, at most {number(recall.high)}. "
        f"{advice}",
        evidence=evidence(
            limits,
            "max_predictions",
            statistic=f"predictions of {short(worst.label)}",
            value=worst.predicted_rows,
            rows=worst.held_out_rows,
            would_clear="predictions of every class, by class weights or a tuned threshold",
            subjects=worst_first(
                Subject(
                    name=found.label,
                    value=float(found.held_out_rows),
                    severity=Severity.HIGH,
                    detail=f"held-out rows, of {percent(found.held_out_rows / rows)}; recall "
                    f"{between(_recall(found)) or number(0.0)}",
                )
                for found in silent
            ),
        ),
        remedies=(
            *fixes,
            Remedy(
                text="See for which rows that class is at least likely.",
                code="pd.DataFrame(model.predict_proba(X_test), columns=model.classes_).describe()",
            ),
        ),
    )


def _recall(found: ClassScoreFacts) -> Interval:
    estimate = recall_interval(found)
    return estimate.interval if estimate is not None and estimate.interval is not None else Interval(low=0.0, high=1.0)

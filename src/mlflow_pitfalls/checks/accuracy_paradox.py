"""PF3: accuracy that hides the rare class."""

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import (
    ACCURACY,
    Imbalance,
    accuracy_alone,
    evaluated_imbalance,
    held_out_metrics,
    metric_name,
    recall_interval,
)
from mlflow_pitfalls.checks.text import about_rows, between, number, percent, short
from mlflow_pitfalls.checks.trials import balancing_remedies, best_trial, measure_remedy
from mlflow_pitfalls.model.outcomes import Group
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

_NEAREST = 0.02  # a recall nearer to the bound than this is taken to be this far, to name a number of rows


@check(
    name="accuracy-paradox",
    group=Group.IMBALANCE,
    severity=Severity.HIGH,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.CLASSIFICATION),
    thresholds={
        "imbalance": Threshold(
            4.0,
            "commonest : rarest class",
            "below it accuracy is a fair yardstick",
            "at 1 : 4 a constant answer already reaches 80 % accuracy",
        ),
        "min_lift": Threshold(
            0.0, "accuracy", "what accuracy must exceed the majority share by", "a constant answer reaches that share"
        ),
        "min_recall": Threshold(
            0.5, "recall", "the rarest class's recall below which accuracy hides its failure", "a fair coin finds half"
        ),
        "good_skill": Threshold(
            0.9, "skill", "where the interval reaches this far up, the rows are too few to tell", "the no-lift check"
        ),
    },
)
def accuracy_paradox(record: RunRecord, limits: Limits) -> Verdict:
    """Accuracy is all that was evaluated on imbalanced classes, and it hides that the rare class is not found.

    What it does:
        Where the commonest class has more than {imbalance} rows for each row of the rarest, and accuracy is the only
        metric that the script evaluated, it flags when the rarest class's recall is below {min_recall} (its whole 95 %
        interval), or when the accuracy does not exceed the share of the commonest class (95 % interval, margin
        {min_lift}). Where that interval also reaches a good model (skill {good_skill}), the rows are too few to tell. A
        rare class that is demonstrably found (interval above {min_recall}) passes: then accuracy is a poor yardstick,
        but it hides no failure.

    Why is this bad:
        Always answering "no fraud" is 99 % accurate and finds no fraud. The number looks excellent, and the model is
        useless for what it was made for.

    Example:
        Yearly churn of 6 %: accuracy 0.94 on the test rows, as of a constant answer, and 3 of 60 churners found.

    How to fix:
        Report balanced accuracy, average precision or recall of the rare class beside accuracy; then weight the
        classes or tune the threshold until the rare class is found as often as the use asks for.

    References:
        Provost, Fawcett and Kohavi, The case against accuracy estimation, ICML 1998;
        scikit-learn, balanced_accuracy_score.
    """
    classes = evaluated_imbalance(record)
    if classes is None:
        return not_applicable("The classes of the evaluated rows are not known.")
    if classes.ratio <= limits["imbalance"]:
        return passed(f"Classes are even enough for accuracy: 1 : {number(classes.ratio)}.")
    if not accuracy_alone(record):
        metrics = ", ".join(sorted(held_out_metrics(record))) or "no held-out metric"
        return not_applicable(f"Accuracy is not all that was evaluated: {metrics}.")
    return _judge_accuracy(record, classes, limits)


def _judge_accuracy(record: RunRecord, classes: Imbalance, limits: Limits) -> Verdict:
    """The rarest class's recall decides where it can; accuracy against a constant answer otherwise."""
    accuracy = _accuracy(record)
    recall = _rarest_recall(record, classes)
    if recall is not None and recall[1].low > limits["min_recall"]:
        return passed(
            f"The rarest class is found: recall {number(recall[0].value)} ({between(recall[1])}); accuracy alone does "
            "not show it."
        )
    if recall is not None and recall[1].high < limits["min_recall"]:
        return _paradox(record, classes, accuracy, recall, by_recall=True, limits=limits)
    if accuracy is None:
        return inconclusive("The accuracy's interval is not known", "predictions on a few dozen held-out rows")
    if accuracy[1].low > classes.majority_share + limits["min_lift"]:
        return _undecided_recall(accuracy, recall, limits)
    good = classes.majority_share + limits["good_skill"] * (1.0 - classes.majority_share)
    if accuracy[1].high >= good:
        rows = rows_for_width(accuracy[0].rows, accuracy[1].width, 1.0 - classes.majority_share)
        return inconclusive(
            f"Accuracy {number(accuracy[0].value)} ({between(accuracy[1])}) cannot be told from the commonest class's "
            f"share of {number(classes.majority_share)}, nor from a good model's",
            f"{about_rows(rows, accuracy[0].rows)}, or the recall of each class",
        )
    return _paradox(record, classes, accuracy, recall, by_recall=False, limits=limits)


def _accuracy(record: RunRecord) -> tuple[Estimate, Interval] | None:
    score = next((found for found in record.scores if metric_name(found.metric, record.task) == ACCURACY), None)
    return decided(score.held_out) if score else None


def _rarest_recall(record: RunRecord, classes: Imbalance) -> tuple[Estimate, Interval] | None:
    facts = next((found for found in record.classes if found.label == classes.rarest.label), None)
    return decided(recall_interval(facts)) if facts else None


def _undecided_recall(
    accuracy: tuple[Estimate, Interval], recall: tuple[Estimate, Interval] | None, limits: Limits
) -> Verdict:
    told = f"Accuracy {number(accuracy[0].value)} ({between(accuracy[1])}) beats the commonest class's share"
    if recall is None:
        return passed(f"{told}.")
    rows = rows_for_width(
        recall[0].rows, recall[1].width, max(abs(recall[0].value - limits["min_recall"]), _NEAREST) * 2
    )
    return inconclusive(
        f"{told}, but the rarest class's recall {number(recall[0].value)} ({between(recall[1])}) may be on either side "
        f"of {number(limits['min_recall'])}",
        about_rows(rows, recall[0].rows, "held-out rows of that class"),
    )


def _paradox(
    record: RunRecord,
    classes: Imbalance,
    accuracy: tuple[Estimate, Interval] | None,
    recall: tuple[Estimate, Interval] | None,
    *,
    by_recall: bool,
    limits: Limits,
) -> Verdict:
    told = f"{number(accuracy[0].value)} ({between(accuracy[1])})" if accuracy else "what was evaluated"
    found = f"; '{short(classes.rarest.label)}' is found in {percent(recall[0].value)} of its rows" if recall else ""
    if by_recall and recall:
        proof = evidence(
            limits,
            "min_recall",
            statistic=f"recall of {short(classes.rarest.label)}",
            value=recall[0].value,
            rows=recall[0].rows,
            interval=recall[1],
            would_clear=f"a recall above {number(limits['min_recall'])}, or a metric that the rare class counts in",
        )
    else:
        assert accuracy is not None
        margin = classes.majority_share
        proof = evidence(
            limits,
            "min_lift",
            statistic="accuracy minus the commonest class's share",
            value=accuracy[0].value - margin,
            rows=accuracy[0].rows,
            interval=Interval(low=accuracy[1].low - margin, high=accuracy[1].high - margin),
            would_clear="an accuracy above the commonest class's share, or a metric that the rare class counts in",
        )
    assert record.fit is not None
    tried = best_trial(record)
    advice = f" {tried}" if tried else " and weight the classes."
    return flagged(
        f"Accuracy is {told}, while always answering '{short(classes.commonest.label)}' gives "
        f"{number(classes.majority_share)} at 1 : {number(classes.ratio)}{found}. Report balanced accuracy or average "
        f"precision as well{'.' if tried else ','}{advice}",
        evidence=proof,
        remedies=(measure_remedy(), *balancing_remedies(record)),
    )

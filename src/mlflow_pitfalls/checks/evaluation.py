"""PF5: was the model measured on rows that it did not see, and on enough of them?"""

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
from mlflow_pitfalls.checks.evidence import decided, evidence, rows_for_width, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import between, count, number, percent, plural, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate, Interval, Role, Severity, Task

_WITHOUT_HELD_OUT = frozenset({Task.CLUSTERING, Task.UNKNOWN})
_NO_SPREAD_EVENTS = 3.0  # "rule of three": no error in n rows still allows an error rate of 3 / n


@check(
    name="no-held-out-score",
    group=Group.ACCURACY,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT,),
    thresholds={
        "min_evaluations": Threshold(
            1, "evaluations", "scores on rows that the fit did not see", "one is needed to know anything"
        ),
    },
)
def no_held_out_score(record: RunRecord, limits: Limits) -> Verdict:
    """The run was never evaluated on rows that its fit did not see.

    What it does:
        Follows the rows of each `score`, metric and cross-validation call back to the fit. Fewer than
        {min_evaluations} evaluations on unseen rows is flagged. Cross-validation and searches count, and so does a
        score that was computed for the run from the other side of its split. Where unseen rows were predicted, but not
        scored by a call that can be followed, it is inconclusive.

    Why is this bad:
        A training score says how well the model remembers. Nothing is known about what it is for.

    Example:
        `model.fit(X, y)` and `model.score(X, y)`: 0.99, of rows learned by heart.

    How to fix:
        Keep rows aside, or cross-validate.

    References:
        scikit-learn, Cross-validation: evaluating estimator performance,
        https://scikit-learn.org/stable/modules/cross_validation.html.
    """
    assert record.fit is not None
    if record.task in _WITHOUT_HELD_OUT:
        return not_applicable("The task has no target to be scored against.")
    held_out = sum(evaluation.role is Role.HELD_OUT for evaluation in record.evaluations)
    folds = len(record.cross_validations) + record.fit.estimator.is_search
    found = held_out + folds
    if found >= limits["min_evaluations"]:
        kind = f"{plural(held_out, 'evaluation')} on held-out rows"
        crossed = f"{plural(folds, 'cross-validation')}"
        return passed(f"{kind}, {crossed}." if held_out and folds else f"{kind if held_out else crossed}.")
    score = record.primary_score
    measured = usable(score.held_out) if score else None
    if score and measured and score.computed_by == "us":
        return passed(
            f"The script did not evaluate on held-out rows; computed for it from the split's other side: "
            f"{score.metric} {number(measured.value)} on {count(measured.rows)} rows."
        )
    others = [evaluation for evaluation in record.evaluations if evaluation.role is not Role.TRAIN]
    if others:
        mixed = sum(evaluation.role is Role.MIXED for evaluation in others)
        return inconclusive(
            f"{plural(len(others), 'evaluation')} could not be told apart from the training rows"
            + (f" ({count(mixed)} on rows of both sides)" if mixed else ""),
            "a split that can be followed, such as train_test_split",
        )
    trained = len(record.evaluations)
    unseen = record.split.held_out_rows if record.split is not None else 0
    if unseen and not trained:  # as where the script computes its score by itself
        return inconclusive(
            f"{count(unseen)} rows that the fit did not see were set aside, but no score of theirs could be followed",
            "score(), or a function of sklearn.metrics, on them",
        )
    return flagged(
        f"{count(found)} evaluations on rows that the fit did not see"
        + (f", {count(trained)} on its training rows" if trained else "")
        + f" ({count(record.fit.rows)} rows were fitted). Keep a fifth of the rows aside, or cross-validate.",
        evidence=evidence(
            limits,
            "min_evaluations",
            statistic="evaluations on unseen rows",
            value=found,
            rows=record.fit.rows,
            would_clear="one score on held-out rows, or a cross-validation",
        ),
        remedies=_evaluate_remedies(record.task),
    )


def _evaluate_remedies(task: Task) -> tuple[Remedy, ...]:
    stratify = ", stratify=y" if task.is_classification else ""
    return (
        Remedy(text="Cross-validate: every row is held out once.", code="cross_val_score(model, X, y, cv=5)"),
        Remedy(
            text="Or keep rows aside before fitting.",
            code=f"X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2{stratify}, random_state=0)",
        ),
    )


@check(
    name="test-set-too-small",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    severities=(Severity.LOW, Severity.MEDIUM),
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    thresholds={
        "low": Threshold(
            0.10, "share of the metric's range", "width of the held-out score's 95 % interval", "±5 points of accuracy"
        ),
        "medium": Threshold(
            0.20, "share of the metric's range", "width from which it may be medium", "±10 points of accuracy"
        ),
        "coarse": Threshold(
            0.50,
            "skill",
            "width from which it is medium, where even the way from a dummy to perfection is hardly resolved",
            "our choice: half of that way; below it, the rows do tell a good model from a fair one",
        ),
    },
)
def test_set_too_small(record: RunRecord, limits: Limits) -> Verdict:
    """The held-out score is so uncertain that it can hardly tell two models apart.

    What it does:
        Takes the width of the held-out score's 95 % interval, as a share of the metric's range (of the way from dummy
        to perfect where the metric has no lower end, such as R²). Wider than {low} is low; the message gives the rows
        that it would take. Wider than {medium} is medium where the rows fail at the least that they are for: the
        skill's interval reaches down to a dummy's 0, or spans more than {coarse} of the way from a dummy to perfection.
        R² of a hundred rows is seldom known better than to a fifth, and may still tell good models from poor ones.

    Why is this bad:
        Models are chosen by differences smaller than this. The best of ten such scores is mostly the luckiest.

    Example:
        30 held-out rows, 26 right: 0.87, but anything from 0.70 to 0.95 fits.

    How to fix:
        Cross-validate, which uses every row as a test row once, or hold out more rows.

    References:
        Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953; Varoquaux, Cross-validation failure: small sample
        sizes lead to large error bars, NeuroImage 2018, https://doi.org/10.1016/j.neuroimage.2017.06.061.
    """
    score = record.primary_score
    assert score is not None
    held_out = usable(score.held_out)
    if held_out is None:
        return not_applicable("There is no held-out score.")
    relative = _relative(score)
    if relative is None:
        return inconclusive(
            f"The interval of {score.metric} {number(held_out.value)} ({count(held_out.rows)} test rows) is not known",
            "a few dozen held-out rows",
        )
    estimate, interval, width, scale = relative
    is_medium = width > limits["medium"] and _is_coarse(score, limits)
    threshold = "medium" if is_medium else "low"
    rows = rows_for_width(estimate.rows, width, limits["low"])
    proof = evidence(
        limits,
        threshold,
        statistic=f"width of the 95 % interval of {scale}, of its range",
        value=width,
        rows=estimate.rows,
        interval=interval,
        would_clear=f"about {count(rows)} held-out rows, or cross-validation",
    )
    told = f"{scale} {number(estimate.value)} on {count(estimate.rows)} held-out rows ({between(interval)})"
    if width <= limits["low"]:
        return passed(f"{told}: precise to {percent(width)} of its range.", evidence=proof)
    return flagged(
        f"{told} is known to {percent(width)} of its range only (limit {percent(limits['low'])}): cross-validate, or "
        f"hold out about {count(rows)} rows.",
        evidence=proof,
        severity=Severity.MEDIUM if is_medium else Severity.LOW,
        remedies=(
            Remedy(text="Cross-validate: every row is a test row once.", code="cross_val_score(model, X, y, cv=10)"),
            Remedy(text=f"Or hold out about {count(rows)} rows, where there are as many to spare."),
        ),
    )


def _is_coarse(score: ScoreFacts, limits: Limits) -> bool:
    """Whether the rows cannot tell the model from a dummy, or hardly a good one from a fair one; yes where unknown."""
    found = decided(score.skill)
    return found is None or found[1].low <= 0.0 or found[1].width > limits["coarse"]


def _relative(score: ScoreFacts) -> tuple[Estimate, Interval, float, str] | None:
    """Estimate, interval, width as a share of the range, and what it is of; None where no interval is known."""
    if score.worst is not None and score.perfect > score.worst:
        found = decided(score.held_out)
        scale, span = short(score.metric), score.perfect - score.worst
    else:
        found = decided(score.skill)
        scale, span = f"skill in {short(score.metric)}", 1.0
    if found is None:
        return None
    estimate, interval = found
    width = interval.width / span
    if width <= 0 and estimate.rows:  # a bootstrap of rows that are all right has no spread
        width = min(1.0, _NO_SPREAD_EVENTS / estimate.rows)
    return estimate, interval, width, scale

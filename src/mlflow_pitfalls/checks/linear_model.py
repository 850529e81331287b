"""PF1: is a complex model the right tool, where a linear one does as well?"""

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
from mlflow_pitfalls.checks.complexity import is_complex
from mlflow_pitfalls.checks.evidence import decided, evidence, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.probed import untold, wanted_rows
from mlflow_pitfalls.checks.text import between, count, number, seconds, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import AlternativeFitFacts, RunRecord
from mlflow_pitfalls.model.values import Severity, Task

PROBE = "linear"


@check(
    name="linear-suffices",
    group=Group.TOOL,
    severity=Severity.LOW,
    cost=Cost.PROBE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=("no-lift", "target-leakage"),
    thresholds={
        "margin": Threshold(
            0.02,
            "skill",
            "what a linear model may certainly lose, at most, and still count as good enough",
            "our choice: two points of the way from a dummy to perfection",
        ),
    },
)
def linear_suffices(record: RunRecord, limits: Limits) -> Verdict:
    """A regularised linear model does as well on the same held-out rows as the complex model.

    What it does:
        Fits a regularised linear model to (a sample of) the same training rows, numbers scaled and categories spread,
        and compares the two on the same held-out rows. A flag asks for the whole 95 % interval of the difference to
        lie above −{margin} in skill: certainly no worse than by that margin, rather than merely "not significantly
        worse", which every small test set would say. A linear model that was fitted to fewer rows than the complex one
        has the harder task, and its claim is the safer.

    Why is this bad:
        Nothing is wrong with the result. But the linear model trains in seconds, predicts in microseconds, can be read,
        explained and checked, and drifts more gently; the complexity buys nothing for its cost.

    Example:
        Gradient boosting on the diagnosis of tumours: ROC AUC 0.991. A logistic regression on the same rows: 0.996.

    How to fix:
        Take the linear model, or keep it as the baseline that the complex one has to beat. More rows, or features that
        interact, may bring the two apart.

    References:
        Rules of Machine Learning, rule 4: keep the first model simple (Google);
        Rudin, Stop explaining black box machine learning models for high stakes decisions, Nature Machine Intelligence
        2019; Piaggio et al., Reporting of noninferiority and equivalence randomized trials, JAMA 2012.
    """
    assert record.fit is not None and record.primary_score is not None
    estimator = record.fit.estimator
    if not is_complex(estimator):
        return not_applicable(f"{short(estimator.final_class_name)} is a simple model itself.")
    metric = record.primary_score.metric
    linear = next((found for found in record.alternatives if found.kind == "linear" and found.metric == metric), None)
    if linear is None:
        return untold(record, PROBE)
    gain = decided(linear.gain_skill)
    own, other = usable(record.primary_score.held_out), usable(linear.score)
    if gain is None or own is None or other is None:
        return not_applicable("The two models' difference in skill, with its interval, is not known.")
    told = (
        f"{metric} on {count(gain[0].rows)} held-out rows: {short(estimator.final_class_name)} {number(own.value)}, "
        f"{short(linear.description)} {number(other.value)} (difference in skill {number(gain[0].value)}, "
        f"{between(gain[1])})"
    )
    proof = evidence(
        limits,
        "margin",
        statistic="the linear model's held-out skill minus the model's, paired over rows",
        value=gain[0].value,
        rows=gain[0].rows,
        interval=gain[1],
        would_clear=f"a difference in skill whose interval reaches below −{number(limits['margin'])}",
    )
    if gain[1].low > -limits["margin"]:
        return flagged(
            f"{told}: at most {number(limits['margin'])} lost. {_cost(record, linear)}Try the linear model first.",
            evidence=proof,
            remedies=_remedies(record.task),
        )
    if gain[1].high < 0:
        return passed(f"{told}: the complexity pays.", evidence=proof)
    return inconclusive(told, wanted_rows(gain[0].rows, gain[0].value, gain[1], limits["margin"]), evidence=proof)


def _cost(record: RunRecord, linear: AlternativeFitFacts) -> str:
    assert record.fit is not None
    if not linear.seconds:
        return ""
    return (
        f"It took {seconds(linear.seconds)} on {count(linear.rows)} rows, "
        f"the model {seconds(record.fit.seconds)} on {count(record.fit.rows)}. "
    )


def _remedies(task: Task) -> tuple[Remedy, ...]:
    model = "RidgeCV()" if task is Task.REGRESSION else "LogisticRegression(max_iter=1000)"
    return (
        Remedy(
            text="Take the linear model, or log it as the baseline to beat.",
            code=f"make_pipeline(StandardScaler(), {model}).fit(X_train, y_train)",
        ),
        Remedy(text="Keep the complex model only where something that is not in this score speaks for it."),
    )

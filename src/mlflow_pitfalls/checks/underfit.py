"""PF5: accuracy not good enough, because the model follows too little of its training rows."""

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
from mlflow_pitfalls.checks.complexity import held_back_by
from mlflow_pitfalls.checks.evidence import certain, decided, evidence, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.remedies import enrich, enrich_in_words
from mlflow_pitfalls.checks.text import between, names, number, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Severity


@check(
    name="underfit",
    group=Group.ACCURACY,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=("no-lift", "not-converged"),
    thresholds={
        "max_skill": Threshold(
            0.3,
            "skill",
            "training skill below which a model has learned little",
            "our choice: under a third of the way",
        ),
        "max_gap": Threshold(
            0.15, "skill", "a gap that may exceed it is no matter of too little fitting", "the overfit check's wide gap"
        ),
    },
)
def underfit(record: RunRecord, limits: Limits) -> Verdict:
    """The model does poorly even on the rows that it was trained on, and there was more to learn.

    What it does:
        Asks for a training skill whose 95 % interval lies below {max_skill}, and a gap whose interval lies below
        {max_gap}. Low on both sides may also be all that the data hold. So a flag asks for evidence of more: a richer
        fit on the same rows that scores better, a single column whose rule does better than the whole model, or a
        setting that would hold any model back. Without it the answer is inconclusive.

    Why is this bad:
        The model leaves accuracy on the table that the data would give.

    Example:
        A linear model on a wave reaches R² 0.08; the mean by tenths of the same column reaches 0.85.

    How to fix:
        Loosen the regularisation, add features that show the bend (products, logarithms, splines), or take a richer
        model.

    References:
        Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2.9 and 7.3.
    """
    score = record.primary_score
    assert score is not None and record.fit is not None
    train, gap = decided(score.train_skill), decided(score.gap_skill)
    if train is None or gap is None:
        return not_applicable("The training skill and the gap, with their intervals, are not known.")
    proof = evidence(
        limits,
        "max_skill",
        statistic=f"training skill in {score.metric}",
        value=train[0].value,
        rows=train[0].rows,
        interval=train[1],
        would_clear=f"a training skill that may reach {number(limits['max_skill'])}",
    )
    told = f"Training skill {number(train[0].value)} ({between(train[1])}), gap {number(gap[0].value)}"
    if train[1].high >= limits["max_skill"] or gap[1].high >= limits["max_gap"]:
        return passed(f"{told}.", evidence=proof)
    reason = _more_to_learn(record, score)
    remedies = _underfit_remedies(record)
    if not reason:
        return inconclusive(
            f"{told}: low on both sides, by too simple a model or because the data hold no more",
            "a richer fit on the same rows",
            evidence=proof,
        )
    return flagged(
        f"{told}: low on both sides (limit {number(limits['max_skill'])}), while {reason}: try "
        f"{enrich_in_words(record.fit.estimator)}.",
        evidence=proof,
        remedies=remedies,
    )


def _more_to_learn(record: RunRecord, score: ScoreFacts) -> str:
    """The evidence that the data hold more than the model learned, in words; empty where there is none."""
    assert record.fit is not None
    richer = next(
        (
            found
            for found in record.alternatives
            if found.kind == "richer" and found.metric == score.metric and certain(found.gain, 0.0)
        ),
        None,
    )
    if richer is not None:
        return f"{short(richer.description)} scores {number(richer.gain.value)} better on the same rows"
    settings = held_back_by(record.fit.estimator)
    if settings:
        return f"{', '.join(short(text) for text in settings)} holds the model back"
    model = usable(score.skill)
    better = [
        facts
        for facts in record.single_features
        if model and facts.metric == score.metric and certain(facts.skill, max(0.0, model.value))
    ]
    if not better:
        return ""
    best = max(better, key=lambda facts: facts.skill.value)
    return f"{names([best.column])} alone reaches skill {number(best.skill.value)} ({between(best.skill.interval)})"


def _underfit_remedies(record: RunRecord) -> tuple[Remedy, ...]:
    assert record.fit is not None
    return (
        *enrich(record.fit.estimator),
        Remedy(
            text="Give a linear model the bend of its columns.",
            code="model = make_pipeline(SplineTransformer(), model)",
        ),
    )

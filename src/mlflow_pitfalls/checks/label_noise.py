"""PF2: labels that contradict what the other rows teach."""

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
from mlflow_pitfalls.checks.remedies import simplify
from mlflow_pitfalls.checks.signal import NOTHING_TO_LEARN
from mlflow_pitfalls.checks.text import about_rows, between, count, number, percent, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.record import LabelNoiseFacts, RunRecord
from mlflow_pitfalls.model.values import Severity


@check(
    name="label-noise",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.PROBE,
    needs=(Fact.FIT, Fact.CLASSIFICATION, Fact.LABEL_NOISE),
    explained_by=(NOTHING_TO_LEARN, "conflicting-labels"),
    thresholds={
        "max_share": Threshold(
            0.03,
            "share of the labels",
            "what the share of wrong labels must exceed, with its interval",
            "Northcutt et al. 2021 found 3.3 % on average in ten well-known test sets",
        ),
        "min_skill": Threshold(
            0.1,
            "skill",
            "what the skill of the out-of-fold predictions must exceed, with its interval",
            "our choice: where a model hardly beats a dummy, its contradictions say nothing about the labels",
        ),
        "own_part": Threshold(
            0.5,
            "share of the errors",
            "least part of the model's errors that wrong labels must make up",
            "our choice: below it the target is hard before it is noisy, and the two cannot be told apart",
        ),
    },
)
def label_noise(record: RunRecord, limits: Limits) -> Verdict:
    """More labels contradict what the other rows teach than the model's own errors explain.

    What it does:
        Predicts a sample of the training rows out of fold with the smoothest of a few quick models (penalised
        logistic regressions and a forest, the one with the least log loss). A sound model errs less where it is surer;
        wrong labels do not care how sure it is, and put a floor under its error. A curve that falls with the model's
        log odds is fitted to the errors together with such a floor; a flag means that the 95 % interval of the floor
        lies above {max_share}.

        The probabilities alone could not tell: a model that learned from noisy labels knows how often it will be
        contradicted. Where errors certainly still fall among the surest rows, or the floor makes up less than
        {own_part} of the errors, the target is hard, and hard rows cannot be told from wrong labels: inconclusive. A
        model whose skill does not exceed {min_skill} says nothing about labels (labels at random are `no-lift`).

    Why is this bad:
        The model spends its freedom on wrong labels, and the held-out score is capped by those on the other side: a
        perfect model would seem to err.

    Example:
        Every tenth diagnosis of 569 tumours swapped: out of fold, a logistic regression errs on 12 % of the rows, and
        just as often on those that it is surest of. On the true labels it errs on 2 %, all near its boundary.

    How to fix:
        Look at the contradicted rows first: wrong joins, swapped codes and outdated labels show at a glance. Correct
        or drop them, on the test side too. Until then prefer a model that cannot follow single rows. Exceptions that
        no feature can know look the same: then nothing is wrong but the features.

    References:
        Northcutt, Jiang and Chuang, Confident learning, JAIR 2021, https://doi.org/10.1613/jair.1.12125;
        Liu and Tao, Classification with noisy labels by importance reweighting, IEEE TPAMI 2016,
        https://doi.org/10.1109/TPAMI.2015.2456899;
        Northcutt, Athalye and Mueller, Pervasive label errors in test sets, NeurIPS 2021.
    """
    facts = record.label_noise
    assert facts is not None
    skill, found = decided(facts.skill), decided(facts.excess)
    if skill is None or found is None:
        return inconclusive("The out-of-fold errors could not be measured", "a few hundred training rows of each class")
    if skill[1].low <= limits["min_skill"]:
        return not_applicable(
            f"Out of fold, {short(facts.model)} has too little skill to contradict labels: {number(skill[0].value)} "
            f"({between(skill[1])})."
        )
    floor, interval = found
    proof = evidence(
        limits,
        "max_share",
        statistic="share of the labels that are contradicted however sure the model is",
        value=floor.value,
        rows=facts.rows,
        interval=interval,
        would_clear=f"a share whose interval reaches below {percent(limits['max_share'])}",
    )
    told = f"{percent(floor.value)} of the labels ({_range(interval.low, interval.high)})"
    if floor.value <= limits["max_share"]:
        return passed(f"No more than {told} contradict what the other rows teach.", evidence=proof)
    if interval.low <= limits["max_share"]:
        rows = rows_for_width(facts.rows, interval.width, 2 * (floor.value - limits["max_share"]))
        return inconclusive(f"{told} may be wrong, or just hard", about_rows(rows, facts.rows, "rows"), evidence=proof)
    if facts.is_falling or floor.value < limits["own_part"] * facts.error_share:
        return inconclusive(
            f"Out of fold, {short(facts.model)} errs on {percent(facts.error_share)} of the rows, mostly where it is "
            "unsure: wrong labels cannot be told from hard rows",
            "features that tell more, or a second opinion on the labels of some rows",
            evidence=proof,
        )
    return flagged(
        f"About {told} contradict what the other rows teach. {_suspects(facts)} Look at those first.",
        evidence=proof,
        remedies=_remedies(record, floor.value),
    )


def _range(low: float, high: float) -> str:
    return f"95 % CI {percent(low)} to {percent(high)}"


def _suspects(facts: LabelNoiseFacts) -> str:
    sure = facts.share.rows
    return (
        f"Of {count(sure)} rows that {short(facts.model)} is sure of, out of fold, {count(facts.suspects)} carry "
        f"another label, where its own errors explain {count(facts.expected_share * sure)}."
    )


def _remedies(record: RunRecord, share: float) -> tuple[Remedy, ...]:
    assert record.fit is not None
    return (
        Remedy(
            text="Look at the rows whose label the other rows contradict; correct or drop what is wrong.",
            code="suspects = X_train[cross_val_predict(model, X_train, y_train, cv=5) != y_train]",
        ),
        *simplify(record.fit.estimator)[:1],
        Remedy(
            text=f"Read the score with this in mind: if the test labels are as noisy, a perfect model reaches about "
            f"{percent(max(0.0, 1.0 - share))} accuracy."
        ),
    )

"""PF1: a score that leaves nothing to explain."""

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
from mlflow_pitfalls.checks.evidence import certain, decided, evidence, rows_for_width, usable
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import is_share
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number
from mlflow_pitfalls.model.outcomes import Evidence, Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts, SingleFeatureFacts
from mlflow_pitfalls.model.values import Estimate, Severity, Task

_R2 = "r2"
_SUSPECTS = 3


@check(
    name="too-good-to-be-true",
    group=Group.TOOL,
    severity=Severity.MEDIUM,
    cost=Cost.FREE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=(
        "target-leakage",
        "train-test-overlap",
        "simple-rule-suffices",
        "resample-before-split",
        "preprocess-before-split",
    ),
    thresholds={
        "near_perfect": Threshold(
            0.995, "score", "what the held-out score's lower bound must reach", "our choice: one mistake in 200"
        ),
        "far_from_dummy": Threshold(
            0.99,
            "skill",
            "what the lower bound of the skill must reach: a dummy is far from it, and rankings are not saturated",
            "our choice: 99 % of the way from a dummy to perfection; an AUC of 0.995",
        ),
        "one_column": Threshold(
            0.8,
            "skill",
            "in classification, what a single column must certainly reach for the score to be suspect",
            "as in target-leakage; honest classes that many columns tell apart are nothing rare",
        ),
    },
)
def too_good_to_be_true(record: RunRecord, limits: Limits) -> Verdict:
    """The held-out score is next to perfect, and the columns do not look as if they could know so much.

    What it does:
        Asks for a held-out score whose 95 % interval lies above {near_perfect} of a perfect 1, and for a skill above
        {far_from_dummy}: a dummy is far from it. Accuracy, F1, AUC and their kin count, and R².

        In regression that alone is flagged. Measures have noise; a number that columns tell to half a per cent was
        computed from them (add them up, and spare the model) or they from it. In classification honest data can be
        that clear: nearest neighbours make no mistake on 2 000 mushrooms. There it is flagged only where a single
        column certainly reaches {one_column} in skill, so that the knowledge sits in one place, and is inconclusive
        where it is spread over many columns. What explains the score (`target-leakage`, `train-test-overlap`,
        `simple-rule-suffices`, steps before the split) comes first.

    Why is this bad:
        A score that cannot be is the commonest sign of a column that is filled in after the outcome, or of rows that
        stand on both sides. The model is then worth nothing on its first day.

    Example:
        R² 1.00 for the number of rented bikes: the columns `casual` and `registered` add up to it, though neither is a
        copy of it.

    How to fix:
        Drop the suspects one by one and see which of them the score needs; ask when, and from what, each is filled.

    References:
        Kaufman et al., Leakage in data mining, ACM TKDD 2012, https://doi.org/10.1145/2382577.2382579.
    """
    score = record.primary_score
    assert score is not None
    if not (is_share(score) or score.metric == _R2):
        return not_applicable(f"{score.metric} has no scale on which a score would be too good.")
    found, skill = decided(score.held_out), usable(score.skill)
    if found is None or skill is None:
        return inconclusive("The held-out score, its interval or the dummy's is not known", "a held-out side")
    held_out, interval = found
    floor = limits["near_perfect"]
    told = f"{score.metric} {number(held_out.value)} ({between(interval)}) on {count(held_out.rows)} held-out rows"
    if held_out.value < floor or skill.value < limits["far_from_dummy"]:
        return passed(f"Not too good: {told}, skill {number(skill.value)}.")
    suspects = _suspects(record)
    proof = _proof(score, held_out, suspects, limits)
    if interval.low < floor or certain(skill, limits["far_from_dummy"]) is None:
        rows = rows_for_width(held_out.rows, interval.width, 1.0 - floor)
        return inconclusive(
            f"Next to perfect, but perhaps by luck: {told}",
            about_rows(rows, held_out.rows),
            evidence=proof,
        )
    if record.task is not Task.REGRESSION and not _in_one_place(suspects, limits):
        return inconclusive(
            f"Next to perfect: {told}. No single column knows so much; clear honest classes and a leak spread over "
            "several columns look alike",
            "knowing that every column is there before the prediction is due",
            evidence=proof,
        )
    return _flagged(record, told, proof, suspects)


def _flagged(record: RunRecord, told: str, proof: Evidence, suspects: list[SingleFeatureFacts]) -> Verdict:
    listed = [facts.column for facts in suspects]
    shown = ", ".join(f"{names([facts.column])} (alone {number(facts.skill.value)})" for facts in suspects)
    why = (
        "a measured number has noise, so this one was computed from the columns, or they from it"
        if record.task is Task.REGRESSION
        else "one column knows nearly all of it"
    )
    look = f" Look first at {shown}." if shown else ""
    drop = (
        f"X_train, X_test = (X.drop(columns={listed[:1]!r}) for X in (X_train, X_test))  # and fit again"
        if listed
        else ""
    )
    return flagged(
        f"Too good to be true: {told}; {why}.{look}",
        evidence=proof,
        remedies=(
            Remedy(text="Drop the suspects one by one, and see which of them the score needs.", code=drop),
            Remedy(text="Ask when, and from what, each of them is filled in; what comes after the outcome must go."),
            Remedy(text="If the target is computed from known columns, compute it: no model is needed."),
        ),
    )


def _proof(score: ScoreFacts, held_out: Estimate, suspects: list[SingleFeatureFacts], limits: Limits) -> Evidence:
    return evidence(
        limits,
        "near_perfect",
        statistic=f"held-out {score.metric}",
        value=held_out.value,
        rows=held_out.rows,
        interval=held_out.interval,
        would_clear="a score that stays where the suspects are dropped, or knowing that they are filled in before",
        subjects=tuple(
            Subject(
                name=facts.column,
                value=facts.skill.value,
                interval=found[1] if (found := decided(facts.skill)) else None,
                detail="skill of this column alone",
            )
            for facts in suspects
        ),
    )


def _suspects(record: RunRecord) -> list[SingleFeatureFacts]:
    known = [facts for facts in record.single_features if usable(facts.skill) is not None and facts.skill.value > 0]
    return sorted(known, key=lambda facts: -facts.skill.value)[:_SUSPECTS]


def _in_one_place(suspects: list[SingleFeatureFacts], limits: Limits) -> bool:
    return any(certain(facts.skill, limits["one_column"]) is not None for facts in suspects)

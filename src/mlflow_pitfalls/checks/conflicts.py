"""PF2: equal rows with different answers."""

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
from mlflow_pitfalls.checks.evidence import beyond_chance, evidence, share_interval
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import resampled_training, shows_lift
from mlflow_pitfalls.checks.text import count, percent, short
from mlflow_pitfalls.model.outcomes import Group, Remedy
from mlflow_pitfalls.model.profile import ConflictFacts
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval, Severity


@check(
    name="conflicting-labels",
    group=Group.DATA,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.CLASSIFICATION, Fact.CONFLICTS),
    explained_by=("target-type-mismatch",),
    thresholds={
        "max_share": Threshold(
            0.01, "share of rows beyond chance", "rows that may contradict others of equal features", "our choice"
        ),
        "chance_factor": Threshold(
            2.0,
            "times the share expected by chance",
            "how far the conflicts must exceed chance, as columns that go together repeat more often",
            "our choice: as in duplicate-rows",
        ),
    },
)
def conflicting_labels(record: RunRecord, limits: Limits) -> Verdict:
    """Training rows are equal in every feature, and have different classes.

    What it does:
        Groups the training rows by equal features, and counts in each group the rows that have another class than most
        of it: these would have to change. A table of a few discrete columns has many such groups by nature, as
        different things agree in all of them: as many conflicts as the columns' values make by chance are expected. The
        lower bound of the share's 95 % interval must exceed chance by {max_share}, and be {chance_factor} times chance.
        Numbers as a target differ by noise, and are not looked at; nor are rows that were resampled on purpose. Where
        equal rows agree no more than any two rows do, and no model beats a dummy, the labels know nothing at all: that
        is for `no-lift` to say.

    Why is this bad:
        No model can get such rows right, whatever its features: they are a ceiling for the score, and a flexible model
        spends its capacity on learning them by heart. Mostly a join brought several answers for one thing, or the
        column that tells the rows apart is missing.

    Example:
        Two annotators label the same tickets, and both answers are in the table: 5 % of the rows contradict another.

    How to fix:
        Look at the conflicting rows. Decide for one answer (the majority, the later one), or add the column that tells
        them apart.

    References:
        Northcutt et al., Confident learning, JAIR 2021, https://doi.org/10.1613/jair.1.12125; deepchecks, Conflicting
        Labels.
    """
    facts = record.train.conflicts if record.train else None
    assert facts is not None
    sampler = resampled_training(record)
    if sampler is not None:
        return not_applicable(f"The training rows were resampled on purpose ({short(sampler.sampler)}).")
    share, expected = facts.conflicting / facts.rows_checked, facts.expected / facts.rows_checked
    interval = share_interval(facts.conflicting, facts.rows_checked)
    proof = evidence(
        limits,
        "max_share",
        statistic="share of rows that contradict others of equal features, beyond chance",
        value=share - expected,
        rows=facts.rows_checked,
        interval=Interval(low=interval.low - expected, high=interval.high - expected),
        would_clear="one answer for rows of equal features",
    )
    told = (
        f"{count(facts.conflicting)} of {count(facts.rows_checked)} training rows contradict others of equal features"
    )
    if beyond_chance(interval, expected, limits["chance_factor"]) <= limits["max_share"]:
        return passed(f"{told} ({percent(expected)} expected by chance).", evidence=proof)
    if _are_random(facts) and not shows_lift(record):
        return inconclusive(
            f"{told}, which is no more than labels without any meaning would make ({count(facts.shuffled)})",
            "a model that beats a dummy on held-out rows",
            evidence=proof,
        )
    return flagged(
        f"{told}: {percent(share)}, {percent(expected)} expected by chance (limit {percent(limits['max_share'])} "
        "beyond). Look at them: decide for one answer, or add the column that tells them apart.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Look at the rows of equal features and different classes.",
                code="X_train[y_train.groupby([X_train[c] for c in X_train], dropna=False).transform('nunique') > 1]",
            ),
            Remedy(
                text="Decide for the commonest answer of each group.",
                code="y_train = y_train.groupby([X_train[c] for c in X_train], dropna=False)"
                ".transform(lambda labels: labels.mode()[0])",
            ),
            Remedy(text="Or add the column that tells such rows apart: a date, a version, a measurement."),
        ),
    )


def _are_random(facts: ConflictFacts) -> bool:
    """Whether equal rows may agree no more than any two rows do; False where that was not counted."""
    if not facts.shuffled or not facts.repeated:
        return False
    return share_interval(facts.conflicting, facts.repeated).low <= facts.shuffled / facts.repeated

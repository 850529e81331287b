"""PF5: columns that carry nothing."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import (
    Cost,
    Limits,
    Threshold,
    Verdict,
    check,
    flagged,
    inconclusive,
    passed,
)
from mlflow_pitfalls.checks.evidence import decided, evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.probed import untold, wanted_rows
from mlflow_pitfalls.checks.text import between, count, names, number, percent
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import ImportanceFacts, RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Severity

PROBE = "importances"
_MIN_ROOM = 1e-9  # between the dummy and perfection
_LISTED = 20  # columns that the code line spells out


@check(
    name="useless-features",
    group=Group.ACCURACY,
    severity=Severity.LOW,
    cost=Cost.PROBE,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE),
    explained_by=("no-lift", "constant-feature", "simple-rule-suffices", "target-leakage"),
    thresholds={
        "max_importance": Threshold(
            0.005, "skill", "what a column that may be useless loses when shuffled, at most", "half a point of skill"
        ),
        "min_share": Threshold(0.3, "share of the columns", "the useless ones from which it is worth telling", "30 %"),
        "margin": Threshold(
            0.01, "skill", "what a fit without all of them may certainly lose, at most", "one point of skill"
        ),
    },
)
def useless_features(record: RunRecord, limits: Limits) -> Verdict:
    """Many columns carry nothing: without them the model does as well.

    What it does:
        Fits a copy of the model and shuffles each column among the held-out rows. A column is a candidate where the
        loss is below {max_importance} in skill and its 95 % interval includes none at all. That proves nothing yet: few
        rows hide a small loss, and columns that stand in for one another all look useless one by one. So where the
        candidates make at least {min_share} of all columns, the model is fitted once more with all of them held
        constant. A flag asks that this fit certainly loses less than {margin} in skill.

    Why is this bad:
        Each column has to be collected, checked and kept alike in training and in use. Useless ones add noise, time,
        and ways to break.

    Example:
        Of 40 columns of a churn table 25 are free-form codes; without them the forest scores 0.86 as before, and fits
        in a third of the time.

    How to fix:
        Drop them, and judge on held-out rows. Do not choose columns on the test rows themselves: choose inside of the
        pipeline, or on a validation set.

    References:
        Breiman, Random forests, Machine Learning 2001; scikit-learn, Permutation feature importance,
        https://scikit-learn.org/stable/modules/permutation_importance.html.
    """
    assert record.primary_score is not None
    score = record.primary_score
    found = [facts for facts in record.importances if facts.metric == score.metric]
    room = _room(score)
    if not found or room <= _MIN_ROOM:
        return untold(record, PROBE)
    useless = [facts for facts in found if _is_useless(facts, limits["max_importance"] * room)]
    share = len(useless) / len(found)
    told = f"{count(len(useless))} of {count(len(found))} columns ({percent(share)}) lose nothing when shuffled"
    if share < limits["min_share"]:
        return passed(f"{told}.")
    without = next(
        (fit for fit in record.alternatives if fit.kind == "fewer-columns" and fit.metric == score.metric), None
    )
    gain = decided(without.gain_skill) if without is not None else None
    if without is None or gain is None:
        return inconclusive(told, "a fit without all of them")
    proof = evidence(
        limits,
        "margin",
        statistic="held-out skill that a fit without all of them loses, paired over rows",
        value=-gain[0].value,
        rows=gain[0].rows,
        would_clear=f"a loss that may reach {number(limits['margin'])}, or fewer such columns",
        subjects=worst_first(
            Subject(name=facts.column, value=facts.importance.value / room, detail="loss in skill when shuffled")
            for facts in useless
        ),
    )
    told = f"{told}; a fit without them gains {number(gain[0].value)} in skill ({between(gain[1])})"
    if gain[1].low <= -limits["margin"]:
        if gain[1].high < 0:
            return passed(f"{told}: together they carry something.", evidence=proof)
        return inconclusive(told, wanted_rows(gain[0].rows, gain[0].value, gain[1], limits["margin"]), evidence=proof)
    columns = [facts.column for facts in useless]
    return flagged(
        f"{told}: drop {names(columns)}.",
        evidence=proof,
        remedies=(
            Remedy(
                text="Drop them, and judge the result on rows that played no part in this choice.",
                code=f"X = X.drop(columns={columns!r})" if len(columns) <= _LISTED else "",
            ),
            Remedy(
                text="Or let the pipeline choose, inside of cross-validation.",
                code="make_pipeline(SelectFromModel(model), model)",
            ),
        ),
    )


def _is_useless(facts: ImportanceFacts, bound: float) -> bool:
    importance = decided(facts.importance)
    return importance is not None and importance[0].value < bound and importance[1].low <= 0


def _room(score: ScoreFacts) -> float:
    return score.perfect - score.dummy.value if score.dummy is not None else 0.0

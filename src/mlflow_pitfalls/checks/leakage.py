"""PF2: features that know the target."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, inconclusive, passed
from mlflow_pitfalls.checks.evidence import decided, evidence, usable, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import imbalance_of, resampled_training
from mlflow_pitfalls.checks.text import between, count, names, number, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord, SingleFeatureFacts
from mlflow_pitfalls.model.values import Estimate, Severity

_RELATIONS = {"copy": "a copy of the target", "invertible": "one-to-one with the target"}
_HALF_A_ROW = 0.5  # of error, that a perfect column may have on rows to come


@check(
    name="target-leakage",
    group=Group.DATA,
    severity=Severity.HIGH,
    cost=Cost.SCAN,
    needs=(Fact.SINGLE_FEATURES,),
    thresholds={
        "near_certain": Threshold(
            0.975,
            "skill",
            "what the lower bound of a continuous feature's skill must exceed to count as certain knowledge",
            "DataRobot: AUC 0.9875, which is a skill of 0.975",
        ),
        "predicts": Threshold(
            0.8, "skill", "what the lower bound must exceed for a feature whose name or form marks it", "our choice"
        ),
        "lone": Threshold(
            0.95,
            "skill",
            "what the lower bound must exceed for a continuous feature far above all others",
            "26 real tables (all, 300 and 120 rows; 3 splits): bounds of honest measures up to 0.92, once 0.948",
        ),
        "far_above": Threshold(
            8.0,
            "times the error",
            "what the best other feature must leave unexplained, against this one, to stand far below it",
            "the same tables: up to 7.2 for the distance of a taxi ride, 5.7 in 120 card payments, 3.1 for any other",
        ),
        "above": Threshold(
            3.0,
            "times the error",
            "likewise, for a feature of near certainty: several near-certain features mark an easy task",
            "our choice: on the same tables, with more than 120 rows, columns of skill above 0.9 had 1.9 or less",
        ),
        "wide_gap": Threshold(
            1.0,
            "standard deviations within the classes",
            "an empty gap between classes that few rows suffice to show",
            "our choice: on the same tables one honest gap of 0.03; setosa's petals leave 1.6 and 1.1, in two columns",
        ),
        "of_model": Threshold(
            0.95, "share of the model's skill", "a feature below it does not carry the model", "our choice"
        ),
        "dense_edge": Threshold(
            0.75,
            "density at the cut / density in the middle of a class",
            "from here on the classes meet inside the column's crowd: somebody cut an honest measure",
            "1 000 rows of normal, uniform, exponential and skewed columns: cut 0.83 or more in 99 %, copies of the "
            "target with noise 0.63 or less in 95 %",
        ),
        "min_rows": Threshold(30, "rows", "rows needed behind a feature's score", "our choice"),
        "min_class_rows": Threshold(
            5,
            "rows",
            "rows of the rarest class needed",
            "5 of 30 rows rank first by chance once in 142 506 times",
        ),
    },
)
def target_leakage(record: RunRecord, limits: Limits) -> Verdict:
    """One feature knows the target as no honest feature could.

    What it does:
        Fits a rule on each column alone (the mean target by group of its values), and scores it on held-out rows and,
        cross-fitted, on the rows of both sides: a rule of one column has hardly any freedom. It flags a column that is
        a copy of the target, and, where the 95 % interval of its skill lies above the bound, one that is

        * one-to-one with the target, or named after it: above {predicts};
        * continuous and nearly certain, above {near_certain}, where the best other column leaves {above} times the
          error: measures have noise, formulas have none, and where several columns know, the task is easy;
        * continuous, above {lone}, where the best other column leaves {far_above} times the error;
        * split by an empty gap of {wide_gap} standard deviations between the classes, far above all others: that is
          seen on few rows.

        The last three must carry the model ({of_model} of its skill). Columns that go together with the suspect at a
        given target are no others, and neither are known leaks.

        A target that is a cut of such a column (`score > 600`) is a rule, not a leak: it has as many values next to the
        cut as elsewhere (at least {dense_edge} of the density in the middle of a class), where a noisy copy of the
        target has a gap. `simple-rule-suffices` tells the rule.

        A column of few values, a cut one, a weaker one, or one of several, that decides the target nearly alone (above
        {predicts}, and {of_model} of the model's skill) may be a leak or an honest rule: a mushroom's odour tells its
        poison. The data cannot tell the two apart, and the answer is inconclusive, as it is on fewer than {min_rows}
        rows or {min_class_rows} of the rarest class.

    Why is this bad:
        What is filled in after the outcome is not there when a prediction is wanted. The held-out score is excellent,
        and the model useless on its first day.

    Example:
        `account_closed_on` predicts churn perfectly.

    How to fix:
        Ask when the column is known, and by whom it is filled. Drop it if that is after the prediction is due; keep
        it, and ignore this check, if it is honestly known before.

    References:
        Kaufman et al., Leakage in data mining, ACM TKDD 2012, https://doi.org/10.1145/2382577.2382579;
        DataRobot, Data quality assessment: target leakage.
    """
    ranked = sorted(record.single_features, key=lambda facts: -facts.skill.value)
    leaks = [leak for facts in ranked if (leak := _leak(facts, record, limits))]
    if leaks:
        return _leaking(leaks, limits)
    suspect = next((facts for facts in ranked if _is_suspect(facts, record, limits)), None)
    best = ranked[0]
    if suspect is None:
        return passed(
            f"The best of {plural(len(ranked), 'column')} alone is {names([best.column])}, with skill "
            f"{number(best.skill.value)}."
        )
    skill = _skill(suspect, record, limits)
    found = decided(skill)
    told = f"{names([suspect.column])} alone reaches skill {number(skill.value)}"
    if found is None or found[1].low <= limits["predicts"] or not _enough_rows(suspect, record, limits):
        return inconclusive(
            f"{told}, too few rows to tell whether a leak or luck does that",
            f"{count(limits['min_rows'])} held-out rows, {count(limits['min_class_rows'])} of each class, and an "
            f"interval above {number(limits['predicts'])}",
        )
    return inconclusive(
        f"{told} ({between(found[1])}), nearly all that the model does: an honest rule and a leak look alike",
        "knowing whether the column is there before the prediction is due",
        evidence=evidence(
            limits,
            "near_certain",
            statistic=f"skill of {names([suspect.column])} alone",
            value=found[0].value,
            rows=found[0].rows,
            interval=found[1],
        ),
    )


@dataclass(frozen=True, slots=True)
class _Leak:
    """A column that could not have been known, and what says so."""

    column: str
    skill: Estimate
    reason: str
    threshold: str
    gap: float | None = None


def _leaking(leaks: list[_Leak], limits: Limits) -> Verdict:
    first = leaks[0]
    listed = [leak.column for leak in leaks]
    rest = f" {plural(len(leaks) - 1, 'other column')} too." if len(leaks) > 1 else ""
    found = decided(first.skill)
    interval = f" ({between(found[1])})" if found else ""
    return flagged(
        f"{names([first.column])} alone reaches skill {number(first.skill.value)}{interval} on "
        f"{count(first.skill.rows)} rows, and is {first.reason}.{rest} Drop it unless it is known before the "
        "prediction is due.",
        evidence=evidence(
            limits,
            first.threshold,
            statistic=(
                f"skill of {names([first.column])} alone"
                if first.gap is None
                else f"gap between the classes in {names([first.column])}"
            ),
            value=first.skill.value if first.gap is None else first.gap,
            rows=first.skill.rows,
            interval=found[1] if found and first.gap is None else None,
            would_clear="dropping the column, or knowing that it is filled before the prediction is due",
            subjects=worst_first(
                Subject(
                    name=leak.column,
                    value=leak.skill.value,
                    interval=usable_skill[1] if (usable_skill := decided(leak.skill)) else None,
                    detail=leak.reason,
                )
                for leak in leaks
            ),
        ),
        remedies=(
            Remedy(
                text="Drop what is not known when the prediction is due, and see what is left of the score.",
                code=f"X_train, X_test = (X.drop(columns={listed[:10]!r}) for X in (X_train, X_test))",
            ),
            Remedy(text="Ask when, and by whom, the column is filled. If it is honest, ignore this check for the run."),
        ),
    )


def _leak(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> _Leak | None:
    """Why the column could not have been known; None where nothing says so."""
    skill = _skill(facts, record, limits)
    if facts.relation == "copy":
        return _Leak(facts.column, skill, _RELATIONS["copy"], "predicts")
    found = decided(skill)
    if found is None or not _enough_rows(facts, record, limits):
        return None
    gap = facts.class_gap if facts.class_gap is not None and facts.class_gap >= limits["wide_gap"] else None
    gap = gap if _knows_unseen(facts, limits) else None
    reason = _RELATIONS.get(facts.relation) or ("named after the target" if facts.suspicious_name else "")
    if reason and found[1].low > limits["predicts"]:
        return _Leak(facts.column, skill, reason, "predicts")
    if reason and gap is not None:
        return _Leak(facts.column, skill, f"{reason}, with a gap between the classes", "wide_gap", gap)
    if not facts.is_continuous or not _carries_model(facts, record, limits):
        return None
    return _beyond_measure(facts, record, _Leak(facts.column, skill, "", "", gap), found[1].low, limits)


def _beyond_measure(
    facts: SingleFeatureFacts, record: RunRecord, leak: _Leak, low: float, limits: Limits
) -> _Leak | None:
    """A continuous column that tells more than measures do, and more than the others of this table."""
    above = _above_others(facts)
    if leak.gap is not None and above >= limits["far_above"]:
        return replace(leak, reason="split between the classes by a gap that no measure leaves", threshold="wide_gap")
    if facts.edge_density is not None and facts.edge_density >= limits["dense_edge"]:
        return None
    leak = replace(leak, gap=None)
    if low > limits["near_certain"] and above >= limits["above"]:
        return replace(leak, reason="more certain than a measure can be", threshold="near_certain")
    is_no_cut = facts.edge_density is not None or not record.task.is_classification
    if low > limits["lone"] and facts.rival_skill is not None and above >= limits["far_above"] and is_no_cut:
        reason = f"far above the best other column, which reaches {number(facts.rival_skill)}"
        return replace(leak, reason=reason, threshold="lone")
    return None


def _is_suspect(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> bool:
    """Whether the column seems to know the target, for certain or on too few rows, and does all that the model does."""
    found = decided(_skill(facts, record, limits))
    low = found[1].low if found else facts.skill.value
    is_seen = low > limits["predicts"] or facts.skill.value > limits["near_certain"]
    return is_seen and _carries_model(facts, record, limits)


def _carries_model(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> bool:
    score = record.primary_score
    model = decided(score.skill) if score and score.metric == facts.metric else None
    return model is None or facts.skill.value >= limits["of_model"] * model[0].value


def _skill(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> Estimate:
    """On the rows of both sides where these can be trusted: not resampled, and borne out by the held-out rows."""
    pooled = usable(facts.pooled_skill)
    if pooled is None or pooled.interval is None or resampled_training(record) is not None:
        return facts.skill
    return pooled if _knows_unseen(facts, limits) else facts.skill


def _knows_unseen(facts: SingleFeatureFacts, limits: Limits) -> bool:
    return facts.skill.value > limits["predicts"]


def _above_others(facts: SingleFeatureFacts) -> float:
    """How many times the column's own error the best other column leaves; without others, without end."""
    pooled = usable(facts.pooled_skill)
    if pooled is None or facts.rival_skill is None:
        return math.inf
    own = max(1.0 - pooled.value, _HALF_A_ROW / max(1, pooled.rows))
    return (1.0 - facts.rival_skill) / own


def _enough_rows(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> bool:
    skill = _skill(facts, record, limits)
    profiles = (record.held_out,) if skill is facts.skill else (record.train, record.held_out)
    sides = [classes for profile in profiles if profile and (classes := imbalance_of(profile.target)) is not None]
    if record.task.is_classification and sides:
        rarest = sum(classes.rarest.count for classes in sides)
        if rarest < limits["min_class_rows"]:
            return False
    return skill.rows >= limits["min_rows"]

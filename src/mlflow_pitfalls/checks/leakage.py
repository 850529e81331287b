"""PF2: features that know the target."""

from __future__ import annotations

from mlflow_pitfalls.checks.base import Cost, Limits, Threshold, Verdict, check, flagged, inconclusive, passed
from mlflow_pitfalls.checks.evidence import decided, evidence, worst_first
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.reading import imbalance_of
from mlflow_pitfalls.checks.text import between, count, names, number, plural
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import RunRecord, SingleFeatureFacts
from mlflow_pitfalls.model.values import Severity

_RELATIONS = {"copy": "a copy of the target", "invertible": "one-to-one with the target"}


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
        "min_rows": Threshold(30, "rows", "held-out rows needed behind a feature's score", "our choice"),
        "min_class_rows": Threshold(
            5,
            "rows",
            "held-out rows of the rarest class needed",
            "5 of 30 rows rank first by chance once in 142 506 times",
        ),
    },
)
def target_leakage(record: RunRecord, limits: Limits) -> Verdict:
    """One feature knows the target as no honest feature could.

    What it does:
        Fits a rule on each column alone (the mean target by group of its values) and scores it on held-out rows. It
        flags a column that is a copy of the target; one that is one-to-one with it, or whose name holds the target's,
        where the 95 % interval of its skill lies above {predicts}; and a continuous column whose interval lies above
        {near_certain} and that carries the model ({of_model} of its skill): measures have noise, formulas have none.

        A target that is a cut of such a column (`score > 600`) is a rule, not a leak: it has as many values next to the
        cut as elsewhere (at least {dense_edge} of the density in the middle of a class), where a noisy copy of the
        target has a gap. `simple-rule-suffices` tells the rule.

        A column of few values, a cut one, or a weaker one, that decides the target nearly alone (above {predicts}, and
        {of_model} of the model's skill) may be a leak or an honest rule: a mushroom's odour tells its poison. The data
        cannot tell the two apart, and the answer is inconclusive. At least {min_rows} held-out rows and
        {min_class_rows} of the rarest class are needed.

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
    leaks = [(facts, reason) for facts in ranked if (reason := _reason(facts, record, limits))]
    if leaks:
        return _leaking(leaks, limits)
    suspect = next((facts for facts in ranked if _carries_model(facts, record, limits, limits["predicts"])), None)
    best = ranked[0]
    if suspect is None:
        return passed(
            f"The best of {plural(len(ranked), 'column')} alone is {names([best.column])}, with skill "
            f"{number(best.skill.value)}."
        )
    found = decided(suspect.skill)
    told = f"{names([suspect.column])} alone reaches skill {number(suspect.skill.value)}"
    if found is None or not _enough_rows(suspect, record, limits):
        return inconclusive(
            f"{told}, on {count(suspect.skill.rows)} held-out rows only",
            f"{count(limits['min_rows'])} held-out rows, {count(limits['min_class_rows'])} of each class",
        )
    return inconclusive(
        f"{told} ({between(found[1])}), nearly all that the model does: an honest rule and a leak look alike",
        "knowing whether the column is there before the prediction is due",
        evidence=evidence(
            limits,
            "near_certain",
            statistic=f"held-out skill of {names([suspect.column])} alone",
            value=found[0].value,
            rows=found[0].rows,
            interval=found[1],
        ),
    )


def _leaking(leaks: list[tuple[SingleFeatureFacts, str]], limits: Limits) -> Verdict:
    first, reason = leaks[0]
    listed = [facts.column for facts, _ in leaks]
    threshold = "near_certain" if first.is_continuous and not first.relation else "predicts"
    rest = f" {plural(len(leaks) - 1, 'other column')} too." if len(leaks) > 1 else ""
    found = decided(first.skill)
    interval = f" ({between(found[1])})" if found else ""
    return flagged(
        f"{names([first.column])} alone reaches skill {number(first.skill.value)}{interval} on "
        f"{count(first.skill.rows)} held-out rows, and is {reason}.{rest} Drop it unless it is known before the "
        "prediction is due.",
        evidence=evidence(
            limits,
            threshold,
            statistic=f"held-out skill of {names([first.column])} alone",
            value=first.skill.value,
            rows=first.skill.rows,
            interval=found[1] if found else None,
            would_clear="dropping the column, or knowing that it is filled before the prediction is due",
            subjects=worst_first(
                Subject(
                    name=facts.column,
                    value=facts.skill.value,
                    interval=usable_skill[1] if (usable_skill := decided(facts.skill)) else None,
                    detail=why,
                )
                for facts, why in leaks
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


def _reason(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> str:
    """Why the column could not have been known, in words; empty where nothing says so."""
    if facts.relation == "copy":
        return _RELATIONS["copy"]
    found = decided(facts.skill)
    if found is None or not _enough_rows(facts, record, limits):
        return ""
    low = found[1].low
    if facts.relation in _RELATIONS and low > limits["predicts"]:
        return _RELATIONS[facts.relation]
    if facts.suspicious_name and low > limits["predicts"]:
        return "named after the target"
    is_cut = facts.edge_density is not None and facts.edge_density >= limits["dense_edge"]
    if facts.is_continuous and not is_cut and _carries_model(facts, record, limits, limits["near_certain"]):
        return "more certain than a measure can be"
    return ""


def _carries_model(facts: SingleFeatureFacts, record: RunRecord, limits: Limits, floor: float) -> bool:
    """Whether the column alone is certainly above the floor and does nearly all that the model does."""
    found = decided(facts.skill)
    low = found[1].low if found else facts.skill.value
    score = record.primary_score
    model = decided(score.skill) if score and score.metric == facts.metric else None
    return low > floor and (model is None or facts.skill.value >= limits["of_model"] * model[0].value)


def _enough_rows(facts: SingleFeatureFacts, record: RunRecord, limits: Limits) -> bool:
    classes = imbalance_of(record.held_out.target) if record.held_out else None
    if record.task.is_classification and classes is not None and classes.rarest.count < limits["min_class_rows"]:
        return False
    return facts.skill.rows >= limits["min_rows"]

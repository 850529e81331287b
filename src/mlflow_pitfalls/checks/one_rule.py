"""PF1: would a rule that fits on one line do?"""

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
from mlflow_pitfalls.checks.complexity import as_number, own_settings
from mlflow_pitfalls.checks.evidence import certain, decided, evidence, rows_for_width
from mlflow_pitfalls.checks.facts import Fact
from mlflow_pitfalls.checks.text import about_rows, between, count, names, number, printable
from mlflow_pitfalls.model.outcomes import Group, Remedy, Subject
from mlflow_pitfalls.model.record import EstimatorFacts, RuleFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval, Severity

_TREE = "tree"
_SMALL_DEPTH, _SMALL_LEAVES = 2, 4  # of a tree that is such a rule itself
_IN_MESSAGE = 240  # characters of the rule in words


@check(
    name="simple-rule-suffices",
    group=Group.TOOL,
    severity=Severity.MEDIUM,
    cost=Cost.SCAN,
    needs=(Fact.FIT, Fact.PRIMARY_SCORE, Fact.RULE),
    explained_by=("target-leakage", "accuracy-paradox"),
    thresholds={
        "of_model": Threshold(
            0.95,
            "share of the model's skill",
            "the rule certainly reaches this much of the model's held-out skill",
            "our choice; deepchecks asks a model for 10 % more than a simple one",
        ),
        "decides": Threshold(
            0.5,
            "skill",
            "a rule that certainly beats the model counts as the cause above it; below, the model is at fault",
            "our choice: the rule alone goes half of the way from a dummy to perfection",
        ),
        "may_leak": Threshold(
            0.8, "skill", "a rule whose skill certainly exceeds it may be a leak as well", "as in target-leakage"
        ),
    },
)
def simple_rule_suffices(record: RunRecord, limits: Limits) -> Verdict:
    """A rule over one column does as well as the model.

    What it does:
        Looks for the best rule over a single column: a tree of depth 1 or 2 on a number, or the mean target of each
        value of a category. The rule is chosen by cross-validation and fitted on the training rows alone, then scored
        on the very rows that the model was scored on. It flags where the 95 % interval of rule's skill / model's skill,
        from paired resamples of those rows, lies above {of_model}: the rule is then certainly not worse by more than
        that margin, which is what "suffices" can mean. A test for *no* difference could never show it, and the point
        alone would flag by luck.

        The model must certainly beat a dummy; otherwise `no-lift` is the question. A weak rule (skill up to {decides})
        that certainly beats the model says more about the model than about the task: a single deep tree loses to many
        things. That is inconclusive. Groups of fewer than 20 training
        rows make no rule, and models that are such a rule themselves (one column, a tree of depth 2, a dummy) are left
        alone. A rule above {may_leak} in skill may also be a leak: data cannot tell a decisive honest column from
        one that is filled in afterwards. Where something else speaks for a leak, `target-leakage` explains this flag.

    Why is this bad:
        A rule on one line needs no training, no serving and no monitoring; anybody can check it, and it fails in ways
        that can be foreseen. A model that adds nothing to it costs all of that for nothing.

    Example:
        Approval is decided by a score above 600. A forest over 20 columns learns the same, with a few mistakes.

    How to fix:
        Ship the rule (the message tells it; the remedies hold it as code and as a query), or find what it misses and
        give the model features for that. If the column is filled in after the outcome, drop it.

    References:
        Rules of Machine Learning, rule 1 (Google, https://developers.google.com/machine-learning/guides/rules-of-ml);
        R. C. Holte, Very simple classification rules perform well on most commonly used datasets, Machine Learning 11,
        1993, https://doi.org/10.1023/A:1022631118932.
    """
    rule, score = record.rule, record.primary_score
    assert rule is not None and score is not None and record.fit is not None
    if record.fit.columns == 1 or _is_a_rule(record.fit.estimator):
        return not_applicable("The model is itself a rule over one column, or a baseline.")
    if rule.metric != score.metric or certain(score.skill, 0.0) is None:
        return not_applicable("The model does not certainly beat a dummy: there is nothing for a rule to reach.")
    found = decided(rule.ratio)
    if found is None:
        return inconclusive(
            f"How the best rule, over {names([rule.column])}, compares with the model is not known from "
            f"{count(rule.skill.rows)} held-out rows",
            "a held-out side of a few hundred rows",
        )
    return _compared(rule, *found, limits)


def _compared(rule: RuleFacts, ratio: Estimate, interval: Interval, limits: Limits) -> Verdict:
    wanted = limits["of_model"]
    proof = evidence(
        limits,
        "of_model",
        statistic="held-out skill of the best one-column rule / that of the model",
        value=ratio.value,
        rows=ratio.rows,
        interval=interval,
        would_clear=f"a model whose skill the rule does not reach to {number(wanted)}",
        subjects=(Subject(name=rule.column, value=rule.skill.value, interval=rule.skill.interval, detail=rule.kind),),
    )
    told = f"skill {number(rule.skill.value)}, {number(ratio.value)} of the model's ({between(interval)})"
    if interval.low > 1.0 and certain(rule.skill, limits["decides"]) is None:
        return inconclusive(
            f"A rule over {names([rule.column])} alone certainly beats the model ({told}): the model is at fault",
            "a model that a rule does not beat; see what else this run is flagged for",
            evidence=proof,
        )
    if interval.low >= wanted:
        return flagged(_message(rule, told, limits), evidence=proof, remedies=_remedies(rule))
    if ratio.value >= wanted:
        rows = rows_for_width(ratio.rows, interval.width, 2 * max(ratio.value - wanted, 1.0 - wanted))
        return inconclusive(
            f"A rule over {names([rule.column])} alone reaches {told}: it may do as well",
            about_rows(rows, ratio.rows),
            evidence=proof,
        )
    return passed(f"The best one-column rule, over {names([rule.column])}, reaches {told}.", evidence=proof)


def _is_a_rule(estimator: EstimatorFacts) -> bool:
    if estimator.family == "dummy":
        return True
    if estimator.family != _TREE:
        return False
    own = own_settings(estimator)
    depth, leaves = as_number(own.get("max_depth", "")), as_number(own.get("max_leaf_nodes", ""))
    return (depth is not None and depth <= _SMALL_DEPTH) or (leaves is not None and leaves <= _SMALL_LEAVES)


def _message(rule: RuleFacts, compared: str, limits: Limits) -> str:
    told = f": {printable(rule.words, _IN_MESSAGE)}" if rule.words else ""
    kind = "cuts of a number" if rule.kind == _TREE else "one answer for each value"
    doubt = ""
    if certain(rule.skill, limits["may_leak"]):
        doubt = (
            " So decisive a column is either an honest rule or a leak, which data cannot tell apart: make sure that it "
            "is known before the prediction is due."
        )
    return (
        f"One rule over {names([rule.column])} alone ({kind}) reaches {compared} on {count(rule.skill.rows)} held-out "
        f"rows{told}. Use the rule, or give the model what it misses.{doubt}"
    )


def _remedies(rule: RuleFacts) -> tuple[Remedy, ...]:
    query = (Remedy(text="Or as a query, which needs no Python.", code=f"rule = {rule.sql!r}"),) if rule.sql else ()
    return (
        Remedy(text="Use the rule in the model's place, or as the baseline that it has to beat.", code=rule.python),
        *query,
        Remedy(text="Look at the rows that the rule gets wrong: only features that tell those apart can add anything."),
    )

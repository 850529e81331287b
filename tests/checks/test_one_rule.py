from __future__ import annotations

import pytest

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import RuleFacts

WORDS = "up to 600 → no (98 %); above → yes (97 %)"


def rule(make, ratio: float = 1.0, half: float | None = 0.02, skill: float = 0.75, **changes) -> RuleFacts:
    defaults = {
        "column": "size",
        "kind": "tree",
        "metric": "roc_auc",
        "score": make.estimate(0.88),
        "skill": make.estimate(skill),
        "difference": make.estimate(0.0),
        "ratio": make.estimate(ratio, half),
        "leaves": 2,
        "words": WORDS,
        "python": "DecisionTreeClassifier(max_depth=1, min_samples_leaf=20).fit(X_train[['size']], y_train)",
        "sql": 'SELECT "size" AS bucket, "y", COUNT(*) AS n FROM training_rows GROUP BY 1, 2',
    }
    return RuleFacts(**{**defaults, **changes})


def judged(judge, make, found, **changes):
    return judge("simple-rule-suffices", make.record(rule=found, **changes))


def test_a_rule_that_certainly_reaches_the_model_is_flagged_and_told(judge, make):
    verdict = judged(judge, make, rule(make))
    assert verdict.status is Status.FLAGGED
    assert WORDS in verdict.message
    assert "leak" not in verdict.message
    assert "DecisionTreeClassifier" in verdict.remedies[0].code
    assert "GROUP BY" in verdict.remedies[1].code


def test_the_lower_bound_decides(judge, make):
    assert judged(judge, make, rule(make, 0.98, 0.03)).status is Status.FLAGGED
    verdict = judged(judge, make, rule(make, 0.98, 0.04))
    assert verdict.status is Status.INCONCLUSIVE
    assert "held-out rows" in verdict.message
    assert judged(judge, make, rule(make, 0.94, 0.005)).status is Status.PASSED
    assert judged(judge, make, rule(make, 1.0, None)).status is Status.INCONCLUSIVE


def test_a_weak_rule_that_beats_the_model_blames_the_model(judge, make):
    assert judged(judge, make, rule(make, 1.4, 0.2, skill=0.4)).status is Status.INCONCLUSIVE
    assert judged(judge, make, rule(make, 1.4, 0.2, skill=0.6)).status is Status.FLAGGED
    assert judged(judge, make, rule(make, 1.0, 0.02, skill=0.4)).status is Status.FLAGGED


def test_a_decisive_rule_is_said_to_be_a_leak_perhaps(judge, make):
    verdict = judged(judge, make, rule(make, skill=0.97))
    assert verdict.status is Status.FLAGGED
    assert "a leak" in verdict.message


@pytest.mark.parametrize(
    ("family", "parameters"),
    [("dummy", ()), ("tree", (("max_depth", "2"),)), ("tree", (("max_leaf_nodes", "3"),))],
)
def test_models_that_are_rules_themselves_are_left_alone(family, parameters, judge, make):
    fit = make.fit(estimator=make.estimator(family=family, parameters=parameters))
    assert judged(judge, make, rule(make), fit=fit).status is Status.NOT_APPLICABLE


def test_one_column_no_lift_or_no_rule_is_not_applicable(judge, make):
    assert judged(judge, make, rule(make), fit=make.fit(columns=1)).status is Status.NOT_APPLICABLE
    assert judged(judge, make, None).status is Status.NOT_APPLICABLE
    without = judged(judge, make, rule(make), scores=(make.score(held_out=0.505),))
    assert without.status is Status.NOT_APPLICABLE
    other = judged(judge, make, rule(make, metric="accuracy"))
    assert other.status is Status.NOT_APPLICABLE


def test_strict_privacy_leaves_the_column_alone_in_the_message(judge, make):
    verdict = judged(judge, make, rule(make, words="", sql=""))
    assert verdict.status is Status.FLAGGED
    assert "'size'" in verdict.message
    assert len(verdict.remedies) == 2


def test_a_leak_explains_a_rule_and_a_rule_explains_overfitting(make):
    leaking = make.record(rule=rule(make), single_features=(make.single(skill=1.0, relation="copy"),))
    outcome = next(o for o in run_checks(leaking).outcomes if o.check == "simple-rule-suffices")
    assert (outcome.status, outcome.explained_by) == (Status.EXPLAINED, "target-leakage")
    overfitted = make.record(rule=rule(make), scores=(make.score(train=1.0, held_out=0.85),))
    outcome = next(o for o in run_checks(overfitted).outcomes if o.check == "overfit")
    assert (outcome.status, outcome.explained_by) == (Status.EXPLAINED, "simple-rule-suffices")

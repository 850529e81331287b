from __future__ import annotations

import ast

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import StagedFacts
from mlflow_pitfalls.model.values import Estimate, Interval

ROUNDS = tuple(range(100, 1001, 100))


def staged(highs, **changes) -> StagedFacts:
    """``highs``: upper bounds of what the rounds after each tenth still gain, in the metric."""
    gains = tuple(Estimate(value=h - 0.002, interval=Interval(low=h - 0.004, high=h), rows=500) for h in highs)
    facts = {
        "estimator": "GradientBoostingClassifier",
        "parameter": "n_estimators",
        "early_stopping": False,
        "metric": "roc_auc",
        "measured_on": "held_out",
        "rounds": ROUNDS,
        "scores": (0.8,) * 10,
        "best_round": 600,
        "total_rounds": 1000,
        "gains": gains,
        "rows": 500,
    }
    return StagedFacts(**{**facts, **changes})


def flat_from(tenth: int, high: float = 0.002) -> list[float]:
    return [0.03] * (tenth - 1) + [high] * (11 - tenth)


def judged(judge, make, facts, *, name="GradientBoostingClassifier", seconds=20.0, prefix=""):
    estimator = make.estimator(name, "boosting", parameter_prefix=prefix)
    fit = make.fit(estimator=estimator, seconds=seconds)
    return judge("no-early-stopping", make.record(fit=fit, fits=(fit,), staged=facts))


def test_rounds_that_gain_nothing_are_flagged(judge, make):
    verdict = judged(judge, make, staged(flat_from(3)))
    assert verdict.status is Status.FLAGGED
    assert "1 000 rounds" in verdict.message and "from round 300 on (30 %" in verdict.message
    assert [remedy.code for remedy in verdict.remedies] == [
        "model.set_params(n_iter_no_change=20)",
        "model.set_params(n_estimators=300)",
    ]


def test_a_score_that_rises_for_long_passes(judge, make):
    assert judged(judge, make, staged(flat_from(7))).status is Status.PASSED
    assert judged(judge, make, staged(flat_from(6))).status is Status.FLAGGED
    late = [0.002, 0.002, 0.002, 0.03, *flat_from(9)[4:]]  # a dip: what counts is every later round
    assert judged(judge, make, staged(late)).status is Status.PASSED


def test_the_gain_is_weighed_in_skill(judge, make):
    # 0.5 of the metric are one unit of skill here: 0.01 in skill are 0.005.
    assert judged(judge, make, staged(flat_from(3, high=0.0051))).status is Status.PASSED
    assert judged(judge, make, staged(flat_from(3, high=0.0049))).status is Status.FLAGGED


def test_little_time_matters_only_where_accuracy_is_lost(judge, make):
    assert judged(judge, make, staged(flat_from(3)), seconds=1.2).status is Status.PASSED
    assert judged(judge, make, staged(flat_from(3, high=-0.01)), seconds=1.2).status is Status.FLAGGED


@pytest.mark.parametrize(
    "changes", [{"early_stopping": True}, {"measured_on": "train"}, {"metric": "accuracy"}, {"gains": ()}]
)
def test_what_stops_by_itself_or_was_not_scored_is_not_applicable(changes, judge, make):
    assert judged(judge, make, staged(flat_from(3), **changes)).status is Status.NOT_APPLICABLE


def test_no_rounds_are_not_applicable(judge, make):
    assert judged(judge, make, None).status is Status.NOT_APPLICABLE


def test_too_few_rows_are_inconclusive(judge, make):
    gains = tuple(Estimate(value=0.0, rows=9) for _ in ROUNDS)
    assert judged(judge, make, staged(flat_from(3), gains=gains)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("HistGradientBoostingRegressor", "model.set_params(early_stopping=True)"),
        ("XGBClassifier", "model.set_params(early_stopping_rounds=20).fit("),
        ("LGBMClassifier", "model.fit(X_fit, y_fit, eval_set=[(X_val, y_val)]"),
        ("CatBoostRegressor", "model.fit(X_fit, y_fit, eval_set=(X_val, y_val)"),
        ("AdaBoostClassifier", "model.set_params(n_estimators=300)"),
    ],
)
def test_each_kind_stops_in_its_own_way(name, first, judge, make):
    verdict = judged(judge, make, staged(flat_from(3)), name=name)
    assert verdict.remedies[0].code.startswith(first)
    for remedy in verdict.remedies:
        ast.parse(remedy.code)


def test_validation_rows_do_not_pass_a_pipeline(judge, make):
    verdict = judged(judge, make, staged(flat_from(3)), name="XGBClassifier", prefix="clf__")
    assert [remedy.code for remedy in verdict.remedies] == ["", "model.set_params(clf__n_estimators=300)"]

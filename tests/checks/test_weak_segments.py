from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import SegmentFacts
from mlflow_pitfalls.model.values import Severity


def segment(make, score: float = 0.6, skill: float = 0.1, half: float = 0.05, **changes) -> SegmentFacts:
    defaults = {
        "column": "region",
        "segment": "region = north",
        "rows": 150,
        "other_rows": 850,
        "metric": "accuracy",
        "score": make.estimate(score, half),
        "other_score": make.estimate(0.85, 0.02),
        "difference": make.estimate(score - 0.85, half),
        "skill": make.estimate(skill, half),
        "other_skill": make.estimate(0.6, 0.05),
        "skill_difference": make.estimate(skill - 0.6, half),
        "p_value": 1e-6,
        "tested": 40,
    }
    return SegmentFacts(**{**defaults, **changes})


def test_a_segment_that_scores_far_below_the_others_is_flagged(judge, make):
    verdict = judge("weak-segment", make.record(segments=(segment(make),)))
    assert verdict.status is Status.FLAGGED
    assert "Where region = north (150 held-out rows), accuracy is 0.60 against 0.85" in verdict.message
    assert verdict.evidence.subjects[0].detail == "region = north"
    assert "groupby('region')" in verdict.remedies[0].code


def test_just_above_the_bound_it_is_undecided_or_passes(judge, make):
    near = segment(make, score=0.71)
    assert judge("weak-segment", make.record(segments=(near,))).status is Status.INCONCLUSIVE
    small = segment(make, score=0.76)
    assert judge("weak-segment", make.record(segments=(small,))).status is Status.PASSED


def test_a_harder_mixture_of_classes_passes(judge, make):
    assert judge("weak-segment", make.record(segments=(segment(make, skill=0.55),))).status is Status.PASSED


def test_one_of_many_by_chance_passes(judge, make):
    lucky = segment(make, p_value=0.003, tested=200)
    assert judge("weak-segment", make.record(segments=(lucky,))).status is Status.INCONCLUSIVE


def test_the_main_body_or_a_model_without_skill_is_not_applicable(judge, make):
    body = segment(make, rows=850, other_rows=150)
    assert judge("weak-segment", make.record(segments=(body,))).status is Status.NOT_APPLICABLE
    useless = segment(make, other_skill=make.estimate(0.02, 0.05))
    assert judge("weak-segment", make.record(segments=(useless,))).status is Status.NOT_APPLICABLE
    assert judge("weak-segment", make.record()).status is Status.NOT_APPLICABLE


def test_no_lift_explains_it(make):
    record = make.record(segments=(segment(make),), scores=(make.score(held_out=0.5),))
    found = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert found["weak-segment"].explained_by == "no-lift"
    assert found["no-lift"].severity is Severity.HIGH


def test_a_long_column_name_is_put_into_no_code(judge, make):
    verdict = judge("weak-segment", make.record(segments=(replace(segment(make), column="x" * 300),)))
    assert verdict.remedies[0].code == ""

from __future__ import annotations

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Task


def judged(judge, make, held_out: float = 1.0, half: float = 0.002, skill: float = 0.9, **changes):
    score = make.score(held_out=held_out, half=half, metric=changes.pop("metric", "accuracy"))
    defaults = {"scores": (score,), "single_features": (make.single(skill=skill), make.single("weight", 0.2))}
    return judge("too-good-to-be-true", make.record(**{**defaults, **changes}))


def test_one_column_that_knows_nearly_all_of_a_perfect_score_is_flagged(judge, make):
    verdict = judged(judge, make)
    assert verdict.status is Status.FLAGGED
    assert "'size' (alone 0.90)" in verdict.message
    assert "['size']" in verdict.remedies[0].code


def test_the_interval_decides(judge, make):
    assert judged(judge, make, 0.9985, 0.0025).status is Status.FLAGGED
    assert judged(judge, make, 0.9985, 0.0045).status is Status.INCONCLUSIVE
    assert judged(judge, make, 0.99).status is Status.PASSED


def test_classes_that_many_columns_tell_apart_are_no_claim(judge, make):
    assert judged(judge, make, skill=0.7).status is Status.INCONCLUSIVE
    assert judged(judge, make, skill=0.805).status is Status.INCONCLUSIVE  # its interval reaches 0.795
    assert judged(judge, make, single_features=()).status is Status.INCONCLUSIVE


def test_a_perfect_number_is_flagged_whoever_knows_it(judge, make):
    verdict = judged(judge, make, skill=0.4, task=Task.REGRESSION, metric="r2")
    assert verdict.status is Status.FLAGGED
    assert "noise" in verdict.message
    bare = judged(judge, make, task=Task.REGRESSION, metric="r2", single_features=())
    assert bare.status is Status.FLAGGED
    errors = judged(judge, make, 0.0, task=Task.REGRESSION, metric="neg_mean_squared_error")
    assert errors.status is Status.PASSED


def test_a_dummy_that_is_nearly_as_good_makes_it_pass(judge, make):
    score = make.score(held_out=0.999, dummy=0.98, half=0.0005, metric="accuracy")
    verdict = judge("too-good-to-be-true", make.record(scores=(score,)))
    assert verdict.status is Status.PASSED


def test_metrics_without_a_scale_and_runs_without_a_score_are_left_alone(judge, make):
    score = make.score(metric="neg_log_loss", worst=None, perfect=0.0, held_out=-0.001, dummy=-0.7)
    assert judge("too-good-to-be-true", make.record(scores=(score,))).status is Status.NOT_APPLICABLE
    assert judge("too-good-to-be-true", make.record(scores=())).status is Status.NOT_APPLICABLE


def test_a_leak_explains_it(make):
    record = make.record(
        scores=(make.score(held_out=1.0, half=0.001, metric="accuracy"),),
        single_features=(make.single(skill=1.0, metric="accuracy", relation="copy"),),
    )
    outcome = next(o for o in run_checks(record).outcomes if o.check == "too-good-to-be-true")
    assert (outcome.status, outcome.explained_by) == (Status.EXPLAINED, "target-leakage")

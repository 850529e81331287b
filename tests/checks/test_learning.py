from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import LearningCurveFacts, LearningCurvePoint, ProbeFacts


def curve(make, losses, *, gain=(0.0, 0.005), full=1000, **changes):
    """``losses`` are (rows, loss in ROC AUC, half of its interval); half of the skill's."""
    points = tuple(
        LearningCurvePoint(
            rows=rows, score=make.estimate(0.9 - loss), seconds=0.1, gap_to_full=make.estimate(loss, half)
        )
        for rows, loss, half in losses
    )
    return LearningCurveFacts(
        metric="roc_auc",
        points=points,
        full_rows=full,
        full_seconds=30.0,
        gain_at_double=None if gain is None else make.estimate(*gain),
        **changes,
    )


def record(make, losses, seconds=30.0, **changes):
    fit = make.fit(seconds=seconds)
    return make.record(fit=fit, fits=(fit,), learning_curve=curve(make, losses, **changes))


ENOUGH = [(125, 0.02, 0.004), (250, 0.001, 0.003), (500, 0.0, 0.003)]


def test_the_smallest_part_that_certainly_loses_nothing_is_named(judge, make):
    verdict = judge("diminishing-rows", record(make, ENOUGH))
    assert verdict.status is Status.FLAGGED
    assert "250 of 1 000 training rows" in verdict.message and "25 %" in verdict.message
    assert "0.10 s instead of 30 s" in verdict.message
    assert "train_size=250" in verdict.remedies[0].code


def test_parts_are_looked_at_from_large_to_small(judge, make):
    verdict = judge("diminishing-rows", record(make, [(250, 0.0, 0.003), (500, 0.002, 0.004)]))
    assert verdict.status is Status.INCONCLUSIVE and "rows" in verdict.message


def test_rows_that_pay_pass(judge, make):
    assert judge("diminishing-rows", record(make, [(500, 0.01, 0.005)])).status is Status.PASSED
    assert judge("diminishing-rows", record(make, ENOUGH), margin=0.005).status is Status.INCONCLUSIVE


def test_larger_parts_and_quick_fits_are_left_alone(judge, make):
    assert judge("diminishing-rows", record(make, [(501, 0.0, 0.003)])).status is Status.NOT_APPLICABLE
    assert judge("diminishing-rows", record(make, ENOUGH, seconds=0.9)).status is Status.NOT_APPLICABLE
    assert judge("diminishing-rows", record(make, ENOUGH, seconds=1.0)).status is Status.FLAGGED


def test_a_curve_that_still_rises_is_flagged(judge, make):
    verdict = judge("more-data-helps", record(make, [(250, 0.04, 0.01), (500, 0.02, 0.005)], gain=(0.03, 0.02)))
    assert verdict.status is Status.FLAGGED
    assert (
        "Twice the 1 000 rows promise 0.03" in verdict.message
        and "from 500 rows to 1 000 it gained 0.04" in verdict.message
    )
    assert "2 000" in verdict.remedies[0].text


def test_small_or_uncertain_promises_pass(judge, make):
    rising = [(250, 0.04, 0.01), (500, 0.02, 0.005)]
    for gain in ((0.01, 0.005), (0.03, 0.03)):
        assert judge("more-data-helps", record(make, rising, gain=gain)).status is Status.PASSED
    level = record(make, [(250, 0.04, 0.01), (500, 0.004, 0.005)], gain=(0.03, 0.02))
    assert judge("more-data-helps", level).status is Status.PASSED


def test_without_a_curve_the_reason_is_told(judge, make):
    bare = replace(record(make, ENOUGH), learning_curve=None)
    for name in ("diminishing-rows", "more-data-helps"):
        assert judge(name, bare).status is Status.NOT_APPLICABLE
        cut = replace(bare, probes=(ProbeFacts(name="learning-curve", status="cut", reason="needs about 9 s"),))
        assert judge(name, cut).status is Status.INCONCLUSIVE
    assert judge("more-data-helps", record(make, ENOUGH, gain=None)).status is Status.NOT_APPLICABLE

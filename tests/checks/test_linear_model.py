from __future__ import annotations

from dataclasses import replace

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts, ProbeFacts
from mlflow_pitfalls.model.values import Task


def forest(make, gain: float | None = 0.0, half: float = 0.015, **changes):
    fit = make.fit(estimator=make.estimator("RandomForestClassifier", "forest"), seconds=12.0)
    linear = AlternativeFitFacts(
        kind="linear",
        description="LogisticRegression(C=1)",
        source="probe",
        metric="roc_auc",
        score=make.estimate(0.89),
        gain=make.estimate((gain or 0.0) / 2, half / 2),
        gain_skill=None if gain is None else make.estimate(gain, half),
        seconds=0.1,
        rows=1000,
    )
    return make.record(fit=fit, fits=(fit,), alternatives=(linear,), **changes)


def test_a_linear_model_that_certainly_loses_next_to_nothing_is_flagged(judge, make):
    verdict = judge("linear-suffices", forest(make))
    assert verdict.status is Status.FLAGGED
    assert "0.89" in verdict.message and "12 s" in verdict.message
    assert "LogisticRegression" in verdict.remedies[0].code


def test_an_interval_that_reaches_below_the_margin_leaves_it_open(judge, make):
    verdict = judge("linear-suffices", forest(make, half=0.021))
    assert verdict.status is Status.INCONCLUSIVE and "held-out rows" in verdict.message


def test_a_model_that_gains_passes(judge, make):
    assert judge("linear-suffices", forest(make, -0.05)).status is Status.PASSED
    open_still = judge("linear-suffices", forest(make, -0.03, half=0.04))
    assert open_still.status is Status.INCONCLUSIVE and "many more held-out rows" in open_still.message


def test_the_margin_is_the_users(judge, make):
    assert judge("linear-suffices", forest(make, half=0.021), margin=0.03).status is Status.FLAGGED


def test_regression_gets_a_ridge(judge, make):
    verdict = judge("linear-suffices", forest(make, task=Task.REGRESSION))
    assert "RidgeCV" in verdict.remedies[0].code


def test_a_simple_model_and_no_probe_are_not_applicable(judge, make):
    assert judge("linear-suffices", make.record()).status is Status.NOT_APPLICABLE
    assert judge("linear-suffices", forest(make, None)).status is Status.NOT_APPLICABLE
    bare = replace(forest(make), alternatives=())
    assert "No extra fits" in judge("linear-suffices", bare).message
    cut = replace(bare, probes=(ProbeFacts(name="linear", status="cut", reason="needs about 9 s"),))
    assert judge("linear-suffices", cut).status is Status.INCONCLUSIVE
    failed = replace(bare, probes=(ProbeFacts(name="linear", status="failed", reason="no rows"),))
    assert "no rows" in judge("linear-suffices", failed).message

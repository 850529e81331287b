from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import AlternativeFitFacts


def slow(make, seconds: float, **changes):
    fit = make.fit(seconds=seconds, **changes)
    return make.record(fit=fit, fits=(fit,))


def linear(make, gain_skill: float, seconds: float = 0.1):
    return AlternativeFitFacts(
        kind="linear",
        description="LogisticRegression",
        source="probe",
        metric="roc_auc",
        score=make.estimate(0.88),
        gain=make.estimate(gain_skill / 2, 0.002),
        gain_skill=make.estimate(gain_skill, 0.004),
        seconds=seconds,
    )


def test_a_fit_beyond_the_budget_is_flagged(judge, make):
    verdict = judge("slow-training", slow(make, 1200))
    assert verdict.status is Status.FLAGGED
    assert "20 min" in verdict.message and "10 min" in verdict.message


def test_the_budget_itself_passes_and_is_the_users(judge, make):
    assert judge("slow-training", slow(make, 600)).status is Status.PASSED
    assert judge("slow-training", slow(make, 60), budget=30).status is Status.FLAGGED


def test_the_longest_fit_counts(judge, make):
    record = make.record(fits=(make.fit(seconds=1.0), make.fit(seconds=900.0)))
    assert judge("slow-training", record).status is Status.FLAGGED


def test_far_longer_than_a_linear_model_that_does_as_well_is_flagged(judge, make):
    def judged(seconds: float, gain_skill: float):
        fit = make.fit(seconds=seconds)
        record = make.record(fit=fit, fits=(fit,), alternatives=(linear(make, gain_skill),))
        return judge("slow-training", record)

    assert judged(5.0, 0.0).status is Status.FLAGGED
    assert judged(5.0, -0.02).status is Status.PASSED  # the run gains two points over it
    assert judged(1.9, 0.0).status is Status.PASSED
    assert judged(0.9, 0.0).status is Status.PASSED


def test_no_fit_is_not_applicable(judge, make):
    for name in ("slow-training", "not-converged"):
        assert judge(name, make.record(fit=None)).status is Status.NOT_APPLICABLE


def iterated(make, *facts, name="LogisticRegression", **changes):
    tunable = ("C", "max_iter")
    estimator = make.estimator(name, "linear", tunable=tunable, convergence=facts, **changes)
    return make.record(fit=make.fit(estimator=estimator))


@pytest.mark.parametrize("facts", [{"n_iter": 100}, {"n_iter": 30, "warned": True}])
def test_a_fit_cut_short_is_flagged(facts, judge, make):
    verdict = judge("not-converged", iterated(make, make.converged(**facts)))
    assert verdict.status is Status.FLAGGED
    assert "of 100 iterations" in verdict.message
    assert any(remedy.code == "model.set_params(max_iter=1000)" for remedy in verdict.remedies)


def test_one_iteration_less_passes(judge, make):
    assert judge("not-converged", iterated(make, make.converged(99))).status is Status.PASSED


def test_boosting_ends_with_its_last_round(judge, make):
    rounds = make.converged(100, estimator="HistGradientBoostingClassifier")
    assert judge("not-converged", iterated(make, rounds)).status is Status.PASSED


def test_unlimited_iterations_pass(judge, make):
    assert judge("not-converged", iterated(make, make.converged(5000, -1, estimator="SVC"))).status is Status.PASSED


def test_no_iterations_are_not_applicable(judge, make):
    assert judge("not-converged", iterated(make)).status is Status.NOT_APPLICABLE


def test_scaling_comes_first_unless_it_is_done(judge, make):
    bare = judge("not-converged", iterated(make, make.converged(100)))
    assert "StandardScaler" in bare.remedies[0].code
    nested = make.converged(100, path="logisticregression")
    scaled = judge("not-converged", iterated(make, nested, steps=("Pipeline", "StandardScaler", "LogisticRegression")))
    assert [remedy.code for remedy in scaled.remedies] == ["model.set_params(logisticregression__max_iter=1000)"]

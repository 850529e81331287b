from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.profile import TargetProfile
from mlflow_pitfalls.model.values import Interval, Task


def skewed(make, *, skew: float = 5.0, half: float | None = 1.0, median: float = 10.0, estimator=None, **changes):
    defaults = {"minimum": 1.0, "maximum": 500.0, "quantiles": ((0.5, median),)}
    target = TargetProfile(
        name="y",
        task=Task.REGRESSION,
        rows=1000,
        distinct=900,
        skew=skew,
        skew_interval=None if half is None else Interval(low=skew - half, high=skew + half),
        **{**defaults, **changes},
    )
    fit = make.fit(estimator=estimator or make.estimator("Ridge", "linear", kind="regressor"))
    return make.record(task=Task.REGRESSION, fit=fit, train=make.profile(target=target))


def test_a_long_tail_is_flagged(judge, make):
    verdict = judge("skewed-target", skewed(make))
    assert verdict.status is Status.FLAGGED
    assert "50 times the median" in verdict.message
    assert "log1p" in verdict.remedies[0].code


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"skew": 2.0, "half": 0.1}, Status.PASSED),
        ({"skew": 2.5, "half": 0.6}, Status.INCONCLUSIVE),
        ({"skew": 2.7, "half": 0.6}, Status.FLAGGED),
        ({"half": None}, Status.INCONCLUSIVE),
        ({"maximum": 200.0}, Status.PASSED),
        ({"maximum": 201.0}, Status.FLAGGED),
        ({"minimum": -1.0}, Status.NOT_APPLICABLE),
        ({"minimum": None}, Status.NOT_APPLICABLE),
        ({"minimum": 0.0, "median": 0.0}, Status.FLAGGED),
    ],
)
def test_skewness_and_reach_both_count(changes, status, judge, make):
    assert judge("skewed-target", skewed(make, **changes)).status is status


def test_many_zeros_ask_for_a_loss_first(judge, make):
    verdict = judge("skewed-target", skewed(make, minimum=0.0, median=0.0))
    assert "poisson" in verdict.remedies[0].code


@pytest.mark.parametrize(
    "changes",
    [
        {"target_transformed": True},
        {"name": "GammaRegressor"},
        {"name": "HistGradientBoostingRegressor", "parameters": (("loss", "absolute_error"),)},
        {"family": "dummy"},
    ],
)
def test_an_answered_tail_is_left_alone(changes, judge, make):
    assert judge("skewed-target", skewed(make, estimator=make.estimator(**changes))).status is Status.NOT_APPLICABLE


def test_classes_have_no_tail(judge, make):
    assert judge("skewed-target", make.record()).status is Status.NOT_APPLICABLE

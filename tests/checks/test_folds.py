from __future__ import annotations

import statistics

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import CrossValidationFacts
from mlflow_pitfalls.model.values import Severity, Task

NAME = "unstable-score"


def crossed(make, *scores: float, metric: str = "roc_auc", **changes):
    facts = CrossValidationFacts(
        function="cross_val_score",
        estimator="Ridge",
        splitter="",
        folds=len(scores),
        metric=metric,
        scores=scores,
        site="train.py:7",
    )
    return make.record(cross_validations=(facts,), **changes)


def test_a_wide_spread_is_flagged(judge, make):
    verdict = judge(NAME, crossed(make, 0.71, 0.88, 0.62, 0.90, 0.79))
    assert (verdict.status, verdict.severity or Severity.LOW) == (Status.FLAGGED, Severity.LOW)
    assert "0.62 to 0.90" in verdict.message
    spread = statistics.stdev((0.71, 0.88, 0.62, 0.90, 0.79)) / 0.5
    assert abs(verdict.evidence.value - spread) < 1e-9
    assert verdict.evidence.interval.low < spread < verdict.evidence.interval.high


def test_a_spread_that_may_be_chance_passes(judge, make):
    assert judge(NAME, crossed(make, 0.80, 0.83, 0.81, 0.85, 0.79)).status is Status.PASSED
    # The interval's lower bound decides: a deviation of 0.08 in skill over five folds reaches down to 0.048.
    assert judge(NAME, crossed(make, 0.80, 0.90, 0.81, 0.86, 0.84)).status is Status.PASSED


def test_more_cross_validations_ask_for_more(judge, make):
    record = crossed(make, 0.78, 0.88, 0.77, 0.86, 0.84)
    assert judge(NAME, record).status is Status.FLAGGED
    many = make.record(cross_validations=record.cross_validations * 20)
    assert judge(NAME, many).status is Status.PASSED


def test_without_folds_or_a_known_dummy_it_is_not_applicable(judge, make):
    assert judge(NAME, make.record()).status is Status.NOT_APPLICABLE
    assert judge(NAME, crossed(make, 0.5, 0.9)).status is Status.NOT_APPLICABLE
    assert judge(NAME, crossed(make, -5.0, -9.0, -2.0, metric="neg_mean_squared_error")).status is Status.NOT_APPLICABLE
    unknown = crossed(make, 0.5, 0.9, 0.1, metric="", task=Task.UNKNOWN, scores=())
    assert judge(NAME, unknown).status is Status.NOT_APPLICABLE


def test_the_room_comes_from_the_same_metric_or_the_majority(judge, make):
    scores = (0.90, 0.94, 0.99, 0.92, 0.97)
    rare = make.profile(target=make.target(900, 100))
    verdict = judge(NAME, crossed(make, *scores, metric="accuracy", train=rare))
    assert abs(verdict.evidence.value - statistics.stdev(scores) / 0.1) < 1e-9
    error = make.score(held_out=-2.0, train=-1.0, metric="neg_mean_absolute_error", dummy=-4.0, perfect=0.0)
    known = crossed(make, -2.0, -2.5, -1.0, metric="neg_mean_absolute_error", task=Task.REGRESSION, scores=(error,))
    assert abs(judge(NAME, known).evidence.value - statistics.stdev((-2.0, -2.5, -1.0)) / 4.0) < 1e-9

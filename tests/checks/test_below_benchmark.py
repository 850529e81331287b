from __future__ import annotations

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Severity, Task

NAME = "below-benchmark"


def benchmarked(make, wanted: float, metric: str = "roc_auc", **changes):
    return make.record(benchmark=((metric, wanted),), **changes)


def test_a_score_below_the_benchmark_is_flagged(judge, make):
    verdict = judge(NAME, benchmarked(make, 0.95))
    assert (verdict.status, verdict.severity or Severity.HIGH) == (Status.FLAGGED, Severity.HIGH)
    assert "roc_auc 0.89" in verdict.message
    assert "below your benchmark of 0.95" in verdict.message


def test_at_the_interval_it_is_undecided_and_above_it_passes(judge, make):
    assert judge(NAME, benchmarked(make, 0.901)).status is Status.FLAGGED
    verdict = judge(NAME, benchmarked(make, 0.895))
    assert verdict.status is Status.INCONCLUSIVE
    assert "held-out rows" in verdict.message
    assert judge(NAME, benchmarked(make, 0.88)).status is Status.PASSED


def test_errors_are_told_as_they_were_given(judge, make):
    score = make.score(train=-1.0, held_out=-2.0, metric="neg_mean_absolute_error", dummy=-4.0, perfect=0.0, half=0.1)
    record = benchmarked(make, -1.5, "neg_mean_absolute_error", scores=(score,), task=Task.REGRESSION)
    verdict = judge(NAME, record)
    assert verdict.status is Status.FLAGGED
    assert "mean_absolute_error 2.00 (95 % CI 1.90–2.10, 1 000 held-out rows) is above your benchmark of 1.50" in (
        verdict.message
    )


def test_the_worst_of_several_speaks(judge, make):
    record = make.record(
        benchmark=(("roc_auc", 0.95), ("accuracy", 0.99)),
        scores=(make.score(), make.score(metric="accuracy", held_out=0.7)),
    )
    verdict = judge(NAME, record)
    assert verdict.message.startswith("accuracy 0.70")
    assert "and so are 1 more" in verdict.message


def test_unknown_or_unmeasured_metrics_are_inconclusive(judge, make):
    verdict = judge(NAME, benchmarked(make, 0.8, "rocauc"))
    assert verdict.status is Status.INCONCLUSIVE
    assert "did you mean 'roc_auc'" in verdict.message
    assert judge(NAME, benchmarked(make, 0.8, "f1")).status is Status.INCONCLUSIVE
    assert judge(NAME, benchmarked(make, 0.8, scores=(make.score(half=None),))).status is Status.INCONCLUSIVE


def test_without_a_benchmark_or_for_a_dummy_it_is_not_applicable(judge, make):
    assert judge(NAME, make.record()).status is Status.NOT_APPLICABLE
    dummy = make.fit(estimator=make.estimator("DummyClassifier", "dummy"))
    assert judge(NAME, benchmarked(make, 0.95, fit=dummy)).status is Status.NOT_APPLICABLE

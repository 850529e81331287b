from __future__ import annotations

import ast

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import LearningCurveFacts, TimeFacts


def kernel(make, name: str = "SVC", *, rows: int = 30_000, seconds: float = 40.0, columns: int = 20, **changes):
    estimator = make.estimator(name, changes.pop("family", "svm"), **changes)
    return make.fit(estimator=estimator, rows=rows, seconds=seconds, columns=columns)


def judged(judge, make, fit, **changes):
    return judge("superlinear-fit", make.record(fit=fit, fits=(fit,), **changes))


def test_a_kernel_machine_on_many_rows_is_flagged_with_both_times(judge, make):
    verdict = judged(judge, make, kernel(make))
    assert verdict.status is Status.FLAGGED
    assert "40 s on 30 000" in verdict.message and "67 min" in verdict.message
    assert "LinearSVC" in verdict.remedies[0].code


@pytest.mark.parametrize("below", [{"rows": 20_000}, {"seconds": 9.9}])
def test_just_below_the_bounds_passes(below, judge, make):
    assert judged(judge, make, kernel(make, **below)).status is Status.PASSED


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("RandomForestClassifier", ()),
        ("LinearSVC", ()),
        ("AgglomerativeClustering", (("connectivity", "csr_matrix"),)),
        ("SpectralClustering", (("affinity", "nearest_neighbors"),)),
        ("MeanShift", (("bin_seeding", "True"),)),
        ("KNeighborsClassifier", (("algorithm", "kd_tree"),)),
    ],
)
def test_what_scales_is_not_applicable(name, parameters, judge, make):
    verdict = judged(judge, make, kernel(make, name, parameters=parameters))
    assert verdict.status is Status.NOT_APPLICABLE


def test_of_neighbours_the_predictions_count(judge, make):
    times = TimeFacts(predict_seconds=50.0, predict_calls=1)
    many = kernel(make, "KNeighborsClassifier", seconds=0.01, columns=16)
    verdict = judged(judge, make, many, times=times)
    assert verdict.status is Status.FLAGGED
    assert "predictions took 50 s" in verdict.message
    few = kernel(make, "KNeighborsClassifier", seconds=0.01, columns=15)
    assert judged(judge, make, few, times=times).status is Status.NOT_APPLICABLE
    brute = kernel(make, "KNeighborsClassifier", columns=15, parameters=(("algorithm", "brute"),))
    assert judged(judge, make, brute, times=times).status is Status.FLAGGED
    assert judged(judge, make, many).status is Status.PASSED  # its predictions took no time


@pytest.mark.parametrize(
    ("value", "half", "status"),
    [(1.1, 0.05, Status.PASSED), (2.4, 0.2, Status.FLAGGED), (1.1, 0.5, Status.FLAGGED)],
)
def test_what_was_measured_counts(value, half, status, judge, make):
    curve = LearningCurveFacts(
        metric="roc_auc", points=(), full_rows=30_000, full_seconds=40, time_exponent=make.estimate(value, half, 5000)
    )
    verdict = judged(judge, make, kernel(make), learning_curve=curve)
    assert verdict.status is status
    if status is Status.FLAGGED:
        assert verdict.evidence.value == value and verdict.evidence.interval is not None


def test_slow_training_is_its_symptom(make):
    from mlflow_pitfalls.checks.runner import run_checks

    fit = kernel(make, seconds=1200.0)
    outcomes = {outcome.check: outcome for outcome in run_checks(make.record(fit=fit, fits=(fit,))).outcomes}
    assert outcomes["slow-training"].explained_by == "superlinear-fit"
    assert "slow-training" in outcomes["superlinear-fit"].explains


def test_lines_fit_into_a_pipeline(judge, make):
    nested = kernel(make, parameter_prefix="svc__")
    code = judged(judge, make, nested).remedies[0].code
    assert code.startswith("model.set_params(svc=make_pipeline(") and ast.parse(code)
    graph = kernel(make, "SpectralClustering", parameter_prefix="last__")
    assert judged(judge, make, graph).remedies[0].code == 'model.set_params(last__affinity="nearest_neighbors")'
    linked = kernel(make, "AgglomerativeClustering", parameter_prefix="last__")
    assert judged(judge, make, linked).remedies[0].code == ""


def test_the_lines_run():
    from sklearn.cluster import AgglomerativeClustering, Birch
    from sklearn.datasets import make_blobs

    X, _ = make_blobs(200, random_state=0)
    model = Birch(n_clusters=AgglomerativeClustering(3)).fit(X)
    assert len(set(model.labels_)) == 3


def test_no_fit_is_not_applicable(judge, make):
    assert judge("superlinear-fit", make.record(fit=None)).status is Status.NOT_APPLICABLE

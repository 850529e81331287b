"""Checks of time and hardware on real runs, through the real capture path."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status

CHECKS = ("superlinear-fit", "idle-cores")


def run(watched, load, model):
    X, y = load(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model.fit(X_train, y_train).score(X_test, y_test)
    return watched.settle()


@pytest.mark.parametrize(
    ("load", "model"),
    [
        (load_breast_cancer, make_pipeline(StandardScaler(), SVC())),
        (load_digits, KNeighborsClassifier()),
        (load_breast_cancer, RandomForestClassifier(random_state=0)),
        (load_diabetes, RandomForestRegressor(n_jobs=2, random_state=0)),
    ],
)
def test_small_real_runs_are_left_alone(load, model, watched):
    record = run(watched, load, model)
    assert record.times.cores >= 1
    for name in CHECKS:
        assert by_name(name)(record).status in (Status.PASSED, Status.NOT_APPLICABLE)


def test_a_kernel_machine_is_recognised_inside_a_pipeline(watched):
    record = run(watched, load_diabetes, make_pipeline(StandardScaler(), SVR()))
    check = by_name("superlinear-fit")
    limits = check.limits({"superlinear-fit.min_rows": 100, "superlinear-fit.min_seconds": 0.0})
    verdict = check(record, limits)
    assert verdict.status is Status.FLAGGED
    assert verdict.remedies[0].code.startswith("model.set_params(svr=")


def test_one_worker_is_recognised(watched):
    record = run(watched, load_breast_cancer, RandomForestClassifier(random_state=0))
    assert record.fit.estimator.jobs == (("RandomForestClassifier", "None"),)


def test_a_search_is_told_with_its_run_and_a_sensible_one_left_alone(watched):
    grid = {"max_depth": [1, 2, 3, 4, 6, 8], "min_samples_leaf": [1, 5, 10, 30]}
    record = run(watched, load_breast_cancer, GridSearchCV(DecisionTreeClassifier(random_state=0), grid))
    assert record.search is not None and record.search.fits == 120
    for name in ("grid-too-large", "tuned-on-edge"):
        assert by_name(name)(record).status is Status.PASSED

"""Checks of classes, samplers and segments on real estimators and data, through the real capture."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_classification
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error, roc_auc_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Severity

DATA = Path(__file__).parents[3] / "examples" / "data"
CLASS_CHECKS = (
    "too-few-minority",
    "class-never-predicted",
    "class-missing-in-split",
    "unstratified-split",
    "resampled-test-set",
    "oversampling-overfit",
    "weak-segment",
    "miscalibrated",
)


def judged(watched):
    return {outcome.check: outcome for outcome in run_checks(watched.settle()).outcomes}


def _bank() -> tuple[pd.DataFrame, pd.Series]:
    table = pd.read_csv(DATA / "bank_marketing.csv", sep=";")
    return table.drop(columns="y").select_dtypes("number"), table["y"]


@pytest.mark.parametrize(
    "load",
    [
        lambda: load_iris(return_X_y=True, as_frame=True),
        lambda: load_breast_cancer(return_X_y=True, as_frame=True),
        _bank,
    ],
    ids=["iris", "cancer", "bank"],
)
def test_the_class_checks_are_quiet_on_clean_data(watched, load):
    X_train, X_test, y_train, y_test = train_test_split(*load(), random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X_train, y_train)
    log_loss(y_test, model.predict_proba(X_test))
    f1_score(y_test, model.predict(X_test), average="macro")
    found = judged(watched)
    assert [name for name in CLASS_CHECKS if found[name].status is Status.FLAGGED] == []


def test_a_cut_through_sorted_classes(watched):
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X[:100], y[:100])
    accuracy_score(y[90:], model.predict(X[90:]))
    outcome = judged(watched)["class-missing-in-split"]
    assert outcome.severity is Severity.HIGH
    assert "not in training" in outcome.message


def _rare(seed: int = 0, n: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    return make_classification(n, weights=[0.94], class_sep=0.6, flip_y=0.02, random_state=seed)


def test_evaluated_rows_out_of_a_sampler(watched):
    X_train, X_test, y_train, y_test = train_test_split(*_rare(), random_state=0)
    model = LogisticRegression(max_iter=500).fit(X_train, y_train)
    X_even, y_even = RandomOverSampler(random_state=0).fit_resample(X_test, y_test)
    f1_score(y_even, model.predict(X_even))
    found = judged(watched)
    assert found["resampled-test-set"].severity is Severity.HIGH
    assert found["resample-before-split"].status is Status.PASSED


def test_a_tree_on_copies_of_the_rare_class(watched):
    X_train, X_test, y_train, y_test = train_test_split(*_rare(), random_state=0)
    X_even, y_even = RandomOverSampler(random_state=0).fit_resample(X_train, y_train)
    f1_score(y_test, DecisionTreeClassifier(random_state=0).fit(X_even, y_even).predict(X_test))
    found = judged(watched)
    assert found["oversampling-overfit"].status is Status.FLAGGED
    assert found["resampled-test-set"].status is Status.PASSED


def test_a_class_that_is_never_predicted(watched):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 3))
    y = (X[:, 0] + rng.normal(scale=2.0, size=2000) > 4.2).astype(int)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f1_score(y_test, LogisticRegression(C=0.01).fit(X_train, y_train).predict(X_test))
    outcome = judged(watched)["class-never-predicted"]
    assert outcome.status in (Status.FLAGGED, Status.EXPLAINED)
    assert "never predicted" in outcome.message


@pytest.mark.parametrize("model", [Ridge(), RandomForestRegressor(30, random_state=0)], ids=["ridge", "forest"])
def test_segments_of_clean_regressions_are_quiet(watched, model):
    X_train, X_test, y_train, y_test = train_test_split(*load_diabetes(return_X_y=True, as_frame=True), random_state=0)
    mean_absolute_error(y_test, model.fit(X_train, y_train).predict(X_test))
    record = watched.settle()
    assert record.segments
    assert record.calibration is None
    assert {o.check: o for o in run_checks(record).outcomes}["weak-segment"].status is not Status.FLAGGED


def test_a_branch_with_labels_of_its_own_is_a_weak_segment(watched):
    X, y = make_classification(3000, 8, n_informative=4, random_state=0)
    rng = np.random.default_rng(0)
    table = pd.DataFrame(X).add_prefix("f").assign(branch=rng.choice([0, 1, 2], len(X), p=[0.15, 0.45, 0.4]))
    y = np.where(table["branch"] == 0, rng.permutation(y), y)
    X_train, X_test, y_train, y_test = train_test_split(table, y, random_state=0)
    model = RandomForestClassifier(50, random_state=0).fit(X_train, y_train)
    accuracy_score(y_test, model.predict(X_test))
    outcome = judged(watched)["weak-segment"]
    assert outcome.status is Status.FLAGGED
    assert "branch = 0" in outcome.message


def test_weighted_classes_shift_probabilities(watched):
    X_train, X_test, y_train, y_test = train_test_split(*_rare(), random_state=0)
    model = LogisticRegression(class_weight="balanced").fit(X_train, y_train)
    roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    outcome = judged(watched)["miscalibrated"]
    assert outcome.status is Status.FLAGGED
    assert "too high as a whole" in outcome.message


def test_decision_values_are_no_probabilities(watched):
    X_train, X_test, y_train, y_test = train_test_split(*_rare(n=1500), random_state=0)
    model = LinearSVC().fit(X_train, y_train)
    roc_auc_score(y_test, model.decision_function(X_test))
    assert watched.settle().calibration is None


def test_folds_of_clean_data_are_stable(watched):
    X, y = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    cross_val_score(model, X, y, cv=5)
    model.fit(X, y)
    record = watched.settle()
    assert len(record.cross_validations[0].scores) == 5
    found = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert found["unstable-score"].status is Status.PASSED
    assert found["below-benchmark"].status is Status.NOT_APPLICABLE

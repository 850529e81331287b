"""Checks on columns and targets through the whole capture, on real data with and without the pitfall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status

OURS = (
    "target-type-mismatch",
    "high-cardinality-feature",
    "mixed-types",
    "infinite-or-huge",
    "disguised-missing",
    "conflicting-labels",
    "unscaled-features",
    "skewed-target",
)
SETS = {"cancer": load_breast_cancer, "digits": load_digits, "iris": load_iris, "wine": load_wine}


@pytest.fixture
def flags_of(watched):
    """Fits, scores, and names the flags of the checks on columns."""

    def run(model, X, y):
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
        model.fit(X_train, y_train).score(X_test, y_test)
        record = watched.settle()
        return {name for name in OURS if by_name(name)(record).status is Status.FLAGGED}

    return run


@pytest.mark.parametrize("name", SETS)
def test_clean_classes_are_quiet(flags_of, name):
    X, y = SETS[name](return_X_y=True, as_frame=True)
    assert flags_of(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)), X, y) == set()


def test_clean_numbers_are_quiet(flags_of):
    assert flags_of(Ridge(), *load_diabetes(return_X_y=True, as_frame=True)) == set()


def test_a_quantity_as_classes(flags_of):
    model = RandomForestClassifier(n_estimators=5, random_state=0)
    X, y = load_diabetes(return_X_y=True)
    assert flags_of(model, X, np.round(y / 2)) == {"target-type-mismatch"}


def test_a_yes_no_question_as_a_number(flags_of):
    model = RandomForestRegressor(n_estimators=5, random_state=0)
    assert flags_of(model, *load_breast_cancer(return_X_y=True)) == {"target-type-mismatch"}


def test_infinite_ratios_and_stray_text(flags_of):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X = X.iloc[:, :4].copy()
    infinite = X.assign(ratio=np.where(np.arange(len(X)) % 50 == 0, np.inf, 1.0))
    assert flags_of(HistGradientBoostingClassifier(max_iter=5), infinite, y) == {"infinite-or-huge"}
    text = X.assign(total=pd.Series(X["mean area"].astype(str)).where(X.index % 40 != 0, " "))
    numbers = make_column_selector(dtype_include=np.number)
    encoder = (OneHotEncoder(handle_unknown="ignore"), ["total"])
    model = make_pipeline(make_column_transformer(encoder, (StandardScaler(), numbers)), LogisticRegression())
    assert "mixed-types" in flags_of(model, text, y)


def test_codes_for_missing_values(flags_of):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    coded = X.assign(**{"mean radius": X["mean radius"].where(X.index % 10 != 0, -1.0)})
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    assert flags_of(model, coded, y) == {"disguised-missing"}


def test_rows_that_contradict_each_other(flags_of):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X, y = pd.concat([X, X[:60]], ignore_index=True), pd.concat([y, 1 - y[:60]], ignore_index=True)
    model = RandomForestClassifier(n_estimators=5, random_state=0)
    assert flags_of(model, X, y) == {"conflicting-labels"}


@pytest.mark.parametrize(
    ("model", "flags"),
    [
        (KNeighborsClassifier(), {"unscaled-features"}),
        (make_pipeline(MinMaxScaler(), SVC()), set()),
        (RandomForestClassifier(n_estimators=5, random_state=0), set()),
        (LinearDiscriminantAnalysis(), set()),
    ],
)
def test_models_of_distances_need_one_scale(flags_of, model, flags):
    assert flags_of(model, *load_wine(return_X_y=True, as_frame=True)) == flags


def test_pixels_have_one_scale(flags_of):
    assert flags_of(KNeighborsClassifier(), *load_digits(return_X_y=True)) == set()


def test_long_tails_of_a_target(flags_of):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    tail = np.exp(y / 40)
    assert flags_of(Ridge(), X, tail) == {"skewed-target"}
    assert flags_of(TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp), X, tail) == set()


def test_columns_that_say_the_same(watched):
    X_train, X_test, y_train, y_test = train_test_split(*load_breast_cancer(return_X_y=True, as_frame=True))
    RandomForestClassifier(n_estimators=5).fit(X_train, y_train).score(X_test, y_test)
    record = watched.settle()
    check = by_name("collinear-features")
    assert check(record).status is Status.FLAGGED
    named = {column for pair in record.train.collinear for column in (pair.first, pair.second)}
    assert {"mean radius", "mean area", "mean perimeter"} <= named
    one_each = replace(record, train=replace(record.train, collinear=()))
    assert check(one_each).status is Status.PASSED

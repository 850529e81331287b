"""Transformers before and after the split, as scripts write them, followed through the hooks."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, Normalizer, OneHotEncoder, StandardScaler

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.values import Severity


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X.iloc[:, :8], y


def _model():
    return LogisticRegression(max_iter=5000)


def _evaluate(X, y):
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    accuracy_score(y_test, _model().fit(X_train, y_train).predict(X_test))


def _verdict(watched):
    return by_name("preprocess-before-split")(watched.settle())


def _fit_then_transform(X, y):
    scaler = StandardScaler()
    scaler.fit(X)
    return scaler.transform(X)


def _written_back(X, y):
    frame = X.assign(target=y)
    frame[list(X.columns)] = StandardScaler().fit_transform(frame[list(X.columns)])
    return frame.drop(columns="target")


@pytest.mark.parametrize(
    ("prepare", "severity"),
    [
        (lambda X, y: StandardScaler().fit_transform(X.to_numpy()), Severity.MEDIUM),
        (lambda X, y: StandardScaler().set_output(transform="pandas").fit_transform(X), Severity.MEDIUM),
        (lambda X, y: pd.DataFrame(StandardScaler().fit_transform(X), columns=X.columns), Severity.MEDIUM),
        (_fit_then_transform, Severity.MEDIUM),
        (_written_back, Severity.MEDIUM),
        (lambda X, y: PCA(3).fit_transform(X), Severity.MEDIUM),
        (lambda X, y: make_pipeline(Normalizer(), StandardScaler()).fit_transform(X), Severity.MEDIUM),
        (
            lambda X, y: ColumnTransformer([("s", StandardScaler(), [0, 1])], remainder="passthrough").fit_transform(X),
            Severity.MEDIUM,
        ),
        (lambda X, y: SelectKBest(k=3).fit_transform(X, y), Severity.HIGH),
        (lambda X, y: pd.DataFrame(SelectKBest(k=3).fit_transform(X, y)), Severity.HIGH),
    ],
)
def test_what_was_fitted_before_the_split_is_found(prepare, severity, watched, cancer):
    X, y = cancer
    _evaluate(prepare(X, y), y)
    record = watched.settle()
    found = record.preprocessing[0]
    assert (found.rows, found.held_out_rows, found.before) == (len(X), 143, "split")
    verdict = by_name("preprocess-before-split")(record)
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, severity)


@pytest.mark.parametrize(
    "prepare",
    [
        lambda X, y: Normalizer().fit_transform(X),
        lambda X, y: OneHotEncoder(max_categories=4).fit_transform(X.round(0)),
        lambda X, y: SimpleImputer().fit_transform(X),  # with nothing to fill
        lambda X, y: (StandardScaler().fit_transform(X), X)[1],  # looked at, not used
        lambda X, y: (SelectKBest(k=3).fit_transform(X, y), X.copy())[1],
        lambda X, y: (PCA(2).fit_transform(X), X.copy())[1],
    ],
)
def test_what_does_no_harm_passes(prepare, watched, cancer):
    X, y = cancer
    _evaluate(prepare(X, y), LabelEncoder().fit_transform(y))
    assert _verdict(watched).status is Status.PASSED


def test_a_split_that_comes_first_passes(watched, cancer):
    X_train, X_test, y_train, y_test = train_test_split(*cancer, random_state=0)
    scaler = StandardScaler().fit(X_train)
    search = GridSearchCV(_model(), {"C": [0.1, 1.0]}, cv=3).fit(scaler.transform(X_train), y_train)
    accuracy_score(y_test, search.predict(scaler.transform(X_test)))
    assert _verdict(watched).status is Status.PASSED
    model = make_pipeline(SelectKBest(k=3), StandardScaler(), _model()).fit(X_train, y_train)
    accuracy_score(y_test, model.predict(X_test))
    assert _verdict(watched).status is Status.PASSED


def test_folds_of_prepared_rows(watched, cancer):
    X, y = cancer[0].to_numpy(), cancer[1].to_numpy()
    scaled = StandardScaler().fit_transform(X)
    for train, test in KFold(3, shuffle=True, random_state=0).split(scaled):
        accuracy_score(y[test], _model().fit(scaled[train], y[train]).predict(scaled[test]))
    assert _verdict(watched).status is Status.FLAGGED
    for train, test in KFold(3, shuffle=True, random_state=0).split(X):
        scaler = StandardScaler()
        model = _model().fit(scaler.fit_transform(X[train]), y[train])
        accuracy_score(y[test], model.predict(scaler.transform(X[test])))
    assert _verdict(watched).status is Status.PASSED


def test_cross_validation_and_searches_of_prepared_rows(watched, cancer):
    X, y = cancer
    selected = SelectKBest(k=3).fit_transform(X, y)
    cross_val_score(_model(), selected, y, cv=3)
    _model().fit(selected, y)
    verdict = _verdict(watched)
    assert (verdict.status, verdict.severity) == (Status.FLAGGED, Severity.HIGH)
    GridSearchCV(_model(), {"C": [0.1, 1.0]}, cv=3).fit(StandardScaler().fit_transform(X), y)
    assert _verdict(watched).severity is Severity.MEDIUM
    pipeline = make_pipeline(StandardScaler(), _model())
    GridSearchCV(pipeline, {"logisticregression__C": [0.1, 1.0]}, cv=3).fit(X, y)
    assert _verdict(watched).status is Status.PASSED


def test_no_transformer_and_no_table_is_kept_alive(watched, cancer):
    frame = cancer[0].copy()
    scaler = StandardScaler()
    scaled = pd.DataFrame(scaler.fit_transform(frame))
    watching = [weakref.ref(scaler), weakref.ref(frame), weakref.ref(scaled)]
    _evaluate(scaled, cancer[1])
    del scaler, frame, scaled
    gc.collect()
    assert [reference() for reference in watching] == [None, None, None]


def test_anything_may_be_transformed(watched, hostile):
    odd = np.array([[hostile()] for _ in range(30)], dtype=object)
    SimpleImputer(strategy="constant", fill_value=0).fit(np.zeros((1, 1))).transform(np.zeros((0 + 1, 1)))
    watched.recorder._lineage.preparations.find(odd)
    for rows in (1, 25):
        StandardScaler().fit_transform(np.ones((rows, 2)))
    assert watched.recorder._lineage.preparations.find(odd) is None

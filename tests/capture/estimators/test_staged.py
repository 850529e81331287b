from __future__ import annotations

import inspect
import time

import numpy as np
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor
from lightgbm import LGBMClassifier, LGBMRegressor, early_stopping
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from mlflow_pitfalls.capture.estimators.staged import MAX_STAGES, staged_answers

CANCER = load_breast_cancer(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
CATBOOST = {"verbose": 0, "thread_count": 1, "allow_writing_files": False}
# LightGBM before 4.7 says so of plain arrays, too.
pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names, but LGBM:UserWarning")
CLASSIFIERS = (
    GradientBoostingClassifier(n_estimators=30, max_depth=1),
    HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=4),
    AdaBoostClassifier(n_estimators=30, random_state=0),
    XGBClassifier(n_estimators=30, max_depth=2, n_jobs=1),
    LGBMClassifier(n_estimators=30, num_leaves=4, verbose=-1, n_jobs=1),
    CatBoostClassifier(iterations=30, depth=2, **CATBOOST),
)
REGRESSORS = (
    GradientBoostingRegressor(n_estimators=30, max_depth=1),
    HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=4),
    AdaBoostRegressor(n_estimators=30, random_state=0),
    XGBRegressor(n_estimators=30, max_depth=2, n_jobs=1),
    LGBMRegressor(n_estimators=30, num_leaves=4, verbose=-1, n_jobs=1),
    CatBoostRegressor(iterations=30, depth=2, **CATBOOST),
)


def asked(model, rows, *, scores=True, seconds=60.0):
    return staged_answers(model, rows, scores=scores, deadline=time.perf_counter() + seconds)


def name_of(model):
    return type(model).__name__


@pytest.mark.parametrize("model", CLASSIFIERS, ids=name_of)
def test_a_classifier_tells_what_it_said_earlier(model):
    X, y = CANCER
    found = asked(model.fit(X, y), X[:50])
    assert found.estimator == name_of(model)
    assert not found.early_stopping
    assert len(found.rounds) == MAX_STAGES and found.rounds[-1] == 30
    assert model.get_params().get(found.parameter, 30) == 30
    np.testing.assert_allclose(found.answers[-1], model.predict_proba(X[:50]), rtol=1e-6)
    assert not np.allclose(found.answers[0], found.answers[-1])
    labels = asked(model, X[:50], scores=False)
    np.testing.assert_array_equal(labels.answers[-1], model.predict(X[:50]))


@pytest.mark.parametrize("model", REGRESSORS, ids=name_of)
def test_a_regressor_has_no_scores_but_its_predictions(model):
    X, y = DIABETES
    found = asked(model.fit(X, y), X[:50])
    np.testing.assert_allclose(found.answers[-1], model.predict(X[:50]), rtol=1e-6)
    assert found.answers[0].shape == (50,)


def test_models_inside_of_pipelines_and_searches_are_found():
    X, y = DIABETES
    inner = make_pipeline(StandardScaler(), GradientBoostingRegressor(max_depth=1, random_state=0))
    grid = {"gradientboostingregressor__n_estimators": [20, 25]}
    search = GridSearchCV(inner, grid, cv=2).fit(X, y)
    found = asked(search, X[:20])
    np.testing.assert_allclose(found.answers[-1], search.predict(X[:20]))


@pytest.mark.parametrize(
    "model",
    [
        GradientBoostingClassifier(n_iter_no_change=50, n_estimators=30),
        HistGradientBoostingClassifier(early_stopping=True, max_iter=30, n_iter_no_change=50),
    ],
    ids=name_of,
)
def test_models_that_stop_by_themselves_say_so(model):
    assert asked(model.fit(*CANCER), CANCER[0][:20]).early_stopping


def test_stopping_by_given_rows_is_recognised():
    X, y = CANCER
    boosted = XGBClassifier(n_estimators=60, early_stopping_rounds=50, n_jobs=1).fit(
        X, y, eval_set=[(X[:99], y[:99])], verbose=False
    )
    assert asked(boosted, X[:20]).early_stopping
    light = LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1)
    held_out = {"eval_X": X[:99], "eval_y": y[:99]}
    if "eval_X" not in inspect.signature(light.fit).parameters:  # before LightGBM 4.7, which deprecates the other
        held_out = {"eval_set": [(X[:99], y[:99])]}
    light.fit(X, y, **held_out, callbacks=[early_stopping(50, verbose=False)])
    assert asked(light, X[:20]).early_stopping
    cat = CatBoostClassifier(iterations=60, **CATBOOST).fit(X, y, eval_set=(X[:99], y[:99]))
    assert asked(cat, X[:20]).early_stopping


def test_other_models_and_few_rounds_have_none():
    X, y = CANCER
    assert asked(RandomForestClassifier(5).fit(X, y), X[:20]) is None
    assert asked(GradientBoostingClassifier(n_estimators=5).fit(X, y), X[:20]) is None
    assert asked(None, X[:20]) is None


def test_past_the_deadline_there_is_no_answer():
    X, y = CANCER
    model = GradientBoostingClassifier(n_estimators=30, max_depth=1).fit(X, y)
    assert asked(model, X[:20], seconds=-1.0) is None

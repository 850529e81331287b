from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.levers import RICHER, SIMPLER


def noisy(rows=1200, columns=8, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns))
    return x, ((x[:, 0] + x[:, 1] + rng.normal(scale=1.0, size=rows)) > 0).astype(int)


def wave(rows=1200):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 3))
    return x, (np.sin(3 * x[:, 0]) + rng.normal(scale=0.2, size=rows) > 0).astype(int)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (DecisionTreeClassifier(random_state=0), "min_samples_leaf=5"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier(1)), "n_neighbors=15"),
        (
            GridSearchCV(DecisionTreeClassifier(random_state=0), {"min_samples_split": [2, 3]}, cv=2),
            "min_samples_leaf=5",
        ),
    ],
    ids=["tree", "pipeline", "search"],
)
def test_a_model_that_memorises_gains_by_its_first_lever(make_context, model, words):
    record, context = make_context(model, *noisy(4000))
    found = run_probes(record, context, [SIMPLER])
    assert found.probes[0].reason == ""
    first = found.alternatives[0]
    assert (first.kind, first.description, first.rows) == ("simpler", words, 3000)
    assert max(fit.gain.interval.low for fit in found.alternatives) > 0


def test_a_sample_is_compared_with_the_models_own_fit_on_it(make_context):
    record, context = make_context(DecisionTreeClassifier(random_state=0), *noisy(), sample=300)
    found = run_probes(record, context, [SIMPLER])
    assert {fit.rows for fit in found.alternatives} == {300} and "own refit" in context.memo


def test_plain_least_squares_gets_a_penalty(make_context):
    x, y = make_regression(120, 8, noise=60, random_state=0)
    model = make_pipeline(PolynomialFeatures(2), LinearRegression())
    record, context = make_context(model, x, y, metric="r2", task=Task.REGRESSION)
    (fit,) = run_probes(record, context, [SIMPLER]).alternatives
    assert fit.description == "RidgeCV" and fit.gain.value > 0


def test_a_penalty_alone_is_tried_at_two_strengths(make_context):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 200))
    y = x[:, 0] + rng.normal(scale=1.0, size=500)
    record, context = make_context(Ridge(alpha=1e-6), x, y, metric="r2", task=Task.REGRESSION)
    found = run_probes(record, context, [SIMPLER]).alternatives
    assert [fit.description for fit in found] == ["alpha=1", "alpha=100"]
    assert found[1].gain.interval.low > 0


def test_without_a_gap_no_simpler_fit_is_made(make_context):
    record, context = make_context(LogisticRegression(max_iter=5000))
    assert "gap" in run_probes(record, context, [SIMPLER]).probes[0].reason
    assert context.budget.spent == 0


def test_a_budget_for_one_move_tells_of_one(make_context):
    record, context = make_context(RandomForestClassifier(random_state=0), *noisy(), fit_seconds=10, seconds=15)
    assert len(run_probes(record, context, [SIMPLER]).alternatives) in (1, 2)
    record, context = make_context(DecisionTreeClassifier(random_state=0), *noisy(), fit_seconds=10, seconds=5)
    assert run_probes(record, context, [SIMPLER]).probes[0].status == "cut"


def test_a_line_through_a_wave_has_more_to_learn(make_context):
    record, context = make_context(LogisticRegression(), *wave())
    (fit,) = run_probes(record, context, [RICHER]).alternatives
    assert (fit.kind, fit.description) == ("richer", "HistGradientBoostingClassifier")
    assert fit.gain.interval.low > 0.1


def test_a_held_back_forest_is_let_go(make_context):
    model = RandomForestClassifier(5, max_depth=1, random_state=0)
    record, context = make_context(model, *wave(), metric="balanced_accuracy")
    found = run_probes(record, context, [RICHER])
    if found.probes[0].status == "done":
        assert found.alternatives[0].description.startswith("max_depth=")


def test_a_good_model_needs_no_richer_one(make_context):
    record, context = make_context(LogisticRegression(max_iter=5000))
    assert "not poor" in run_probes(record, context, [RICHER]).probes[0].reason
    assert run_probes(replace(record, fit=None), context, [RICHER]).probes[0].status == "not_needed"

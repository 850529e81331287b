from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars
import pytest
from scipy import sparse
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression

from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.linear import LINEAR


def test_a_linear_model_on_the_same_rows(make_context):
    record, context = make_context(RandomForestClassifier(random_state=0))
    found = run_probes(record, context, [LINEAR])
    (facts,) = found.alternatives
    assert facts.kind == "linear" and facts.description.startswith("LogisticRegression(C=")
    assert facts.score.value > 0.9 and facts.rows == 426 and facts.score.rows == 143
    assert facts.gain.value == pytest.approx(facts.score.value - record.primary_score.held_out.value)
    assert 0 < facts.seconds == found.times.linear_baseline_seconds


def test_curves_are_beyond_it(make_context):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(800, 2))
    record, context = make_context(RandomForestClassifier(random_state=0), x, (x[:, 0] * x[:, 1] > 0).astype(int))
    (facts,) = run_probes(record, context, [LINEAR]).alternatives
    assert facts.gain.interval.high < -0.2


def test_regression(make_context):
    x, y = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(random_state=0)
    record, context = make_context(forest, x, y, metric="r2", task=Task.REGRESSION, seed=1)
    found = run_probes(record, context, [LINEAR])
    assert found.probes[0].reason == ""
    (facts,) = found.alternatives
    assert facts.description == "RidgeCV" and facts.gain_skill is not None


def test_many_classes(make_context):
    x, y = load_iris(return_X_y=True)
    record, context = make_context(RandomForestClassifier(random_state=0), x, y, task=Task.MULTICLASS)
    assert run_probes(record, context, [LINEAR]).probes[0].status == "done"


def table(rows=400):
    rng = np.random.default_rng(1)
    colour = rng.choice(["red", "green", "blue"], rows)
    frame = pd.DataFrame(
        {
            "number": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
            "huge": np.where(rng.random(rows) < 0.01, np.inf, 1.0),
            "empty": np.full(rows, np.nan),
            "colour": pd.Categorical(colour),
            "text": [f"row {i}" for i in range(rows)],
            "when": pd.date_range("2020-01-01", periods=rows),
            "yes": rng.random(rows) < 0.5,
        }
    )
    return frame, (colour == "red").astype(int)


class Anything(RandomForestClassifier):
    """A forest that takes any table: it looks at the colour alone."""

    __module__ = "sklearn.ensemble"

    def fit(self, x, y):
        return super().fit(self._codes(x), y)

    def predict(self, x):
        return super().predict(self._codes(x))

    @staticmethod
    def _codes(x):
        return np.asarray(x["colour"] == "red").reshape(-1, 1)


@pytest.mark.parametrize("container", [lambda frame: frame, polars.from_pandas], ids=["pandas", "polars"])
def test_mixed_columns_with_gaps_infinities_and_categories(make_context, container):
    frame, y = table()
    record, context = make_context(Anything(n_estimators=3, random_state=0), frame, y)
    context = replace(context, x_train=container(context.x_train), x_held_out=container(context.x_held_out))
    (facts,) = run_probes(record, context, [LINEAR]).alternatives
    assert facts.score.value == 1.0


def test_sparse_rows(make_context, cancer):
    x, y = sparse.csr_matrix(cancer[0].to_numpy()), cancer[1]
    record, context = make_context(RandomForestClassifier(random_state=0), x, y)
    assert run_probes(record, context, [LINEAR]).alternatives[0].score.value > 0.85


def test_not_needed_for_a_linear_model_or_one_without_lift(make_context):
    record, context = make_context(LogisticRegression(max_iter=5000))
    assert run_probes(record, context, [LINEAR]).probes[0].reason == "the model is a simple one itself"
    rng = np.random.default_rng(0)
    record, context = make_context(HistGradientBoostingClassifier(), rng.normal(size=(300, 3)), rng.integers(0, 2, 300))
    assert "dummy" in run_probes(record, context, [LINEAR]).probes[0].reason

"""The rounds of iterative models, through the real capture path."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.recording import settling
from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status


@pytest.fixture
def at_leisure(monkeypatch):
    """Small fits count, and no clock ends what is asked of them."""
    monkeypatch.setattr(settling, "_LEAST_STAGED", 0.0)
    monkeypatch.setattr(settling, "_LEAST_STAGED_BUDGET", 60.0)
    monkeypatch.setattr(settling, "_LARGEST_STAGED_BUDGET", 60.0)


def test_scores_by_round_end_at_the_runs_own(watched, at_leisure):
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = GradientBoostingClassifier(n_estimators=40, max_depth=1, random_state=0).fit(X_train, y_train)
    value = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    staged = watched.settle().staged
    assert (staged.metric, staged.measured_on, staged.total_rounds) == ("roc_auc", "held_out", 40)
    assert staged.scores[-1] == pytest.approx(value)
    assert staged.best_round in staged.rounds
    assert staged.gains[-1].value == 0.0 and staged.gains[0].interval is not None
    assert staged.rows == len(y_test)


def test_noise_fitted_round_by_round_is_flagged_and_a_rising_score_is_not(watched, at_leisure):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 4))
    y = X[:, 0] + 2 * rng.normal(size=1200)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    GradientBoostingRegressor(n_estimators=200, random_state=0).fit(X_train, y_train).score(X_test, y_test)
    verdict = by_name("no-early-stopping")(watched.settle())
    assert verdict.status is Status.FLAGGED
    X, y = load_diabetes(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    slow = GradientBoostingRegressor(n_estimators=40, learning_rate=0.02, random_state=0)
    slow.fit(X_train, y_train).score(X_test, y_test)
    assert by_name("no-early-stopping")(watched.settle()).status is Status.PASSED


def test_short_fits_are_left_alone(watched):
    X, y = load_diabetes(return_X_y=True)
    GradientBoostingRegressor(n_estimators=25, max_depth=1).fit(X[:300], y[:300]).score(X[300:], y[300:])
    assert watched.settle().staged is None

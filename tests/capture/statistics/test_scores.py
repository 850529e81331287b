from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER, SPECS
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.capture.statistics.scores import score_facts
from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.record import ScoreFacts
from mlflow_pitfalls.model.values import Estimate


def _of(model: Any, X: Any, y: Any) -> Predictions:
    return Predictions(y_true=y, y_pred=model.predict(X), y_score=model.predict_proba(X)[:, 1], classes=model.classes_)


def _interval(estimate: Estimate | None) -> tuple[float, float]:
    assert estimate is not None
    assert estimate.interval is not None
    return estimate.interval.low, estimate.interval.high


def _assert_finite(facts: ScoreFacts) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, float):
            assert math.isfinite(value)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)

    walk(dataclasses.asdict(facts))
    assert "NaN" not in to_json(facts)


def test_a_good_model_on_real_data() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
    train, held_out = _of(model, X_train, y_train), _of(model, X_test, y_test)
    facts = score_facts(BY_SCORER["roc_auc"], train=train, held_out=held_out, train_target=y_train, primary=True)
    assert facts.held_out is not None
    assert facts.train is not None
    assert facts.gap is not None
    assert facts.held_out.value == pytest.approx(roc_auc_score(y_test, held_out.y_score))
    assert facts.train.value == pytest.approx(roc_auc_score(y_train, train.y_score))
    assert facts.gap.value == pytest.approx(facts.train.value - facts.held_out.value)
    assert facts.dummy_strategy == "prior"
    assert _interval(facts.skill)[0] > 0.9
    assert facts.primary
    _assert_finite(facts)


def test_labels_at_random_have_no_skill_beyond_chance() -> None:
    rng = np.random.default_rng(0)
    clear = 0
    for seed in range(60):
        y, guess = rng.integers(0, 2, (2, 120))
        facts = score_facts(
            BY_SCORER["balanced_accuracy"],
            train=None,
            held_out=Predictions(y_true=y, y_pred=guess),
            train_target=rng.integers(0, 2, 300),
            resamples=200,
            seed=seed,
        )
        clear += _interval(facts.skill)[0] > 0
    assert clear <= 5


def test_the_majority_answer_has_exactly_no_skill() -> None:
    y = np.repeat([0, 1], [90, 10])
    facts = score_facts(
        BY_SCORER["accuracy"], train=None, held_out=Predictions(y_true=y, y_pred=np.zeros(100, int)), train_target=y
    )
    assert facts.skill == Estimate(value=0.0, interval=facts.skill.interval if facts.skill else None, rows=100)
    assert _interval(facts.skill) == (0.0, 0.0)


def test_a_perfect_score_on_few_rows_has_an_uncertain_skill() -> None:
    y = np.repeat([0, 1], [15, 15])
    facts = score_facts(BY_SCORER["accuracy"], train=None, held_out=Predictions(y_true=y, y_pred=y), train_target=y)
    low, high = _interval(facts.skill)
    assert high == 1.0
    assert low == pytest.approx(2 * _interval(facts.held_out)[0] - 1)
    assert low < 0.9


def test_an_overfit_regressor_has_a_gap() -> None:
    X, y = load_diabetes(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = RandomForestRegressor(30, random_state=0).fit(X_train, y_train)
    train = Predictions(y_true=y_train, y_pred=model.predict(X_train))
    held_out = Predictions(y_true=y_test, y_pred=model.predict(X_test))
    r2 = score_facts(BY_SCORER["r2"], train=train, held_out=held_out, train_target=y_train)
    assert r2.held_out is not None
    assert r2.held_out.value == pytest.approx(r2_score(y_test, held_out.y_pred))
    assert _interval(r2.gap)[0] > 0.3
    assert r2.worst is None
    mse = score_facts(BY_SCORER["neg_mean_squared_error"], train=train, held_out=held_out, train_target=y_train)
    assert mse.skill is not None
    assert r2.skill is not None
    # On the same rows the skill of either is 1 − MSE / MSE of the mean.
    assert mse.skill.value == pytest.approx(r2.skill.value)
    assert mse.gap_skill is not None
    assert mse.gap is not None
    assert mse.dummy is not None
    assert mse.gap_skill.value == pytest.approx(mse.gap.value / -mse.dummy.value)
    for facts in (r2, mse):
        _assert_finite(facts)


def test_one_side_alone() -> None:
    rng = np.random.default_rng(1)
    y, guess = rng.integers(0, 2, (2, 50))
    some = Predictions(y_true=y, y_pred=guess)
    only_train = score_facts(BY_SCORER["balanced_accuracy"], train=some, held_out=None)
    assert only_train.train is not None
    assert only_train.train.value == pytest.approx(balanced_accuracy_score(y, guess))
    assert (only_train.held_out, only_train.gap, only_train.skill, only_train.dummy) == (None,) * 4
    nothing = score_facts(BY_SCORER["roc_auc"], train=some, held_out=some)
    assert (nothing.train, nothing.held_out, nothing.gap) == (None,) * 3


def test_one_class_has_no_auc_and_leaves_accuracy_no_room() -> None:
    held_out = Predictions(y_true=np.ones(30, int), y_pred=np.ones(30, int), y_score=np.ones(30))
    assert score_facts(BY_SCORER["roc_auc"], train=held_out, held_out=held_out).held_out is None
    accuracy = score_facts(BY_SCORER["accuracy"], train=held_out, held_out=held_out)
    assert accuracy.held_out is not None
    assert accuracy.held_out.value == 1.0
    assert (accuracy.skill, accuracy.gap_skill) == (None, None)


def test_hostile_values_give_empty_facts(hostile: type) -> None:
    values = np.array([hostile()] * 30, dtype=object)
    bad = Predictions(y_true=values, y_pred=values, y_score=values, classes=values)
    for spec in SPECS:
        facts = score_facts(spec, train=bad, held_out=bad, train_target=values)
        assert (facts.train, facts.held_out, facts.dummy) == (None,) * 3

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import accuracy_score, average_precision_score, log_loss, r2_score

from mlflow_pitfalls.capture.statistics.bootstrap import resample
from mlflow_pitfalls.capture.statistics.dummy import Dummy, best_dummy
from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER, SPECS


def _best(name: str, train: np.ndarray, held_out: np.ndarray) -> tuple[Dummy, float]:
    dummy = best_dummy(BY_SCORER[name], train, held_out)
    assert dummy is not None
    resampled = resample(BY_SCORER[name], [dummy.predictions], resamples=0, seed=(0,))
    assert resampled is not None
    return dummy, float(resampled.points[0])


def test_accuracys_dummy_is_the_majority() -> None:
    train, held_out = np.repeat(["a", "b"], [70, 30]), np.repeat(["a", "b"], [30, 20])
    dummy, score = _best("accuracy", train, held_out)
    theirs = DummyClassifier(strategy="most_frequent").fit(np.zeros((100, 1)), train).predict(np.zeros((50, 1)))
    assert dummy.strategy == "most_frequent"
    assert score == accuracy_score(held_out, theirs)
    assert dummy.train is not None
    assert dummy.train.rows == 100


def test_f1s_dummy_guesses_in_proportion() -> None:
    rng = np.random.default_rng(0)
    train, held_out = (rng.random(2_000) < 0.2).astype(int), (rng.random(2_000) < 0.2).astype(int)
    dummy, score = _best("f1", train, held_out)
    assert dummy.strategy == "stratified"
    assert score == pytest.approx(0.2, abs=0.03)


def test_luck_does_not_make_the_stratified_dummy_better() -> None:
    rng = np.random.default_rng(1)
    scores = []
    for seed in range(40):
        y = rng.integers(0, 2, 40)
        dummy = best_dummy(BY_SCORER["balanced_accuracy"], y, y, seed=seed)
        assert dummy is not None
        resampled = resample(BY_SCORER["balanced_accuracy"], [dummy.predictions], resamples=0, seed=(0,))
        assert resampled is not None
        scores.append(resampled.points[0])
    assert np.mean(scores) < 0.53  # the best of eleven draws would reach 0.62


def test_scores_have_the_prior() -> None:
    train, held_out = np.repeat([0, 1], [80, 20]), np.repeat([0, 1], [30, 10])
    prior = DummyClassifier(strategy="prior").fit(np.zeros((100, 1)), train).predict_proba(np.zeros((40, 1)))
    assert _best("roc_auc", train, held_out)[1] == 0.5
    assert _best("average_precision", train, held_out)[1] == average_precision_score(held_out, prior[:, 1])
    assert _best("neg_log_loss", train, held_out)[1] == pytest.approx(-log_loss(held_out, prior))


def test_numbers_have_the_better_of_mean_and_median() -> None:
    rng = np.random.default_rng(2)
    train, held_out = np.exp(rng.normal(size=300)), np.exp(rng.normal(size=200))
    mean = DummyRegressor().fit(np.zeros((300, 1)), train).predict(np.zeros((200, 1)))
    dummy, score = _best("r2", train, held_out)
    assert dummy.strategy == "mean"
    assert score == pytest.approx(r2_score(held_out, mean))
    assert _best("neg_mean_absolute_error", train, held_out)[0].strategy == "median"


def test_classes_that_training_lacks_do_not_matter() -> None:
    dummy, score = _best("accuracy", np.array([1, 1, 2]), np.array([1, 3, 3, 1]))
    assert dummy.strategy == "most_frequent"
    assert score == 0.5


def test_hostile_targets_give_none(hostile: type) -> None:
    values = np.array([hostile(), hostile(), None], dtype=object)
    for spec in SPECS:
        assert best_dummy(spec, values, values) is None
        assert best_dummy(spec, np.array([]), np.array([])) is None

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.dummy import DummyClassifier

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ClassScoreFacts
from mlflow_pitfalls.model.values import Estimate, Task
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.label_noise import LABEL_NOISE

SETS = {"digits": load_digits, "iris": load_iris, "wine": load_wine}


def flipped(y, share: float, seed: int = 1):
    rng = np.random.default_rng(seed)
    classes = len(np.unique(y))
    chosen = rng.random(len(y)) < share
    return np.where(chosen, (y + rng.integers(1, classes, len(y))) % classes, y)


DIGITS = pytest.param("digits", marks=pytest.mark.slow)


@pytest.fixture
def verdict_on(make_context, cancer):
    def judge(name: str, share: float):
        x, y = cancer if name == "cancer" else SETS[name](return_X_y=True, as_frame=True)
        task = Task.BINARY if name == "cancer" else Task.MULTICLASS
        record, context = make_context(DummyClassifier(), x, flipped(np.asarray(y), share), task=task)
        return by_name("label-noise")(replace(record, **LABEL_NOISE.run(context, record)))

    return judge


@pytest.mark.parametrize("name", ["cancer", DIGITS, "iris", "wine"])
def test_clean_labels_are_quiet(name, verdict_on):
    assert verdict_on(name, 0.0).status is Status.PASSED


@pytest.mark.parametrize("name", ["cancer", DIGITS, "wine"])
def test_flipped_labels_are_found(name, verdict_on):
    verdict = verdict_on(name, 0.15)
    assert verdict.status is Status.FLAGGED
    interval = verdict.evidence.interval
    assert interval.low <= 0.15 <= interval.high + 0.03


def test_labels_at_random_are_no_noise(make_context, cancer):
    x, y = cancer
    shuffled = np.random.default_rng(0).permutation(np.asarray(y))
    record, context = make_context(DummyClassifier(), x, shuffled)
    verdict = by_name("label-noise")(replace(record, **LABEL_NOISE.run(context, record)))
    assert verdict.status is Status.NOT_APPLICABLE


def test_the_same_seed_finds_the_same(make_context):
    record, context = make_context(DummyClassifier())
    state = np.random.get_state()[1].copy()
    assert LABEL_NOISE.run(context, record) == LABEL_NOISE.run(context, record)
    assert (np.random.get_state()[1] == state).all()


def test_too_few_rows_or_seconds_find_nothing(make_context):
    record, context = make_context(DummyClassifier(), sample=60)
    with pytest.raises(FitFailedError):
        LABEL_NOISE.run(context, record)
    record, context = make_context(DummyClassifier(), seconds=0.001)
    with pytest.raises(OutOfBudgetError):
        LABEL_NOISE.run(context, record)


def test_it_is_not_needed_where_there_is_no_room_for_wrong_labels(make_context, profile_of):
    record, _ = make_context(DummyClassifier())
    assert "0 training rows" in LABEL_NOISE.not_needed(record)
    known = replace(record, train=profile_of(record.fit.rows))
    assert not LABEL_NOISE.not_needed(known)
    assert LABEL_NOISE.not_needed(replace(known, task=Task.REGRESSION))
    right = ClassScoreFacts(
        label="a", train_rows=200, held_out_rows=100, predicted_rows=99, recall=Estimate(value=0.99, rows=100)
    )
    assert LABEL_NOISE.not_needed(replace(known, classes=(right,)))
    assert not LABEL_NOISE.not_needed(replace(known, classes=(replace(right, recall=Estimate(value=0.9)),)))

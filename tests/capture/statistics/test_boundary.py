from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.capture.statistics.boundary import edge_density

DENSE = 0.75  # target-leakage's threshold


def _density(values, labels):
    return edge_density(np.asarray(values, dtype=float), (labels[:, None] == np.unique(labels)).astype(float))


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential", "lognormal"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_classes_of_a_cut_measure_meet_in_the_crowd(draw, share):
    x = getattr(np.random.default_rng(0), draw)(size=1500)
    assert _density(x, (x > np.quantile(x, share)).astype(int)) > DENSE


@pytest.mark.parametrize("noise", [0.001, 0.05, 0.15])
@pytest.mark.parametrize("classes", [2, 3])
def test_noisy_copies_leave_a_gap(noise, classes):
    rng = np.random.default_rng(1)
    y = rng.integers(0, classes, 1500)
    assert _density(y + rng.normal(0, noise, 1500), y) < DENSE


def test_wrong_labels_do_not_move_the_cut():
    rng = np.random.default_rng(2)
    x = rng.normal(size=2000)
    assert _density(x, ((x > 0.2) ^ (rng.random(2000) < 0.03)).astype(int)) > DENSE


def test_nothing_to_cut():
    assert _density(np.zeros(500), np.arange(500) % 2) is None
    assert _density(np.full(500, np.nan), np.arange(500) % 2) is None
    assert _density(np.arange(40.0), np.repeat([0, 1], 20)) is None
    assert _density(np.full(500, 1e300), np.arange(500) % 2) is None
    assert _density(np.array([]), np.array([], dtype=int)) is None

from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.probes.paired import balanced_accuracy_change, recall_change

TRUE = np.array([0] * 90 + [1] * 10)
ALL_ZERO = np.zeros(100, dtype=int)


def test_no_change_is_told_with_its_error():
    found = recall_change(TRUE, TRUE, TRUE, 1)
    assert found.value == 0.0
    assert found.interval.low < 0 < found.interval.high
    assert found.rows == 10


def test_all_of_a_class_found():
    found = recall_change(TRUE, TRUE, ALL_ZERO, 1)
    assert found.value == 1.0
    assert 0.4 < found.interval.low < 1.0
    assert found.interval.high == 1.0
    mean = balanced_accuracy_change(TRUE, TRUE, ALL_ZERO, 2)
    assert mean.value == pytest.approx(0.5)
    assert mean.interval.low > 0.2


def test_intervals_hold_as_often_as_they_say():
    rng = np.random.default_rng(0)
    true, held = np.zeros(40, dtype=int), 0
    for _ in range(400):
        before = (rng.random(40) > 0.5).astype(int)
        after = np.where(rng.random(40) < 0.2, 0, before)
        interval = recall_change(true, after, before, 0).interval
        held += interval.low <= 0.1 <= interval.high
    assert 0.92 <= held / 400 <= 1.0

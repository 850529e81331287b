from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.capture.statistics.calibration import calibration_facts

CLASSES = np.array(["no", "yes"])


def _binary(p: np.ndarray, shown: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    y = CLASSES[(np.random.default_rng([seed, 1]).random(len(p)) < p).astype(int)]
    return y, np.c_[1 - shown, shown]


@pytest.mark.parametrize("rows", [100, 400, 3000])
def test_calibrated_probabilities_have_no_error_on_average(rows: int) -> None:
    values = []
    for seed in range(60):
        p = np.random.default_rng(1000 + seed).beta(1, 2, rows)
        facts = calibration_facts(*_binary(p, p, seed), CLASSES)
        assert facts is not None
        values.append(facts.error.value)
        assert facts.error.interval is not None
        assert facts.error.interval.low < 0.05
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)


def test_the_error_of_shifted_probabilities() -> None:
    p = np.random.default_rng(0).uniform(0.1, 0.5, 4000)
    facts = calibration_facts(*_binary(p, p + 0.2), CLASSES)
    assert facts is not None
    assert facts.error.value == pytest.approx(0.2, abs=0.03)
    assert facts.of == "positive class"
    assert len(facts.bins) == 10
    assert all(rows == 400 for _, _, rows in facts.bins)


def test_more_than_two_classes_are_judged_by_the_predicted_one() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 900)
    sure = np.eye(3)[rng.integers(0, 3, 900)] * 0.85 + 0.05
    facts = calibration_facts(y, sure, np.arange(3))
    assert facts is not None
    assert facts.of == "predicted class"
    assert facts.error.value == pytest.approx(0.9 - 1 / 3, abs=0.05)
    assert len(facts.bins) == 1


@pytest.mark.parametrize(
    "scores",
    [np.zeros(200), np.full((200, 2), 0.7), np.full((200, 3), 1 / 3), np.full((200, 2), np.nan), np.zeros((3, 2))],
)
def test_what_are_no_probabilities_gives_nothing(scores: np.ndarray) -> None:
    assert calibration_facts(np.array(["no", "yes"] * 100), scores, CLASSES) is None


def test_few_rows_or_foreign_labels_give_nothing(hostile: type) -> None:
    assert calibration_facts(np.array(["no"] * 50), np.full((50, 2), 0.5), CLASSES) is None
    strange = np.array([hostile() for _ in range(200)], dtype=object)
    assert calibration_facts(strange, np.full((200, 2), 0.5), CLASSES) is None

"""What later runs find a run by tells nothing of a label that few rows share."""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls import errors
from mlflow_pitfalls.reporting.run_tags import history_tags
from tests.guarantees.chain import Chain
from tests.guarantees.programs import Taking

RARE = 8  # rows, fewer than may be told


def _tags(rare: str) -> tuple[dict[str, str], str]:
    chain = Chain()
    chain.start()
    x = np.random.default_rng(0).normal(size=(200, 2))
    y = np.array([rare] * RARE + ["no", "yes"] * ((200 - RARE) // 2))
    Taking().fit(x, y).score(x[:50], y[:50])
    chain.stop()
    ((record, _, items),) = chain.reports()
    written = repr([items.tags, items.note, items.issues, items.inputs, *(file.content for file in items.artifacts)])
    return history_tags(record), written


def test_the_digest_of_a_target_is_the_same_whatever_a_rare_label_says():
    errors.set_test_mode(True)
    one, of_one = _tags("melanoma")
    other, of_other = _tags("migraine")
    assert one["pitfalls.target"]
    assert one == other
    assert "melanoma" not in of_one
    assert "migraine" not in of_other

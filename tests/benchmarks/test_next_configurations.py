from __future__ import annotations

import numpy as np
import pytest

from benchmarks.next_configurations import CASES, METHODS, PROPOSALS, Judge, by_hand


@pytest.mark.slow
def test_every_method_proposes_settings_that_can_be_judged():
    judge = Judge(CASES["breast_cancer/svm"])
    history = by_hand(judge, 8, 0, np.random.default_rng(0))
    assert len({setting for setting, _ in history}) == 8
    for name, propose in METHODS.items():
        proposals = propose(judge.case, history, 0)
        assert len(proposals) == PROPOSALS, name
        assert 0.3 < judge.true(proposals[0], 0) <= 1

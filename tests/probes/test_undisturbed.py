"""What holds while our fits run in the user's own process is undone afterwards."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mlflow_pitfalls.probes.undisturbed import on_one_core, undisturbed


def threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info()]


def test_native_libraries_get_their_threads_back():
    with threadpool_limits(limits=2):
        before = threads()
        with pytest.raises(ZeroDivisionError), on_one_core():
            assert before and set(threads()) == {1}
            _ = 1 / 0
        assert threads() == before


def test_random_states_and_filters_come_back():
    states, filters = (np.random.get_state()[1].copy(), random.getstate()), list(warnings.filters)
    with undisturbed():
        np.random.random(), random.random()
        warnings.warn("not shown", stacklevel=1)
    assert (np.random.get_state()[1] == states[0]).all() and random.getstate() == states[1]
    assert warnings.filters == filters

"""What holds while our fits run in the user's own process is undone afterwards."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from mlflow_pitfalls.probes.one_core import on_one_core


def threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info()]


def test_native_libraries_get_their_threads_back():
    with threadpool_limits(limits=2):
        before = threads()
        with pytest.raises(ZeroDivisionError), on_one_core():
            assert before and set(threads()) == {1}
            _ = 1 / 0
        assert threads() == before

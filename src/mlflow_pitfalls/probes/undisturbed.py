"""Fits of ours in the user's own process, on the calling thread, that leave no trace there."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Warnings are not shown, and global random states stand afterwards as they stood before."""
    import numpy as np

    states = np.random.get_state(), random.getstate()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])


@contextmanager
def on_one_core() -> Iterator[None]:
    """Native libraries use one thread: times can be compared, and OpenMP's waiting threads slow nothing down."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield

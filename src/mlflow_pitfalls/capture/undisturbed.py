"""Calls of ours to the user's estimator, in their process and thread, that leave no trace there."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from mlflow_pitfalls.capture.estimators.nested import configured_parts, fitted_parts, own_attributes


@contextmanager
def undisturbed(*estimators: Any) -> Iterator[None]:
    """Warnings are not shown, and random states stand afterwards as they stood before.

    Args:
        estimators: They too stand as before: the attributes of theirs and of the estimators inside that were set or
            exchanged meanwhile, and the random generators among them.
    """
    import numpy as np

    with ExitStack() as afterwards:
        afterwards.callback(random.setstate, random.getstate())
        afterwards.callback(np.random.set_state, np.random.get_state())
        for restore in _restorers(estimators):
            afterwards.callback(restore)
        afterwards.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


def _restorers(estimators: tuple[Any, ...]) -> Iterator[Callable[[], None]]:
    seen: set[int] = set()
    for estimator in estimators:
        inside = (part for _, part in fitted_parts(estimator))
        for part in (*configured_parts(estimator), *inside):
            if id(part) in seen:
                continue
            seen.add(id(part))
            stored = own_attributes(part)
            yield _attributes_restorer(stored)
            for value in stored.values():
                restorer = _generator_restorer(value)
                if restorer is not None:
                    yield restorer


def _attributes_restorer(stored: dict[str, Any]) -> Callable[[], None]:
    before = dict(stored)

    def restore() -> None:
        if len(stored) == len(before) and all(stored.get(name, stored) is value for name, value in before.items()):
            return
        stored.clear()  # what was added goes, and the order is as it was
        stored.update(before)

    return restore


def _generator_restorer(value: Any) -> Callable[[], None] | None:
    import numpy as np

    if isinstance(value, np.random.RandomState):
        state = value.get_state()
        return lambda: value.set_state(state)
    if isinstance(value, np.random.Generator):
        bits, known = value.bit_generator, value.bit_generator.state
        return lambda: setattr(bits, "state", known)
    return None

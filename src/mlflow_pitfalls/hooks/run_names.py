"""Names of the runs that autologging opens: MLflow draws them from the user's random state, which we leave alone.

Runs that the user opens, and those of autologging that the user has turned on, are named as without us.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import private


def set_apart(ours: Callable[[], Collection[str]]) -> None:
    """Let MLflow draw the names of autologging's runs from a generator of their own.

    Args:
        ours: The flavors whose autologging is on by us, now.
    """
    with errors.guard("leaving the names of runs to a generator of their own"):
        module: Any = importlib.import_module(private.NAMES_MODULE)
        original = getattr(module, private.NAMES_GENERATOR)
        if not isinstance(original, _Draws):
            setattr(module, private.NAMES_GENERATOR, _Draws(original, ours))


def put_back() -> None:
    """Let MLflow draw all names as it did before."""
    module: Any = sys.modules.get(private.NAMES_MODULE)
    current = getattr(module, private.NAMES_GENERATOR, None)
    if isinstance(current, _Draws):
        setattr(module, private.NAMES_GENERATOR, current.original)


class _Draws:
    """Stands for the module ``random`` where MLflow makes up names."""

    def __init__(self, original: Any, ours: Callable[[], Collection[str]]) -> None:
        self.original = original
        self._ours = ours
        self._own = random.Random()

    def __getattr__(self, name: str) -> Any:
        is_ours = _is_of(self._ours(), sys._getframe(1))
        return getattr(self._own if is_ours else self.original, name)


def _is_of(flavors: Collection[str], frame: FrameType | None) -> bool:
    """Whether autologging of one of the flavors opens the run; its threads do not tell of which flavor they are."""
    in_autologging = False
    while frame is not None and flavors:
        if frame.f_globals.get("__name__") in private.AUTOLOGGING_MODULES:
            in_autologging = True
            flavor = frame.f_locals.get(private.AUTOLOGGING_FLAVOR)
            if flavor is not None:
                return flavor in flavors
        frame = frame.f_back
    return in_autologging

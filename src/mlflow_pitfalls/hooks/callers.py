"""Whose call it is: walks from a hooked call up to the first frame of the user's program."""

from __future__ import annotations

from enum import IntEnum
from types import FrameType
from typing import Final, Literal

from mlflow_pitfalls.hooks import private
from mlflow_pitfalls.model.events import CallSite

_CACHE_LIMIT: Final = 4_096  # module names; a program that makes up names must not grow the cache
_OWN_PACKAGE: Final = "mlflow_pitfalls"
_OWN_HOOKS: Final = "mlflow_pitfalls.hooks."

# Frameworks that stand between the user's line and the hook without making the call theirs.
_TRANSPARENT: Final = frozenset(
    {"sklearn", "imblearn", "xgboost", "lightgbm", "catboost", "joblib", "multiprocessing", "concurrent", "threading"}
    | {"functools", "contextlib"}
)


class _Place(IntEnum):
    """What a module's frames mean on the way from the hook to the user."""

    USER = 0
    TRANSPARENT = 1
    MLFLOW_PATCH = 2  # MLflow's patches: transparent where the function is a patch wrapper
    INNER = 3  # the call is a library's own, whoever stands further up


_places: dict[object, _Place] = {}


def user_frame(frame: FrameType | None) -> FrameType | Literal[False] | None:
    """Find the user's frame.

    Args:
        frame: The caller of the hook.

    Returns:
        The first frame of the user's program; None where there is none (the call was handed to a thread);
        False where the call is an inner one of MLflow, of this package, or of a library that repeats calls.
    """
    while frame is not None:
        module = frame.f_globals.get("__name__")
        place = _places.get(module)
        if place is None:
            place = _classify(module)
        if place is _Place.USER:
            return frame
        if place is _Place.INNER:
            return False
        if place is _Place.MLFLOW_PATCH and frame.f_code.co_name not in private.PATCH_FUNCTIONS[str(module)]:
            return False
        frame = frame.f_back
    return None


def site_of(frame: FrameType | None) -> CallSite | None:
    """File and line of the user's frame."""
    if frame is None:
        return None
    return CallSite(file=frame.f_code.co_filename, line=frame.f_lineno)


def _classify(module: object) -> _Place:
    place = _place_of(module if isinstance(module, str) else "")
    if len(_places) >= _CACHE_LIMIT:
        _places.clear()
    _places[module] = place
    return place


def _place_of(module: str) -> _Place:
    if module in private.PATCH_FUNCTIONS:
        return _Place.MLFLOW_PATCH
    if module.startswith(private.REPEATING_MODULES):
        return _Place.INNER
    top = module.partition(".")[0]
    if top == _OWN_PACKAGE:
        return _Place.TRANSPARENT if module.startswith(_OWN_HOOKS) else _Place.INNER
    if top == "mlflow":
        return _Place.INNER
    return _Place.TRANSPARENT if top in _TRANSPARENT else _Place.USER

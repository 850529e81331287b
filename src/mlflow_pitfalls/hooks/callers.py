"""Whose call it is: walks from a hooked call up to the first frame of the user's program."""

from __future__ import annotations

from types import FrameType
from typing import Final, Literal

from mlflow_pitfalls.hooks import private
from mlflow_pitfalls.model.events import CallSite

_CACHE_LIMIT: Final = 4_096  # module names; a program that makes up names must not grow the cache
_OWN_PACKAGE: Final = "mlflow_pitfalls"
_OWN_HOOKS: Final = "mlflow_pitfalls.hooks."

# Frameworks that stand between the user's line and the hook without making the call theirs.
_FRAMEWORKS: Final = frozenset(
    {"sklearn", "imblearn", "xgboost", "lightgbm", "catboost", "joblib", "multiprocessing", "concurrent", "threading"}
    | {"functools", "contextlib"}
)


# What a module's frames mean on the way from the hook to the user. Plain numbers: each hooked call asks for them.
USER: Final = 0
_TRANSPARENT: Final = 1
_MLFLOW_PATCH: Final = 2  # MLflow's patches: transparent where the function is a patch wrapper
_INNER: Final = 3  # the call is a library's own, whoever stands further up

_MAX_SITES: Final = 1_024

places: dict[object, int] = {}  # by module name
_sites: dict[tuple[str, int], CallSite] = {}


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
        place = places.get(module)
        if place is None:
            place = _classify(module)
        if place == USER:
            return frame
        if place == _INNER:
            return False
        if place == _MLFLOW_PATCH and frame.f_code.co_name not in private.PATCH_FUNCTIONS[str(module)]:
            return False
        frame = frame.f_back
    return None


def site_of(frame: FrameType | None) -> CallSite | None:
    """File and line of the user's frame."""
    if frame is None:
        return None
    place = frame.f_code.co_filename, frame.f_lineno
    site = _sites.get(place)
    if site is None:
        if len(_sites) >= _MAX_SITES:
            _sites.clear()
        site = _sites[place] = CallSite(file=place[0], line=place[1])
    return site


def _classify(module: object) -> int:
    place = _place_of(module if isinstance(module, str) else "")
    if len(places) >= _CACHE_LIMIT:
        places.clear()
    places[module] = place
    return place


def _place_of(module: str) -> int:
    if module in private.PATCH_FUNCTIONS:
        return _MLFLOW_PATCH
    if module.startswith(private.REPEATING_MODULES):
        return _INNER
    top = module.partition(".")[0]
    if top == _OWN_PACKAGE:
        return _TRANSPARENT if module.startswith(_OWN_HOOKS) else _INNER
    if top == "mlflow":
        return _INNER
    return _TRANSPARENT if top in _FRAMEWORKS else USER

"""MLflow autologging: turned on where the user has not configured it, and layered outside of the hooks."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from mlflow_pitfalls import errors
from mlflow_pitfalls.hooks import late_imports, private, run_names

FLAVORS: Final = ("sklearn", "xgboost", "lightgbm")  # each has the name of its package

# The settings object that each call of ours left: another object means that the user has configured the flavor since.
_ours: dict[str, dict[str, Any]] = {}
_waiting: set[str] = set()


def turn_on_autolog() -> tuple[str, ...]:
    """Turn on autologging with MLflow's defaults, flavor by flavor.

    A flavor that the user has configured, ``disable=True`` included, stays as it is. xgboost and lightgbm are not
    imported for it: they follow when the user imports them.

    Returns:
        The flavors that are on by this call, now or once they are imported.
    """
    chosen = []
    for flavor in FLAVORS:
        with errors.guard(f"turning on MLflow autologging for {flavor}"):
            if flavor in sys.modules or flavor == FLAVORS[0]:
                chosen += [flavor] if _turn_on(flavor) else []
            elif importlib.util.find_spec(flavor) is not None and not _is_configured(flavor):
                _await(flavor)
                chosen.append(flavor)
    run_names.set_apart(_still_ours)
    return tuple(chosen)


def turn_off_autolog() -> None:
    """Turn off what :func:`turn_on_autolog` has turned on, unless the user has configured it since."""
    for flavor in list(_waiting):
        late_imports.forget(flavor)
    _waiting.clear()
    run_names.put_back()
    for flavor, settings in list(_ours.items()):
        del _ours[flavor]
        with errors.guard(f"turning off MLflow autologging for {flavor}"):
            if private.autolog_settings().get(flavor) is settings:
                _autolog_of(flavor)(disable=True)
                private.autolog_settings()[flavor] = {}  # as if it had never been configured


def _turn_on(flavor: str) -> bool:
    autolog = _autolog_of(flavor)  # imports MLflow's flavor first, which enters its empty settings
    if flavor not in private.autolog_settings():
        return False
    if _is_configured(flavor):
        return private.autolog_settings()[flavor] is _ours.get(flavor)
    autolog()
    settings = private.autolog_settings()[flavor]
    # As mlflow.autolog() itself would leave them, so that the user's mlflow.autolog(...) overrides them later.
    private.mark_globally_configured(settings)
    _ours[flavor] = settings
    return True


def _still_ours() -> tuple[str, ...]:
    return tuple(flavor for flavor, set_by_us in _ours.items() if private.autolog_settings().get(flavor) is set_by_us)


def _is_configured(flavor: str) -> bool:
    return bool(private.autolog_settings().get(flavor)) or private.awaits_import(flavor)


def _await(flavor: str) -> None:
    if flavor not in _waiting:
        _waiting.add(flavor)
        late_imports.when_imported(flavor, functools.partial(_arrived, flavor))


def _arrived(flavor: str) -> None:
    _waiting.discard(flavor)
    _turn_on(flavor)


def _autolog_of(flavor: str) -> Any:
    return importlib.import_module(f"mlflow.{flavor}").autolog


@contextmanager
def layered_outside() -> Iterator[tuple[str, ...]]:
    """Take MLflow's patches off, let the block change the methods below, and put them on again as they were.

    Yields:
        The flavors that were on.
    """
    active = _active_flavors()
    for flavor, settings in active.items():
        _call_autolog(flavor, settings, disable=True)
    try:
        yield tuple(active)
    finally:
        for flavor, settings in active.items():
            with errors.guard(f"restoring MLflow autologging for {flavor}"):
                _call_autolog(flavor, settings)


def _active_flavors() -> dict[str, dict[str, Any]]:
    settings = private.autolog_settings()
    return {
        flavor: settings[flavor]
        for flavor in FLAVORS
        if f"mlflow.{flavor}" in sys.modules and settings.get(flavor) and not settings[flavor].get("disable")
    }


def _call_autolog(flavor: str, settings: dict[str, Any], **changed: Any) -> None:
    autolog = _autolog_of(flavor)
    known = inspect.signature(autolog).parameters
    try:
        autolog(**{name: value for name, value in {**settings, **changed}.items() if name in known})
    finally:
        private.autolog_settings()[flavor] = settings  # the same object, with the marks that are no parameters

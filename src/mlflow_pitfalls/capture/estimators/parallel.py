"""How many workers an estimator was told to use, wherever it says so."""

from __future__ import annotations

import sys
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import OTHER_PARAMETER_STORES, configured_parts, own_attributes
from mlflow_pitfalls.capture.estimators.parameters import value_text

_PARAMETERS = ("n_jobs", "nthread", "thread_count", "num_threads")
_MAX_PARTS = 20


def jobs_of(estimator: Any) -> tuple[tuple[str, str], ...]:
    """Class name and number of workers, as text, of each part that can be told one, outermost first.

    ``None`` stands for the part's own default. Under ``joblib.parallel_config`` the default is what that says.

    Args:
        estimator: Any object that was fitted.
    """
    found: list[tuple[str, str]] = []
    for part in configured_parts(estimator):
        workers = _workers(part)
        if workers is not None:
            found.append((safe_text(type(part).__name__), workers))
        if len(found) >= _MAX_PARTS:
            break
    return tuple(found)


def _workers(part: Any) -> str | None:
    stored = own_attributes(part)
    others = [stored.get(name) for name in OTHER_PARAMETER_STORES]
    given = [
        store[name] for store in (stored, *others) if isinstance(store, dict) for name in _PARAMETERS if name in store
    ]
    if not given:
        return "None" if type(part).__name__.startswith("CatBoost") else None
    said = next((value for value in given if value is not None), None)
    return value_text(said) if said is not None else _default()


def _default() -> str:
    """``None``, or what a surrounding ``joblib.parallel_config`` makes of it."""
    joblib = sys.modules.get("joblib")
    try:
        workers = int(joblib.effective_n_jobs(None)) if joblib is not None else 1
    except Exception:  # noqa: BLE001 - a back end of the user's
        return "None"
    return "None" if workers == 1 else str(workers)

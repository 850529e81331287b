"""An unfitted copy of the user's estimator that may be fitted in the background: quiet, seeded, on one core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import configured_parts, is_estimator, own_attributes

MAX_PARAMETER_BYTES = 16 * 2**20  # of one array among the parameters: copying it takes the user's time
_LIBRARIES = frozenset({"sklearn", "imblearn", "xgboost", "lightgbm", "catboost"})
_HARMLESS = frozenset({"numpy", "scipy", "builtins", "pandas", *_LIBRARIES})  # whose functions keep to themselves
_SILENT: dict[str, Any] = {
    "verbose": 0,
    "verbosity": 0,
    "verbose_eval": False,
    "silent": True,
    "logging_level": "Silent",
    "n_jobs": 1,
    "nthread": 1,
    "num_threads": 1,
    "thread_count": 1,
    "memory": None,
    "warm_start": False,
    "allow_writing_files": False,
}
_ON_CPU = {"device": "cpu", "device_type": "cpu", "task_type": "CPU"}
_ONE_JOB_BY_DEFAULT = frozenset({"sklearn", "imblearn"})
_SPOKEN = ("verbose", "silent", "logging_level", "verbosity")
_LIGHTGBM_SILENT = -1  # 0 still tells of problems, on standard output


class CannotCopyError(Exception):
    """The estimator cannot be fitted again by us; the message says why, in plain words."""


def quiet_copy(estimator: Any, seed: int, *, foreign_code: bool = False) -> Any:
    """Clone an estimator and make the clone fit for the background.

    Args:
        estimator: The user's, fitted or not; of a fitted search the estimator that it chose is taken. Unchanged.
        seed: For every random state that is not set, so that the global one is never drawn from.
        foreign_code: Whether code that stands in none of the known libraries may run: it may draw from the global
            random state, print, or write files.

    Raises:
        CannotCopyError: It cannot be copied, or may not be run.
    """
    from sklearn.base import clone

    chosen = own_attributes(estimator).get("best_estimator_", estimator)
    originals = list(configured_parts(chosen))
    try:
        for part in originals:
            _inspect(part, foreign_code)
        copy = clone(chosen)
        parts = list(configured_parts(copy))
        if {id(part) for part in parts} & {id(part) for part in originals}:
            raise CannotCopyError("a part of the estimator is shared rather than copied")
        for part in parts:
            _calm(part, seed)
    except CannotCopyError:
        raise
    except Exception as error:
        raise CannotCopyError(f"the estimator cannot be cloned ({safe_text(type(error).__name__)})") from error
    return copy


def _inspect(part: Any, foreign_code: bool) -> None:
    if not foreign_code and _package(type(part)) not in _LIBRARIES:
        raise CannotCopyError(
            f"{safe_text(type(part).__name__)} is code of your own, which is not run in the background"
        )
    for name, value in own_attributes(part).items():
        if name.endswith("_") or name.startswith("_"):
            continue
        if not foreign_code and callable(value) and not is_estimator(value) and _package(value) not in _HARMLESS:
            raise CannotCopyError(f"{safe_text(name)} is a function of your own, which is not run in the background")
        size = getattr(value, "nbytes", 0)
        if isinstance(size, int) and size > MAX_PARAMETER_BYTES:  # of a class, such as a dtype, it is a descriptor
            raise CannotCopyError(f"the parameter {safe_text(name)} is too large to copy")


def _package(value: Any) -> str:
    module = getattr(value, "__module__", None) or type(value).__module__
    return str(module).partition(".")[0]


def _calm(part: Any, seed: int) -> None:
    """Set the part's own parameters; nested ones are those of other parts."""
    parameters = part.get_params(deep=False)
    changes = dict(_changes(part, parameters, seed))
    if changes:
        part.set_params(**changes)
    for value in parameters.values():  # splitters, which were copied with the rest
        if not is_estimator(value) and own_attributes(value).get("random_state", seed) is None:
            value.random_state = seed


def _changes(part: Any, parameters: dict[str, Any], seed: int) -> Iterator[tuple[str, Any]]:
    package = _package(type(part))
    for name, value in parameters.items():
        if name == "n_jobs" and value is None and package in _ONE_JOB_BY_DEFAULT:
            continue
        if name in ("random_state", "seed", "random_seed") and value is None:
            yield name, seed
        elif name in _ON_CPU and value is not None:
            yield name, _ON_CPU[name]
        elif name in _SILENT and value != _SILENT[name]:
            yield name, _SILENT[name]
    if package == "lightgbm":
        yield next((name for name in ("verbosity", "verbose") if name in parameters), "verbose"), _LIGHTGBM_SILENT
    if package == "catboost":
        yield from _catboost(parameters, seed)


def _catboost(parameters: dict[str, Any], seed: int) -> Iterator[tuple[str, Any]]:
    """Its parameters are only those that were given."""
    yield "allow_writing_files", False
    yield "thread_count", 1
    if not any(name in parameters for name in _SPOKEN):
        yield "logging_level", "Silent"
    if "random_seed" not in parameters and "random_state" not in parameters:
        yield "random_seed", seed

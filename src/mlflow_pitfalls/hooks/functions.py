"""Hooks on functions of scikit-learn and imbalanced-learn: splits, metrics, cross-validation, class weights."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, Final

from mlflow_pitfalls.hooks import private, wrappers
from mlflow_pitfalls.model.events import CallKind

_NAMED: Final = {
    "sklearn.model_selection": {
        "train_test_split": CallKind.SPLIT,
        "cross_validate": CallKind.CROSS_VALIDATE,
        "cross_val_score": CallKind.CROSS_VALIDATE,
        "cross_val_predict": CallKind.CROSS_VALIDATE,
        "learning_curve": CallKind.CROSS_VALIDATE,
        "validation_curve": CallKind.CROSS_VALIDATE,
        "permutation_test_score": CallKind.CROSS_VALIDATE,
    },
    "sklearn.utils.class_weight": {
        "compute_class_weight": CallKind.WEIGHT,
        "compute_sample_weight": CallKind.WEIGHT,
    },
}
_METRIC_PACKAGES: Final = ("sklearn.metrics", "imblearn.metrics")
_NOT_METRICS: Final = frozenset(
    {"make_scorer", "get_scorer", "get_scorer_names", "check_scoring", "make_index_balanced_accuracy"}
)
_DISTANCES: Final = "sklearn.metrics.pairwise"

LATE_MODULES: Final = ("imblearn.metrics",)


def hook_functions() -> tuple[int, list[str]]:
    """Hook the functions of all modules that are loaded.

    Returns:
        How many functions were hooked, and the names of those that could not be.
    """
    count, missed = 0, []
    for module, name, function, kind in _targets():
        if _hook_function(module, name, function, kind.value):
            count += 1
        else:
            missed.append(f"{module.__name__}.{name}")
    return count, missed


def unhook_functions() -> None:
    """Put back every function."""
    for module, name, function, _ in _targets():
        cell = private.find_cell(function, private.FUNCTION_CELL)
        if cell is not None and wrappers.is_hook(cell.cell_contents):
            cell.cell_contents = wrappers.original_of(cell.cell_contents)
        elif wrappers.is_hook(function):
            _exchange(module, name, function, wrappers.original_of(function))


def _targets() -> Iterator[tuple[ModuleType, str, FunctionType, CallKind]]:
    for module_name, kinds in _NAMED.items():
        module = sys.modules.get(module_name)
        for name, kind in kinds.items():
            yield from _target(module, name, kind)
    for package in _METRIC_PACKAGES:
        module = sys.modules.get(package)
        for name in getattr(module, "__all__", ()):
            if name not in _NOT_METRICS:
                yield from _target(module, name, CallKind.METRIC)


def _target(
    module: ModuleType | None, name: str, kind: CallKind
) -> Iterator[tuple[ModuleType, str, FunctionType, CallKind]]:
    # Not getattr: scikit-learn's modules raise ImportError for experimental names.
    function: Any = vars(module).get(name) if module is not None else None
    if module is None or not isinstance(function, FunctionType) or function.__module__ == _DISTANCES:
        return
    function = private.pristine(function)
    if isinstance(function, FunctionType):
        yield module, name, function, kind


def _hook_function(module: ModuleType, name: str, function: FunctionType, kind: str) -> bool:
    cell = private.find_cell(function, private.FUNCTION_CELL)
    if cell is None:
        return wrappers.is_hook(function) or _exchange(
            module, name, function, wrappers.hook_function(function, kind, name)
        )
    original = cell.cell_contents
    if wrappers.is_hook(original):
        return True
    if not isinstance(original, FunctionType):
        return False
    hook: Any = wrappers.hook_function(original, kind, name)
    # scikit-learn asks for the signature in each call: stored, it is found faster than through the hook.
    hook.__signature__ = inspect.signature(original)
    cell.cell_contents = hook
    return True


def _exchange(module: ModuleType, name: str, old: FunctionType, new: Any) -> bool:
    """The fallback where the closure has no such cell: names imported before are then not seen."""
    home = sys.modules.get(old.__module__)
    for place in (home, module):
        if place is not None and vars(place).get(name) is old:
            setattr(place, name, new)
    return home is not None and vars(home).get(name) is new

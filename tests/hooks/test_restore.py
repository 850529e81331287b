"""What is put in place is taken away again, object by object."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from mlflow_pitfalls import hooks
from mlflow_pitfalls.hooks import dispatch, estimators, private, wrappers

MODULES = (
    "sklearn.metrics",
    "sklearn.metrics._classification",
    "sklearn.metrics._regression",
    "sklearn.metrics._ranking",
    "sklearn.model_selection",
    "sklearn.model_selection._split",
    "sklearn.model_selection._validation",
    "sklearn.utils.class_weight",
    "imblearn.metrics",
    "imblearn.metrics._classification",
    "mlflow",
    "mlflow.tracking.fluent",
    "mlflow.tracking.client",
)


def classes() -> Iterator[type]:
    import catboost
    import lightgbm  # noqa: F401
    import xgboost  # noqa: F401
    from mlflow.tracking.client import MlflowClient
    from mlflow.tracking.fluent import ActiveRun

    roots = (BaseEstimator, TransformerMixin, catboost.CatBoost, *private.splitter_bases())
    for root in roots:
        yield from estimators.with_bases(estimators.descendants(root))
    yield from (MlflowClient, ActiveRun)


def snapshot() -> dict[tuple[str, ...], Any]:
    """Every attribute of what gets patched, and what lies in closure cells and descriptors below it."""
    found: dict[tuple[str, ...], Any] = {}
    for cls in classes():
        name = f"{cls.__module__}.{cls.__qualname__}@{id(cls)}"
        # Kept alive by the snapshot: a class left by another test must not be collected between two of them.
        found[(name, "class itself")] = cls
        for key, value in vars(cls).items():
            add(found, (name, key), value)
    for module_name in MODULES:
        for key, value in vars(importlib.import_module(module_name)).items():
            add(found, (module_name, key), value)
    found[("sys", "meta_path")] = tuple(sys.meta_path)
    return found


def add(found: dict[tuple[str, ...], Any], key: tuple[str, ...], value: Any) -> None:
    found[key] = value
    if isinstance(value, types.FunctionType):
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        for variable, cell in cells:
            if variable in (private.FUNCTION_CELL, private.METHOD_CELL):
                add(found, (*key, variable), cell.cell_contents)
    elif private.is_conditional(value):
        for attribute, content in vars(value).items():
            add(found, (*key, attribute), content)


def differences(before: dict[tuple[str, ...], Any], after: dict[tuple[str, ...], Any]) -> list[tuple[str, ...]]:
    keys = before.keys() | after.keys()
    missing = object()
    return sorted(key for key in keys if not same(before.get(key, missing), after.get(key, missing)))


def same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) is tuple and all(map(same, one, other)))


def hook_count() -> int:
    return sum(map(wrappers.is_hook, snapshot().values()))


@pytest.mark.parametrize("rounds", [1, 100])
def test_everything_is_as_before(new_recorder, rounds):
    before = snapshot()
    assert hook_count() == 0
    for _ in range(rounds):
        hooks.install(new_recorder())
        hooks.uninstall()
    assert differences(before, snapshot()) == []
    assert dispatch.listener() is None
    hooks.uninstall()


def test_hooks_are_one_deep(recorder, new_recorder):
    for _ in range(3):
        hooks.install(new_recorder())
    found = [value for value in snapshot().values() if wrappers.is_hook(value)]
    assert len(found) > 400
    assert not any(wrappers.is_hook(wrappers.original_of(hook)) for hook in found)


def test_snapshot_sees_the_hooks(new_recorder):
    before = snapshot()
    hooks.install(new_recorder())
    changed = {key[0].split("@")[0] for key in differences(before, snapshot())}
    hooks.uninstall()
    assert {
        "sklearn.utils._metadata_requests._MetadataRequester",
        "sklearn.utils._set_output._SetOutputMixin",
        "sklearn.pipeline.Pipeline",
        "sklearn.metrics",
        "sklearn.model_selection._split.BaseCrossValidator",
        "catboost.core.CatBoost",
        "xgboost.sklearn.XGBModel",
        "lightgbm.sklearn.LGBMModel",
        "imblearn.metrics",
        "mlflow.tracking.client.MlflowClient",
        "mlflow.tracking.fluent.ActiveRun",
    } <= changed


def test_classes_defined_while_hooked_are_put_back(new_recorder):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X

    def split(self, X, y=None, groups=None):
        yield X

    hooks.install(new_recorder())
    late = type("Late", (BaseEstimator,), {"fit": fit, "transform": transform})
    splitter = type("Splitter", (private.splitter_bases()[0],), {"split": split})
    assert wrappers.is_hook(vars(late)["fit"])
    assert wrappers.is_hook(vars(splitter)["split"])
    hooks.uninstall()
    assert vars(late)["fit"] is fit
    assert vars(late)["transform"] is transform
    assert vars(splitter)["split"] is split


def test_classes_are_not_kept_alive(recorder):
    import gc
    import weakref

    class Late(BaseEstimator):
        def fit(self, X, y=None):
            return super().__repr__()

    reference = weakref.ref(Late)
    del Late
    gc.collect()
    assert reference() is None


def test_reloading_the_modules_keeps_the_hooks_working(recorder, iris):
    from sklearn.naive_bayes import GaussianNB

    modules = [sys.modules[f"mlflow_pitfalls.hooks.{name}"] for name in ("wrappers", "dispatch", "installer")]
    for module in modules:
        importlib.reload(module)
    GaussianNB().fit(*iris)
    assert recorder.names == ["fit"]
    modules[2].uninstall()
    assert hook_count() == 0

"""One digest for whatever a program has made: arrays, frames, numbers, fitted estimators down to their last tree."""

from __future__ import annotations

import types
from typing import Any

_SKIPPED = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)
_TIME = "time"  # in names of what differs from run to run: mean_fit_time, refit_time_
_MARK = "_mlflow"  # MLflow's autologging marks what it has logged by _mlflow_run_id
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def digest_of(value: Any) -> str:
    """Equal for equal values, bit by bit, in any process; times are left out."""
    import joblib

    return joblib.hash(canonical(value), hash_name="sha1")


def digests_of(names: dict[str, Any]) -> dict[str, str]:
    """Digests of a module's variables; modules, functions, classes and MLflow's objects are left out."""
    return {
        name: digest_of(value)
        for name, value in names.items()
        if not name.startswith("_") and not isinstance(value, _SKIPPED) and not _is_mlflows(value)
    }


def canonical(value: Any) -> Any:
    """Plain values and arrays in lists that hold nothing of an object's identity, memory layout or time."""
    import numpy as np
    import pandas as pd

    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return _table(value)
    if isinstance(value, dict):
        return [[canonical(key), canonical(item)] for key, item in value.items() if _is_result(str(key))]
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, np.generic):
        return [str(value.dtype), value.tobytes()]
    if isinstance(value, np.random.RandomState):
        return canonical(value.get_state())
    return _object(value)


def _array(value: Any) -> Any:
    if value.dtype.names:  # bytes between the fields are left to chance
        return [[name, _array(value[name])] for name in value.dtype.names]
    if value.dtype.hasobject:
        return ["object", list(value.shape), [canonical(item) for item in value.ravel().tolist()]]
    return [value.dtype.str, list(value.shape), value.tobytes()]


def _table(value: Any) -> Any:
    columns = [value[name] for name in value] if value.ndim == 2 else []
    index = [] if value.__class__.__name__.endswith("Index") else canonical(value.index.to_numpy())
    if columns:
        return ["frame", [str(name) for name in value], index, [canonical(column.to_numpy()) for column in columns]]
    return ["series", str(value.dtype), index, canonical(value.to_numpy())]


def _object(value: Any) -> Any:
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, _SKIPPED) or (callable(value) and not hasattr(value, "__dict__")):
        return [kind, getattr(value, "__qualname__", "")]
    if kind.startswith("catboost."):
        return [kind, canonical(value.get_params()), canonical(value.get_leaf_values()), value.tree_count_]
    if kind.startswith("sklearn.tree._tree."):
        return [kind, canonical(value.__getstate__())]
    if hasattr(value, "__dict__") and not kind.startswith(("xgboost.core.", "lightgbm.basic.")):
        return [kind, canonical(vars(value))]
    return [kind, value]


def _is_result(name: str) -> bool:
    return _TIME not in name and not name.startswith(_MARK)


def _is_mlflows(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] == "mlflow"

"""Whether an estimator holds the rows that it was fitted on, so that keeping it would keep them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlflow_pitfalls import private_names
from mlflow_pitfalls.capture.estimators.nested import fitted_parts, own_attributes

_LAZY = frozenset({private_names.KEPT_ROWS.name, private_names.KEPT_TREE.name})  # rows in a tree, made late


def keeps_rows(estimator: Any, features: Any) -> bool:
    """Whether the estimator, or one fitted inside it, holds the features, or as many rows and columns as they have.

    Args:
        estimator: Fitted, or one whose fit has failed.
        features: What it was given, in any container.
    """
    shape = getattr(features, "shape", None) if hasattr(type(features), "shape") else None
    for _, part in fitted_parts(estimator):
        stored = own_attributes(part)
        if not _LAZY.isdisjoint(stored) or any(_is_rows(value, features, shape) for value in stored.values()):
            return True
    return False


def _is_rows(value: Any, features: Any, shape: Any) -> bool:
    if value is features:
        return value is not None
    if isinstance(value, np.ndarray):
        return bool(value.shape == shape)
    is_table = type(value).__module__.partition(".")[0] in ("pandas", "scipy", "polars") and hasattr(value, "shape")
    return is_table and bool(value.shape == shape)

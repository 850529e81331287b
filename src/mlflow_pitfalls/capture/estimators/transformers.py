"""What prepares the data inside an estimator: its transformers, those that scale, and whether the target is changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.estimators.nested import base_names, configured_parts, own_attributes

_TARGET_TRANSFORMERS = frozenset({"TransformedTargetRegressor"})
_CONTAINERS = frozenset({"Pipeline", "ColumnTransformer", "FeatureUnion", "BaseSearchCV"})
_SCALERS = frozenset({"Normalizer", "QuantileTransformer", "PowerTransformer", "KBinsDiscretizer"})
_MAX_NAMES = 30


def transformers_inside(estimator: Any) -> tuple[str, ...]:
    """Class names of what transforms the features anywhere inside, each once; the target's transformer is none."""
    parts = list(configured_parts(estimator))
    of_target = {id(own_attributes(part).get("transformer")) for part in parts if _transforms_target(part)}
    names = (
        safe_text(type(part).__name__)
        for part in parts
        if id(part) not in of_target and hasattr(type(part), "transform") and not base_names(part) & _CONTAINERS
    )
    return tuple(dict.fromkeys(names))[:_MAX_NAMES]


def scalers_among(transformers: Iterable[str]) -> tuple[str, ...]:
    """Those of the transformers that bring columns onto one scale."""
    return tuple(name for name in transformers if name in _SCALERS or "Scaler" in name)


def target_transformed(estimator: Any) -> bool:
    """Whether the target is transformed before the fit."""
    return any(_transforms_target(part) for part in configured_parts(estimator))


def _transforms_target(part: Any) -> bool:
    return bool(base_names(part) & _TARGET_TRANSFORMERS)

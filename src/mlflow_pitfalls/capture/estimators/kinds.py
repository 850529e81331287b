"""Whether an estimator classifies or regresses, told by its class and without asking it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlflow_pitfalls.capture.estimators.attributes import has_attribute
from mlflow_pitfalls.capture.estimators.nested import base_names

CLASSIFIER, REGRESSOR = "classifier", "regressor"
# Outside of scikit-learn's own classes (CatBoost) only the name tells.
_BY_BASE = (("ClassifierMixin", CLASSIFIER), ("RegressorMixin", REGRESSOR))
_BY_SUFFIX = (("Classifier", CLASSIFIER), ("Regressor", REGRESSOR))

_PREDICTOR_METHODS = ("predict", "fit_predict")
_DENSITY_METHOD = "score_samples"


def estimator_kind(chain: Iterable[Any]) -> str:
    """What a chain of estimators does: by the outermost that tells, as a classifier may be made of regressors.

    Args:
        chain: The estimator, the one that it predicts by, and so on inwards.

    Returns:
        ``classifier``, ``regressor``, or empty where none of them is either.
    """
    return next((kind for estimator in chain if (kind := _kind(estimator))), "")


def _kind(estimator: Any) -> str:
    bases = base_names(estimator)
    told = next((kind for base, kind in _BY_BASE if base in bases), "")
    if told:
        return told
    return next((kind for suffix, kind in _BY_SUFFIX if any(base.endswith(suffix) for base in bases)), "")


def is_predictor(owner: Any) -> bool:
    """Whether fitting it makes a model rather than a mere transformer, some of which know densities too (PCA)."""
    if any(has_attribute(owner, method) for method in _PREDICTOR_METHODS):
        return True
    return has_attribute(owner, _DENSITY_METHOD) and not has_attribute(owner, "transform")

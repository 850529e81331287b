"""All tables by the top package of the classes that they are about."""

from __future__ import annotations

from typing import Any

from mlflow_pitfalls.hyperparameters.boosting import CATBOOST, LIGHTGBM, RESAMPLED_BOOSTING, SCIKIT_BOOSTING, XGBOOST
from mlflow_pitfalls.hyperparameters.kernels import KERNELS
from mlflow_pitfalls.hyperparameters.linear import LINEAR
from mlflow_pitfalls.hyperparameters.rows import Known, Table
from mlflow_pitfalls.hyperparameters.samplers import SAMPLERS
from mlflow_pitfalls.hyperparameters.transformers import TRANSFORMERS
from mlflow_pitfalls.hyperparameters.trees import BALANCED_TREES, TREES

_FROZEN: Table = {"FrozenEstimator": Known(note="A frozen estimator is not fitted again.", stop=True)}
TABLES: dict[str, Table] = {
    "sklearn": {**LINEAR, **KERNELS, **TREES, **SCIKIT_BOOSTING, **TRANSFORMERS, **_FROZEN},
    "imblearn": {**SAMPLERS, **BALANCED_TREES, **RESAMPLED_BOOSTING},
    "xgboost": XGBOOST,
    "lightgbm": LIGHTGBM,
    "catboost": CATBOOST,
}
# Their constructors take keywords that ``get_params`` does not list.
TAKES_KEYWORDS = frozenset({"xgboost", "lightgbm", "catboost"})


def known_estimator(estimator: Any) -> Known | None:
    """The table's entry of the nearest known class among the estimator's own and its bases; None without one."""
    for base in type(estimator).__mro__:
        found = TABLES.get(package_of(base), {}).get(base.__name__)
        if found is not None:
            return found
    return None


def known_class(module: str, name: str) -> Known | None:
    """The entry of a class by its module and name; None without one."""
    return TABLES.get(module.partition(".")[0], {}).get(name)


def package_of(kind: type) -> str:
    """The top package of a class's module."""
    return str(getattr(kind, "__module__", "")).partition(".")[0]

"""The estimators at their defaults, on one core, for columns that are numbers already."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from benchmarks.pitfallbench.datasets import CLASSES


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the classes stand, and what they are called elsewhere.

    Attributes:
        module: That both can be imported from.
        classes: The classifier.
        numbers: The regressor.
        scaled: Whether columns are scaled first, within each fold.
        params: Not left at their defaults: cores and messages.
        flaml: The same estimator's name in FLAML; empty where it has none.
        seeded: Whether it takes a random state.
    """

    module: str
    classes: str
    numbers: str
    scaled: bool = False
    params: tuple[tuple[str, Any], ...] = ()
    flaml: str = ""
    seeded: bool = True


KINDS: dict[str, Kind] = {
    "linear": Kind("sklearn.linear_model", "LogisticRegression", "ElasticNet", scaled=True, flaml="lrl2"),
    "vectors": Kind("sklearn.svm", "SVC", "SVR", scaled=True, seeded=False),
    "network": Kind("sklearn.neural_network", "MLPClassifier", "MLPRegressor", scaled=True),
    "tree": Kind("sklearn.tree", "DecisionTreeClassifier", "DecisionTreeRegressor"),
    "forest": Kind("sklearn.ensemble", "RandomForestClassifier", "RandomForestRegressor", flaml="rf"),
    "boosting": Kind(
        "sklearn.ensemble", "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", flaml="histgb"
    ),
    "lightgbm": Kind(
        "lightgbm", "LGBMClassifier", "LGBMRegressor", params=(("n_jobs", 1), ("verbosity", -1)), flaml="lgbm"
    ),
    "xgboost": Kind("xgboost", "XGBClassifier", "XGBRegressor", params=(("n_jobs", 1),), flaml="xgboost"),
}
FLAML_FOR_NUMBERS = {"lrl2": "enet"}  # where a name differs with the task


def estimator_of(kind: str, task: str, seed: int) -> Any:
    """Unfitted; a pipeline where the columns are to be scaled."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = KINDS[kind]
    model = getattr(importlib.import_module(known.module), known.classes if task == CLASSES else known.numbers)
    params = dict(known.params) | ({"random_state": seed} if known.seeded else {})
    built = model(**params)
    return make_pipeline(StandardScaler(), built) if known.scaled else built


def flaml_name(kind: str, task: str) -> str:
    """What FLAML calls it; empty where it has no such estimator."""
    name = KINDS[kind].flaml
    return name if task == CLASSES else FLAML_FOR_NUMBERS.get(name, name)

"""Estimators by name, as a script would build them. Other tools' environments import this file too."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

# name -> (module, class for classes, class for numbers, parameters, wants scaled columns)
KINDS: dict[str, tuple[str, str, str, dict[str, Any], bool]] = {
    "linear": ("sklearn.linear_model", "LogisticRegression", "Ridge", {}, True),
    "forest": ("sklearn.ensemble", "RandomForestClassifier", "RandomForestRegressor", {"n_estimators": 60}, False),
    "boosting": (
        "sklearn.ensemble",
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
        {"max_iter": 40, "max_leaf_nodes": 8},
        False,
    ),
    "neighbours": ("sklearn.neighbors", "KNeighborsClassifier", "KNeighborsRegressor", {"n_neighbors": 15}, True),
    "vectors": ("sklearn.svm", "SVC", "SVR", {}, True),
    "tree": ("sklearn.tree", "DecisionTreeClassifier", "DecisionTreeRegressor", {"max_depth": 4}, False),
    "bayes": ("sklearn.naive_bayes", "GaussianNB", "", {}, False),
    "network": ("sklearn.neural_network", "MLPClassifier", "MLPRegressor", {"hidden_layer_sizes": [32]}, True),
    "staged": ("sklearn.ensemble", "GradientBoostingClassifier", "GradientBoostingRegressor", {}, False),
}
PLAIN = ("linear", "forest", "boosting", "neighbours", "vectors", "tree")  # sensible models, in turn
SEEDED = frozenset({"forest", "boosting", "tree", "network", "staged"})
PENALTY = {"classes": {"max_iter": 1000}, "numbers": {}}
LEVELS = 20


@dataclass(slots=True)
class Spec:
    """What a model is, in words that a JSON file can hold.

    Attributes:
        kind: Of :data:`KINDS`.
        task: ``classes`` or ``numbers``.
        seed: Its random state.
        params: In place of the kind's own.
        scale: Whether numeric columns are scaled; None for "as the kind wants it".
        drop: Columns that it does not see.
        finite: Whether infinite values are replaced first.
        levels: Of a category that its encoding keeps; None for all.
        impute: Whether missing values are filled even if the training rows hold none.
    """

    kind: str
    task: str
    seed: int = 0
    params: dict[str, Any] = field(default_factory=dict)
    scale: bool | None = None
    drop: list[str] = field(default_factory=list)
    finite: bool = False
    impute: bool = False
    levels: int | None = LEVELS

    def estimator(self) -> Any:
        """The bare estimator, unfitted."""
        module, for_classes, for_numbers, defaults, _ = KINDS[self.kind]
        name = for_classes if self.task == "classes" else for_numbers
        params = {**defaults, **(PENALTY[self.task] if self.kind == "linear" else {}), **self.params}
        if self.kind in SEEDED:
            params["random_state"] = self.seed
        return getattr(importlib.import_module(module), name)(**params)

    def build(self, X: Any) -> Any:
        """The whole model for these columns: imputing, scaling and encoding only where they are needed."""
        from sklearn.compose import make_column_transformer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

        model = self.estimator()
        scaled = KINDS[self.kind][4] if self.scale is None else self.scale
        if not isinstance(X, pd.DataFrame):
            return make_pipeline(StandardScaler(), model) if scaled else model
        text = [name for name in X if not _is_number(X[name]) and not _is_date(X[name]) and name not in self.drop]
        numeric = [name for name in X if _is_number(X[name]) and name not in self.drop]
        steps = _number_steps(X[numeric], scaled=scaled, finite=self.finite, impute=self.impute)
        if not text and len(numeric) == X.shape[1]:
            return make_pipeline(*steps, model) if steps else model
        encode: Any = OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=self.levels, sparse_output=False
        )
        if any(_is_mixed(X[name]) for name in text):  # which no encoder of scikit-learn takes as it is
            encode = make_pipeline(FunctionTransformer(as_text, feature_names_out="one-to-one"), encode)
        numbers = make_pipeline(*steps) if steps else "passthrough"
        return make_pipeline(make_column_transformer((numbers, numeric), (encode, text)), model)


def _number_steps(X: pd.DataFrame, *, scaled: bool, finite: bool, impute: bool) -> list[Any]:
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    steps: list[Any] = []
    if finite:
        steps.append(FunctionTransformer(without_infinities))
    if finite or impute or X.isna().to_numpy().any():
        steps.append(SimpleImputer(strategy="median", keep_empty_features=True))
    if scaled:
        steps.append(StandardScaler())
    return steps


def as_text(X: pd.DataFrame) -> pd.DataFrame:
    """Every value as text, so that any column can be encoded."""
    return X.astype(str).astype(object)


def without_infinities(X: pd.DataFrame) -> pd.DataFrame:
    """Infinite and huge values as missing ones."""
    numbers = X.to_numpy(dtype=float)
    return pd.DataFrame(np.where(np.abs(numbers) < 1e30, numbers, np.nan), columns=X.columns, index=X.index)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _is_mixed(column: pd.Series) -> bool:
    return column.dropna().map(type).nunique() > 1


def _is_date(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)


def spec(kind: str, task: str, seed: int, params: Mapping[str, Any] | None = None) -> Spec:
    """A model by name."""
    return Spec(kind=kind, task=task, seed=seed, params=dict(params or {}))

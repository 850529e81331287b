"""Histories of an experiment: a real table, a model, a metric; and the rows that one run of it sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.pitfallbench.datasets import table

MAX_ROWS = 2_000
HELD_OUT = 0.35
SUBSAMPLE = 0.85  # of the training rows that a run draws


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One experiment: ``model`` makes an estimator for a seed, ``score`` evaluates it as a script would."""

    table: str
    model: Callable[[int], Any]
    score: Callable[[Any, pd.DataFrame, pd.Series], float]
    is_classification: bool = True

    @property
    def name(self) -> str:
        """Table and metric."""
        return f"{self.table}/{self.score.__name__.strip('_')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What one run is given: training and held-out rows, and the estimator."""

    X_train: pd.DataFrame
    X_test: pd.DataFrame
    y_train: pd.Series
    y_test: pd.Series
    estimator: Any

    def changed(self, **parts: Any) -> Rows:
        """The same with other parts."""
        return replace(self, **parts)


def _auc(model: Any, X: pd.DataFrame, y: pd.Series) -> float:
    return float(roc_auc_score(y, model.predict_proba(X)[:, 1]))


def _accuracy(model: Any, X: pd.DataFrame, y: pd.Series) -> float:
    return float(accuracy_score(y, model.predict(X)))


def _r2(model: Any, X: pd.DataFrame, y: pd.Series) -> float:
    return float(r2_score(y, model.predict(X)))


def _error(model: Any, X: pd.DataFrame, y: pd.Series) -> float:
    return float(mean_absolute_error(y, model.predict(X)))


def _encoded(estimator: Any) -> Any:
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    return make_pipeline(
        make_column_transformer((encoder, make_column_selector(dtype_exclude="number")), remainder="passthrough"),
        estimator,
    )


def _one_hot(estimator: Any) -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    numbers = (StandardScaler(), make_column_selector(dtype_include="number"))
    return make_pipeline(
        make_column_transformer((encoder, make_column_selector(dtype_exclude="number")), numbers), estimator
    )


def _forest(seed: int) -> Any:
    return RandomForestClassifier(n_estimators=40, max_depth=5, min_samples_leaf=5, random_state=seed)


HISTORIES: tuple[History, ...] = (
    History(table="breast_cancer", model=_forest, score=_accuracy),
    History(table="digits", model=_forest, score=_accuracy),
    History(table="adult_income", model=lambda seed: _encoded(_forest(seed)), score=_auc),
    History(
        table="german_credit",
        model=lambda seed: _one_hot(LogisticRegression(C=0.05, max_iter=500, random_state=seed)),
        score=_auc,
    ),
    History(
        table="abalone",
        model=lambda seed: _encoded(
            HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=8, min_samples_leaf=30, random_state=seed)
        ),
        score=_r2,
        is_classification=False,
    ),
    History(table="diabetes", model=lambda seed: Ridge(alpha=1.0), score=_error, is_classification=False),
    History(table="wine_red", model=_forest, score=_auc),
)


def whole(history: History) -> tuple[pd.DataFrame, pd.Series]:
    """The history's table, of at most 2 000 rows."""
    found = table(history.table)
    kept = np.random.default_rng(0).permutation(len(found.X))[:MAX_ROWS]
    return found.X.iloc[kept].reset_index(drop=True), found.y.iloc[kept].reset_index(drop=True)


def split(history: History, X: pd.DataFrame, y: pd.Series, *, seed: int, split_seed: int = 0) -> Rows:
    """The rows of one run: a split, and a draw of the training rows without replacement where ``seed`` is odd."""
    stratify = y if history.is_classification else None
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=HELD_OUT, random_state=split_seed, stratify=stratify
    )
    if seed % 2:
        drawn = np.random.default_rng(seed).permutation(len(X_train))[: int(SUBSAMPLE * len(X_train))]
        X_train, y_train = X_train.iloc[drawn], y_train.iloc[drawn]
    return Rows(X_train=X_train, X_test=X_test, y_train=y_train, y_test=y_test, estimator=history.model(seed))

"""What a user's training script does with a plan, in a few ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split

from benchmarks.pitfallbench.datasets import CLASSES
from benchmarks.pitfallbench.plan import TEST_SHARE, Plan, Sides

FOLDS = 5


@dataclass(slots=True, kw_only=True)
class Played:
    """What the script ended with."""

    model: Any
    sides: Sides
    predicted: Any = None


def play(plan: Plan) -> Played:
    """Run the script: every call of scikit-learn in it is one that a user would make."""
    return SCRIPTS[plan.script](plan, sides_of(plan))


def sides_of(plan: Plan) -> Sides:
    """The script's first part: what it does before it fits."""
    X, y = (plan.X, plan.y) if plan.frames else (as_arrays(plan.X), np.asarray(plan.y))
    for change in plan.before_split:
        X, y = change(X, y)
    sides = (plan.split or plain_split(stratify=plan.is_classes))(X, y, plan.seed)
    for step in plan.after_split:
        sides = step(sides)
    return sides


def as_arrays(X: Any) -> Any:
    """As an array where every column is a number; text and dates stay in their frame."""
    are_numbers = all(pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes)
    if are_numbers and not X.isna().any(axis=None):
        return X.to_numpy()
    return X


def plain_split(*, stratify: bool = False, test_size: float = TEST_SHARE) -> Callable[[Any, Any, int], Sides]:
    """``train_test_split``, as most scripts call it."""

    def split(X: Any, y: Any, seed: int) -> Sides:
        X_train, X_test, y_train, y_test = train_test_split(
            X, y, test_size=test_size, random_state=seed, stratify=y if stratify else None
        )
        return X_train, X_test, y_train, y_test

    return split


def _held_out(plan: Plan, sides: Sides) -> Played:
    """Fit, predict, two metrics: which ones differs between seeds, as it does between people."""
    X_train, X_test, y_train, y_test = sides
    model = plan.model.build(X_train)
    model.fit(X_train, y_train)
    is_classifier = plan.model.task == CLASSES
    if is_classifier and plan.seed % 3 == 0:
        model.score(X_test, y_test)
    predicted = model.predict(X_test)
    if not is_classifier:
        r2_score(y_test, predicted)
        mean_absolute_error(y_test, predicted)
        return Played(model=model, sides=sides, predicted=predicted)
    accuracy_score(y_test, predicted)
    f1_score(y_test, predicted, average="macro")
    if len(np.unique(y_train)) == 2 and hasattr(model, "predict_proba") and len(np.unique(y_test)) == 2:
        roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    if plan.seed % 3 == 1:
        balanced_accuracy_score(y_test, predicted)
    return Played(model=model, sides=sides, predicted=predicted)


def _accuracy_only(plan: Plan, sides: Sides) -> Played:
    X_train, X_test, y_train, y_test = sides
    model = plan.model.build(X_train).fit(X_train, y_train)
    predicted = model.predict(X_test)
    accuracy_score(y_test, predicted)
    return Played(model=model, sides=sides, predicted=predicted)


def _no_score(plan: Plan, sides: Sides) -> Played:
    model = plan.model.build(sides[0]).fit(sides[0], sides[2])
    return Played(model=model, sides=sides)


def _training_score(plan: Plan, sides: Sides) -> Played:
    played = _no_score(plan, sides)
    played.model.score(sides[0], sides[2])
    return played


def _cross_validated(plan: Plan, sides: Sides) -> Played:
    X_train, X_test, y_train, y_test = sides
    model = plan.model.build(X_train)
    cross_val_score(model, X_train, y_train, cv=FOLDS)
    model.fit(X_train, y_train)
    model.score(X_test, y_test)
    return Played(model=model, sides=sides)


def _search(plan: Plan, sides: Sides, grid: dict[str, list[Any]]) -> Played:
    X_train, X_test, y_train, y_test = sides
    model = plan.model.build(X_train)
    last = model.steps[-1][0] + "__" if hasattr(model, "steps") else ""
    search = GridSearchCV(model, {last + name: values for name, values in grid.items()}, cv=3)
    search.fit(X_train, y_train)
    search.score(X_test, y_test)
    return Played(model=search, sides=sides)


def _large_grid(plan: Plan, sides: Sides) -> Played:
    """3 x 7 x 6 fits."""
    return _search(plan, sides, {"max_depth": [2, 3, 4, 5, 6, 8, 10], "min_samples_leaf": [1, 3, 5, 10, 20, 40]})


def _edge_grid(plan: Plan, sides: Sides) -> Played:
    """The best depth lies beyond the grid."""
    return _search(plan, sides, {"max_depth": [1, 2, 3]})


def _small_grid(plan: Plan, sides: Sides) -> Played:
    """The best of these leaves lies inside the grid, on most tables."""
    return _search(plan, sides, {"min_samples_leaf": [1, 5, 10, 20, 200]})


SCRIPTS: dict[str, Callable[[Plan, Sides], Played]] = {
    "held_out": _held_out,
    "accuracy_only": _accuracy_only,
    "no_score": _no_score,
    "training_score": _training_score,
    "cross_validated": _cross_validated,
    "large_grid": _large_grid,
    "edge_grid": _edge_grid,
    "small_grid": _small_grid,
}

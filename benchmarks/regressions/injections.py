"""What is done to one run: a regression of a known kind, or nothing but noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.regressions.histories import History, Rows, split, whole

BROKEN_JOIN = 0.7  # share of the held-out rows that get another row's features
SHIFT = 1.0  # standard deviations by which columns and targets move
DRIFTING = 3  # columns that move
KEPT = 0.25  # share that is kept of a class that becomes rare
COPIED = 0.5  # share of the held-out rows that also stand in training
NOISE_SEEDS = 1_000  # of other splits, beyond those of a history

Inject = Callable[[History, int], Rows]


@dataclass(frozen=True, slots=True)
class Injection:
    """A kind of change, and the check that must find it; None for noise."""

    name: str
    check: str | None
    rows: Inject


def base(history: History, seed: int) -> Rows:
    """A run of the history itself: another seed, and for odd ones another draw of the training rows."""
    return split(history, *whole(history), seed=seed)


def _another_seed(history: History, seed: int) -> Rows:
    """The same rows, another seed of the model."""
    return split(history, *whole(history), seed=2 * seed)


def _another_draw(history: History, seed: int) -> Rows:
    """The same held-out rows, another draw of the training rows."""
    return split(history, *whole(history), seed=2 * seed + 1)


def _another_split(history: History, seed: int) -> Rows:
    """Other held-out rows."""
    return split(history, *whole(history), seed=2 * seed, split_seed=NOISE_SEEDS + seed)


def _broken_join(history: History, seed: int) -> Rows:
    """Some held-out rows come with the features of others."""
    rows, rng = base(history, seed), np.random.default_rng(seed)
    places = rng.permutation(len(rows.X_test))[: int(BROKEN_JOIN * len(rows.X_test))]
    order = np.arange(len(rows.X_test))
    order[places] = rng.permutation(places)
    X_test = rows.X_test.iloc[order]
    X_test.index = rows.X_test.index
    return rows.changed(X_test=X_test)


def _memorising(history: History, seed: int) -> Rows:
    """A tree that learns by heart, and targets that are worth less: the regularisation got lost."""
    rows, rng = base(history, seed), np.random.default_rng(seed)
    kind = DecisionTreeClassifier if history.is_classification else DecisionTreeRegressor
    tree = kind(random_state=seed)
    estimator = clone(rows.estimator)
    if hasattr(estimator, "steps"):
        estimator.steps[-1] = (estimator.steps[-1][0], tree)
    else:
        estimator = tree
    y_train = rows.y_train.copy()
    if history.is_classification:
        wrong = rng.permutation(len(y_train))[: len(y_train) // 4]
        y_train.iloc[wrong] = rng.permutation(y_train.iloc[wrong].to_numpy())
    else:
        y_train = y_train + rng.normal(scale=0.7 * y_train.std(), size=len(y_train))
    return rows.changed(y_train=y_train, estimator=estimator)


def _shifted_columns(history: History, seed: int) -> Rows:
    """A few numeric columns come in another unit."""
    X, y = whole(history)
    rng = np.random.default_rng(seed)
    names = [name for name in X.select_dtypes("number") if X[name].nunique() > DRIFTING and X[name].std() > 0]
    moved = rng.choice(names, size=min(DRIFTING, len(names)), replace=False)
    shifted = X.assign(**{name: X[name] + SHIFT * X[name].std() for name in moved})
    return split(history, shifted, y, seed=seed)


def _shifted_target(history: History, seed: int) -> Rows:
    """Of the commonest classes most rows are missing; or a target of numbers has moved."""
    X, y = whole(history)
    rng = np.random.default_rng(seed)
    if not history.is_classification:
        return split(history, X, y + SHIFT * y.std(), seed=seed)
    common = y.value_counts().index[: max(1, y.nunique() // 2)]
    kept = ~y.isin(common).to_numpy() | (rng.random(len(y)) < KEPT)
    return split(history, X[kept], y[kept], seed=seed)


def _other_columns(history: History, seed: int) -> Rows:
    """A column is gone, or added, renamed, of another type, or elsewhere; by the seed."""
    rows, rng = base(history, seed), np.random.default_rng(seed)
    name = str(rng.choice(rows.X_train.select_dtypes("number").columns))
    change = _SCHEMAS[seed % len(_SCHEMAS)]
    estimator = rows.estimator
    if change is _as_text and not hasattr(estimator, "steps"):
        change = _renamed  # this model takes numbers only
    return rows.changed(X_train=change(rows.X_train, name), X_test=change(rows.X_test, name), estimator=estimator)


def _dropped(X: pd.DataFrame, name: str) -> pd.DataFrame:
    return X.drop(columns=name)


def _added(X: pd.DataFrame, name: str) -> pd.DataFrame:
    return X.assign(squared=X[name] ** 2)


def _renamed(X: pd.DataFrame, name: str) -> pd.DataFrame:
    return X.rename(columns={name: f"{name}_new"})


def _as_text(X: pd.DataFrame, name: str) -> pd.DataFrame:
    return X.assign(**{name: X[name].round(1).astype(str)})


def _moved(X: pd.DataFrame, name: str) -> pd.DataFrame:
    return X[[name, *(other for other in X if other != name)]] if X.columns[0] != name else X[[*X.columns[1:], name]]


_SCHEMAS: tuple[Callable[[pd.DataFrame, str], pd.DataFrame], ...] = (_dropped, _added, _renamed, _as_text, _moved)


def _copied_rows(history: History, seed: int) -> Rows:
    """Half of the held-out rows also stand in training."""
    rows = base(history, seed)
    copies = rows.X_test.sample(frac=COPIED, random_state=seed).index
    return rows.changed(
        X_train=pd.concat([rows.X_train, rows.X_test.loc[copies]], ignore_index=True),
        y_train=pd.concat([rows.y_train, rows.y_test.loc[copies]], ignore_index=True),
    )


NOISE: tuple[Injection, ...] = (
    Injection("another seed", None, _another_seed),
    Injection("another draw", None, _another_draw),
    Injection("another split", None, _another_split),
)
REGRESSIONS: tuple[Injection, ...] = (
    Injection("broken join", "score-regression", _broken_join),
    Injection("memorising", "gap-regression", _memorising),
    Injection("shifted columns", "data-drift", _shifted_columns),
    Injection("shifted target", "target-drift", _shifted_target),
    Injection("other columns", "schema-change", _other_columns),
    Injection("copied rows", "new-flag", _copied_rows),
)
INJECTIONS: dict[str, Injection] = {each.name: each for each in (*NOISE, *REGRESSIONS)}

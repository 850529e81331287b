"""A table's rows for one seed: some to tune on, and many more that nobody sees until the clock has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.pitfallbench.datasets import CLASSES, table

MOST_TRAINING_ROWS = 1_500
MOST_LEVELS = 20  # of a category that its encoding keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Numbers only: missing ones filled, categories one-hot, both learnt from the training rows.

    Attributes:
        X: Training rows, shape (n, columns), n at most 1 500 and at most half of the table.
        y: Targets, shape (n,); classes are 0, 1, …
        X_held: The other rows.
        y_held: Theirs.
        task: ``classes`` or ``numbers``.
        metric: scikit-learn's name of what is tuned and told; greater is better.
    """

    X: npt.NDArray[np.float64]
    y: npt.NDArray[Any]
    X_held: npt.NDArray[np.float64]
    y_held: npt.NDArray[Any]
    task: str
    metric: str


def rows_of(name: str, seed: int, *, most: int = MOST_TRAINING_ROWS) -> Rows:
    """Split a table by the seed."""
    from sklearn.model_selection import train_test_split

    found = table(name)
    is_classes = found.task == CLASSES
    X, X_held, y, y_held = train_test_split(
        found.X,
        found.y.to_numpy(),
        train_size=min(most, len(found.X) // 2),
        stratify=found.y if is_classes else None,
        random_state=seed,
    )
    encoder = _encoder(X).fit(X)
    return Rows(
        X=encoder.transform(X).astype(np.float64),
        y=y,
        X_held=encoder.transform(X_held).astype(np.float64),
        y_held=y_held,
        task=found.task,
        metric=metric_of(y) if is_classes else "r2",
    )


def metric_of(classes: npt.NDArray[Any]) -> str:
    """One that moves with every row's probability or rank, where accuracy moves with few."""
    return "roc_auc" if len(np.unique(classes)) == 2 else "neg_log_loss"


def _encoder(X: pd.DataFrame) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    numeric = [name for name in X if pd.api.types.is_numeric_dtype(X[name])]
    text = [name for name in X if name not in numeric]
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MOST_LEVELS, sparse_output=False)
    return make_column_transformer((SimpleImputer(strategy="median"), numeric), (one_hot, text), sparse_threshold=0)

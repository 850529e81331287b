"""What is true of a script's two sides by the catalogue's own words: to say so is no false alarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played

FEW_TRAINING, FEW_HELD_OUT = 50, 10
UNEVEN, PARADOX = 5.0, 4.0
WIDE_BELOW = 400  # held-out rows: with fewer, an accuracy's interval may be wider than 0.1
MUCH_MISSING = 0.3


def true_claims(plan: Plan, played: Played) -> set[str]:
    """Checks whose claim is a plain count on these sides, or that the table's recipe names."""
    X_train, X_test, y_train, y_test = played.sides
    claims = set(plan.table.known)
    if len(y_test) < WIDE_BELOW or plan.model.task != "classes":
        claims.add("test-set-too-small")
    if isinstance(X_train, pd.DataFrame) and (X_train.isna().mean() > MUCH_MISSING).any():
        claims.add("missing-values")
    if plan.model.task == "classes":
        claims |= _of_classes(np.asarray(y_train), np.asarray(y_test), played.model.predict(X_test))
    return claims


def _of_classes(y_train: Any, y_test: Any, predicted: Any) -> set[str]:
    labels, counts = np.unique(y_train, return_counts=True)
    tested = pd.Series(y_test).value_counts()
    claims: set[str] = set()
    if counts.min() < FEW_TRAINING or tested.reindex(labels).fillna(0).min() < FEW_HELD_OUT:
        claims.add("too-few-minority")
    if counts.max() / counts.min() > UNEVEN:
        claims |= {"class-imbalance", "unstratified-split"}
    rare = labels[counts.argmin()]
    if (
        counts.max() / counts.min() > PARADOX
        and (y_test == rare).any()
        and (predicted[y_test == rare] == rare).mean() < 0.5
    ):
        claims.add("accuracy-paradox")
    common = tested.index[tested >= FEW_HELD_OUT]
    if not set(common) & set(labels.tolist()) <= set(predicted.tolist()):
        claims.add("class-never-predicted")
    if set(labels.tolist()) != set(tested.index.tolist()):
        claims.add("class-missing-in-split")
    return claims

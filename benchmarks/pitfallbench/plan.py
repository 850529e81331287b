"""One case before it is played: a table, a model and what the script does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.datasets import CLASSES, Table
from benchmarks.pitfallbench.models import Spec

ROWS = 1_200  # of a script's table, at most
VAULT_SHARE = 0.25  # of all rows are kept from the script, to know the truth by
VAULT_ROWS = 600
TEST_SHARE = 0.25

Sides = tuple[Any, Any, Any, Any]  # X_train, X_test, y_train, y_test
WholeStep = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(slots=True, kw_only=True)
class Plan:
    """What an injection changes.

    Attributes:
        table: The table that the rows come from.
        X: Features, before the split.
        y: Target, before the split.
        model: What the script fits.
        seed: Of split and model.
        frames: Whether the script works on data frames rather than arrays.
        before_split: Steps on the whole table.
        split: From the table to its two sides.
        after_split: Steps on the two sides.
        script: How the script fits and evaluates, of :mod:`scripts`.
        options: Further arguments of ``enable()``.
        X_new: Rows that the script never has, as they look on the day of the prediction.
        y_new: Their true targets.
        simpler: Another model, where the pitfall is a choice of model.
    """

    table: Table
    X: Any
    y: Any
    model: Spec
    seed: int
    frames: bool
    X_new: pd.DataFrame
    y_new: pd.Series
    before_split: list[WholeStep] = field(default_factory=list)
    split: Callable[[Any, Any, int], Sides] | None = None
    after_split: list[Callable[[Sides], Sides]] = field(default_factory=list)
    script: str = "held_out"
    options: dict[str, Any] = field(default_factory=dict)
    simpler: Spec | None = None

    @property
    def is_classes(self) -> bool:
        return self.table.task == CLASSES

    @property
    def columns(self) -> list[str]:
        """Numeric columns of many values."""
        return [name for name in self.table.numeric if name in self.X]

    def set_columns(self, **columns: Any) -> None:
        """Add columns, or replace them."""
        self.X = self.X.assign(**columns)


def prepare(table: Table, model: Spec, seed: int, *, rows: int = ROWS) -> Plan:
    """An unspoilt plan on rows that the seed draws; the vault's rows are drawn from the others.

    Args:
        table: Where the rows come from.
        model: What is fitted.
        seed: Draws rows; splits; seeds the model.
        rows: Of the script's table, at most.
    """
    rng = np.random.default_rng([seed, len(table.y)])
    order = rng.permutation(len(table.y))
    vault = min(max(int(len(order) * VAULT_SHARE), len(order) - rows), VAULT_ROWS)
    kept, hidden = np.sort(order[vault : vault + rows]), order[:vault]
    X, y = table.X.iloc[kept].reset_index(drop=True), table.y.iloc[kept].reset_index(drop=True)
    if table.task == CLASSES:
        enough = y.map(y.value_counts()) >= 4  # a stratified split wants at least two
        X, y = X[enough].reset_index(drop=True), y[enough].reset_index(drop=True)
    model.impute = bool(table.X.select_dtypes("number").isna().any(axis=None))
    return Plan(
        table=table,
        X=X,
        y=y,
        model=model,
        seed=seed,
        frames=seed % 2 == 0,
        X_new=table.X.iloc[hidden].reset_index(drop=True),
        y_new=table.y.iloc[hidden].reset_index(drop=True),
    )

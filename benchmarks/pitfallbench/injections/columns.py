"""What is wrong with a column: missing, disguised, constant, an identifier, mixed, infinite, redundant, unscaled."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.injections.base import Injection, Rng, has_numbers, of_classes, pick
from benchmarks.pitfallbench.plan import Plan

MANY_ROWS = 200


def _missing(plan: Plan, share: float, rng: Rng) -> None:
    """Values of one column are missing at random. Strength: share of them."""
    name = pick(plan, rng)
    plan.set_columns(**{name: plan.X[name].astype(float).mask(rng.random(len(plan.y)) < share)})


def _telling_gaps(plan: Plan, extra: float, rng: Rng) -> None:
    """A value is missing more often where the target is high. Strength: how much more often, share of rows."""
    name = pick(plan, rng)
    high = plan.y.rank(pct=True).to_numpy() > 0.5
    gaps = rng.random(len(plan.y)) < np.where(high, 0.03 + extra, 0.03)
    plan.set_columns(**{name: plan.X[name].astype(float).mask(gaps)})


def _sentinel(plan: Plan, value: Any, rng: Rng) -> None:
    """One value in ten stands for "not known". Strength: the value."""
    hidden = rng.random(len(plan.y)) < 0.1
    if isinstance(value, str):
        words = rng.choice(["north", "south", "east", "west"], size=len(plan.y))
        plan.set_columns(region=pd.Series(np.where(hidden, value, words), dtype=object))
        return
    name = pick(plan, rng)
    column = plan.X[name].astype(float)
    spread, low = column.std() or 1.0, column.min()
    plan.set_columns(**{name: (20 + (column - low) / spread * 8).round(1).mask(hidden, value)})


def _constant(plan: Plan, share: float, rng: Rng) -> None:
    """A column of one value. Strength: its share of the rows."""
    values = np.full(len(plan.y), 7.0)
    values[rng.random(len(plan.y)) >= share] = 8.0
    plan.set_columns(version=values)


def _identifier(plan: Plan, kind: str, rng: Rng) -> None:
    """A column that names the row. Strength: how it looks."""
    size = len(plan.y)
    if kind == "sequence":
        plan.set_columns(customer_id=np.arange(1, size + 1))
    elif kind == "numbers":
        plan.set_columns(account_number=rng.choice(10**7, size=size, replace=False))
    else:
        plan.set_columns(reference=[str(uuid.UUID(bytes=rng.bytes(16))) for _ in range(size)])
    plan.frames = True


def _many_levels(plan: Plan, levels: int, rng: Rng) -> None:
    """A category of many levels, many of them seen once. Strength: levels."""
    weights = 1 / np.arange(1, levels + 1)
    chosen = rng.choice(levels, size=len(plan.y), p=weights / weights.sum())
    plan.model.levels = None
    plan.set_columns(town=pd.Series([f"town {code}" for code in chosen], dtype=object))


def _mixed(plan: Plan, share: float, rng: Rng) -> None:
    """Text among the numbers of a column. Strength: share of rows."""
    numbers = rng.integers(1, 40, size=len(plan.y))
    text = rng.random(len(plan.y)) < share
    values = [f"about {number}" if odd else int(number) for number, odd in zip(numbers, text, strict=True)]
    plan.set_columns(amount=pd.Series(values, dtype=object))


def _infinite(plan: Plan, value: float, rng: Rng) -> None:
    """Infinite, or nearly so. Strength: the value."""
    name = pick(plan, rng)
    column = plan.X[name].astype(float)
    column[rng.choice(len(column), size=3, replace=False)] = value
    plan.set_columns(**{name: column})
    plan.model.finite = True
    plan.frames = True


def _collinear(plan: Plan, noise: float, rng: Rng) -> None:
    """A column nearly twice. Strength: noise beside it."""
    name = pick(plan, rng)
    column = plan.X[name].astype(float)
    plan.set_columns(again=column * 2.54 + rng.normal(size=len(column)) * noise * (column.std() or 1.0))


def _unscaled(plan: Plan, factor: float, rng: Rng) -> None:
    """A scale-sensitive model on raw columns, one of them in a small unit. Strength: factor."""
    plan.X = (plan.X[plan.columns] - plan.X[plan.columns].mean()) / plan.X[plan.columns].std().replace(0, 1.0)
    plan.X = plan.X.fillna(0.0)
    plan.set_columns(noise_in_grams=rng.normal(size=len(plan.y)) * factor)
    plan.X_new = plan.X_new[[name for name in plan.X if name in plan.X_new]].assign(noise_in_grams=0.0)
    plan.model.scale = False


def _useless(plan: Plan, times: float, rng: Rng) -> None:
    """Columns of noise. Strength: how many times as many as there are columns."""
    count = max(3, int(times * plan.X.shape[1]))
    plan.set_columns(**{f"noise_{i}": rng.normal(size=len(plan.y)) for i in range(min(count, 80))})


COLUMNS = (
    Injection(
        name="missing",
        inject=_missing,
        strengths=(0.02, 0.1, 0.4, 1.0),
        blatant_from=0.1,
        finds=("missing-values",),
        beside=("constant-feature",),
        fits=has_numbers,
    ),
    Injection(
        name="telling-gaps",
        inject=_telling_gaps,
        strengths=(0.05, 0.3),
        blatant_from=0.3,
        finds=("missing-values",),
        fits=has_numbers,
    ),
    Injection(
        name="sentinel",
        inject=_sentinel,
        strengths=(-999, 9999, -1, "?", "unknown"),
        finds=("disguised-missing",),
        fits=has_numbers,
    ),
    Injection(
        name="constant-column", inject=_constant, strengths=(0.99, 1.0), blatant_from=1.0, finds=("constant-feature",)
    ),
    Injection(
        name="identifier",
        inject=_identifier,
        strengths=("sequence", "numbers", "text"),
        finds=("id-like-feature",),
        beside=("high-cardinality-feature", "shuffled-time"),
        fits=lambda table: len(table.y) >= MANY_ROWS,
    ),
    Injection(
        name="many-levels",
        inject=_many_levels,
        strengths=(30, 400),
        blatant_from=400,
        finds=("high-cardinality-feature",),
        beside=("id-like-feature",),
    ),
    Injection(name="mixed-types", inject=_mixed, strengths=(0.01, 0.3), finds=("mixed-types",)),
    Injection(
        name="infinite",
        inject=_infinite,
        strengths=(1e300, float("inf")),
        finds=("infinite-or-huge",),
        fits=has_numbers,
    ),
    Injection(
        name="collinear",
        inject=_collinear,
        strengths=(0.3, 0.05, 0.0),
        blatant_from=0.05,
        finds=("collinear-features",),
        fits=has_numbers,
    ),
    Injection(
        name="unscaled",
        inject=_unscaled,
        strengths=(10.0, 1e3, 1e6),
        blatant_from=1e3,
        finds=("unscaled-features",),
        beside=("no-lift", "underfit", "not-converged", "simple-rule-suffices"),
        fits=has_numbers,
        models=("neighbours", "vectors"),
    ),
    Injection(
        name="useless-columns",
        inject=_useless,
        strengths=(1.0, 3.0),
        finds=("useless-features",),
        beside=("overfit",),
        fits=lambda table: of_classes(table) or table.X.shape[1] > 5,
        needs_probes=True,
        models=("forest", "boosting", "linear"),
    ),
)

"""Targets that cannot be learnt, that are wrong in part, or that one column decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.injections.base import (
    BLATANT,
    BY_RESULT,
    LOSS,
    Injection,
    Rng,
    another_model,
    both,
    has_numbers,
    is_learnable,
    of_classes,
    of_numbers,
    pick,
)
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, plain_split
from benchmarks.pitfallbench.vault import rule_share, skill

MANY_VALUES = 150
ENOUGH_TO_MEASURE = 400
SOME_SKILL = 0.2
CLEARLY = 0.97  # of the model's skill: the check asks for 0.95


def _permuted(plan: Plan, rows: Any, rng: Rng) -> None:
    """The target is shuffled: features and labels belong to different rows. Strength: rows of the table."""
    take = rng.permutation(len(plan.y))[: rows if isinstance(rows, int) else None]
    plan.X = plan.X.iloc[take].reset_index(drop=True)
    plan.y = pd.Series(rng.permutation(plan.y.to_numpy())[: len(take)], name=plan.y.name)


def _noise_features(plan: Plan, columns: int, rng: Rng) -> None:
    """Features of pure noise under the true labels. Strength: columns."""
    numbers = rng.normal(size=(len(plan.y), columns))
    plan.X = pd.DataFrame(numbers, columns=[f"f{i}" for i in range(columns)])


def _flipped(plan: Plan, share: float, rng: Rng) -> None:
    """So many labels are wrong, on both sides. Strength: share of rows."""
    classes = np.unique(plan.y)
    wrong = rng.random(len(plan.y)) < share
    others = np.array([rng.choice(classes[classes != label]) for label in plan.y])
    plan.y = pd.Series(np.where(wrong, others, plan.y), name=plan.y.name)


def _conflicting(plan: Plan, share: float, rng: Rng) -> None:
    """Rows stand in the table twice, with different labels. Strength: share of rows that are such a second copy."""
    count = max(1, int(share * len(plan.y)))
    first = rng.choice(len(plan.y), size=count, replace=False)
    classes = np.unique(plan.y)
    others = [rng.choice(classes[classes != label]) for label in plan.y.iloc[first]]
    X = pd.concat([plan.X, plan.X.iloc[first]], ignore_index=True)
    y = np.concatenate([plan.y.to_numpy(), others])
    order = rng.permutation(len(y))
    plan.X, plan.y = X.iloc[order].reset_index(drop=True), pd.Series(y[order], name=plan.y.name)


def _one_rule(plan: Plan, steepness: float, rng: Rng) -> None:
    """One honest column decides the target, with the noise of the world. Strength: log-odds a standard deviation."""
    name = pick(plan, rng)
    middle, spread = plan.X[name].median(), plan.X[name].std() or 1.0

    def target(X: pd.DataFrame) -> pd.Series:
        position = ((X[name] - middle) / spread).fillna(0.0)
        if not plan.is_classes:
            return pd.Series(position + rng.normal(size=len(X)) / steepness, name="target")
        return pd.Series((rng.random(len(X)) < 1 / (1 + np.exp(-steepness * position))).astype(int), name="target")

    plan.y, plan.y_new = target(plan.X), target(plan.X_new)


def _rule_is_enough(plan: Plan, played: Played) -> bool:
    """The model has learnt something, and a rule over one column does as well on the vault's rows."""
    return skill(plan, played) > SOME_SKILL and rule_share(plan, played) >= CLEARLY


def _linear_world(plan: Plan, noise: float, rng: Rng) -> None:
    """The target is a weighted sum of the columns, and a forest is fitted. Strength: noise beside the signal."""
    weights = rng.normal(size=len(plan.columns))

    def signal(X: pd.DataFrame) -> Any:
        columns = X[plan.columns].fillna(0.0)
        return ((columns - plan.X[plan.columns].mean()) / plan.X[plan.columns].std().replace(0, 1.0)).fillna(
            0
        ) @ weights

    spread = signal(plan.X).std()

    def target(X: pd.DataFrame) -> pd.Series:
        values = signal(X) + rng.normal(size=len(X)) * noise * spread
        return pd.Series((values > 0).astype(int) if plan.is_classes else values, name="target")

    plan.y, plan.y_new = target(plan.X), target(plan.X_new)
    another_model(plan, "forest")


def _class_of_numbers(plan: Plan, decimals: int, rng: Rng) -> None:
    """A classifier on a continuous target. Strength: decimals that are left."""
    values = plan.y.astype(float)
    scaled = (values - values.min()) / (values.max() - values.min())
    plan.y = (scaled * 10**decimals).round().astype(int) * 7
    plan.model.task = "classes"
    plan.split = plain_split()


def _numbers_of_classes(plan: Plan, strength: Any, rng: Rng) -> None:
    """A regressor on two classes."""
    plan.model.task = "numbers"
    plan.split = plain_split()


_LEARNABLE_CLASSES = both(of_classes, is_learnable)
_NOISE_BESIDE = ("train-test-overlap", "duplicate-rows", "label-noise")

LABELS = (
    Injection(name="permuted-labels", inject=_permuted, strengths=(120, 300, "all"), finds=("no-lift",), is_cause=True),
    Injection(name="noise-features", inject=_noise_features, strengths=(5, 40), finds=("no-lift",), is_cause=True),
    Injection(
        name="flipped-labels",
        inject=_flipped,
        strengths=(0.02, 0.1, 0.2, 0.35),
        finds=("label-noise",),
        harm=LOSS,
        fits=_LEARNABLE_CLASSES,
        needs_probes=True,
        is_cause=True,
    ),
    Injection(
        name="conflicting-rows",
        inject=_conflicting,
        strengths=(0.005, 0.05, 0.15, 0.4),
        finds=("conflicting-labels",),
        beside=_NOISE_BESIDE,
        harm=BLATANT,
        blatant_from=0.05,
        fits=_LEARNABLE_CLASSES,
        is_cause=True,
    ),
    Injection(
        name="one-rule",
        inject=_one_rule,
        strengths=(2.0, 4.0, 10.0),
        finds=("simple-rule-suffices",),
        harm=BY_RESULT,
        happened=_rule_is_enough,
        beside=("useless-features", "linear-suffices"),
        fits=lambda table: has_numbers(table) and len(table.y) >= ENOUGH_TO_MEASURE,
        is_cause=True,
    ),
    Injection(
        name="linear-world",
        inject=_linear_world,
        strengths=(0.3, 0.1),
        finds=("linear-suffices",),
        fits=lambda table: len(table.numeric) >= 4,
        models=("forest",),
        needs_probes=True,
    ),
    Injection(
        name="classifier-on-numbers",
        inject=_class_of_numbers,
        strengths=(1, 3),
        blatant_from=3,
        finds=("target-type-mismatch",),
        beside=(
            "too-few-minority",
            "class-imbalance",
            "class-missing-in-split",
            "class-never-predicted",
            "overfit",
            "no-lift",
            "underfit",
            "accuracy-paradox",
        ),
        fits=lambda table: of_numbers(table) and table.y.nunique() > MANY_VALUES,
        models=("neighbours", "tree", "forest"),
    ),
    Injection(
        name="regressor-on-classes",
        inject=_numbers_of_classes,
        strengths=("two",),
        finds=("target-type-mismatch",),
        fits=lambda table: of_classes(table) and table.y.nunique() == 2,
        models=("linear", "forest", "tree"),
    ),
)

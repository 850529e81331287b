"""Columns that know the target, and steps and rows that carry the held-out side into the training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.injections.base import (
    BLATANT,
    OPTIMISM,
    Injection,
    Rng,
    another_model,
    both,
    has_numbers,
    is_learnable,
    of_classes,
)
from benchmarks.pitfallbench.plan import Plan

NOISE_COLUMNS = 400
CLUSTER = 6


def _standard(y: pd.Series) -> np.ndarray:
    values = y.to_numpy(dtype=float)
    return (values - values.mean()) / (values.std() or 1.0)


def _unknown_at_prediction(plan: Plan, name: str, rng: Rng) -> None:
    """On the day of the prediction the column holds nothing that goes with the target."""
    plan.X_new = plan.X_new.assign(**{name: rng.choice(plan.X[name].to_numpy(), size=len(plan.X_new))})


def _leak(plan: Plan, noise: float, rng: Rng) -> None:
    """A column filled in after the outcome. Strength: noise in standard deviations of the target."""
    plan.set_columns(settlement=_standard(plan.y) * 40 + 100 + rng.normal(size=len(plan.y)) * noise * 40)
    _unknown_at_prediction(plan, "settlement", rng)


def _named_leak(plan: Plan, noise: float, rng: Rng) -> None:
    """A column whose name says that it is made from the target. Strength: noise as above."""
    name = f"{plan.y.name or 'target'}_group"
    plan.set_columns(**{name: np.round(_standard(plan.y) * 2 + rng.normal(size=len(plan.y)) * noise, 1)})
    _unknown_at_prediction(plan, name, rng)
    plan.frames = True  # arrays have no names


def _leak_in_parts(plan: Plan, noise: float, rng: Rng) -> None:
    """The target is the sum of two columns, neither of which tells much alone. Strength: noise as above."""
    part = rng.normal(size=len(plan.y)) * 2
    plan.set_columns(part_a=part, part_b=_standard(plan.y) - part + rng.normal(size=len(plan.y)) * noise)
    for name in ("part_a", "part_b"):
        _unknown_at_prediction(plan, name, rng)
    another_model(plan, "linear", **({"C": 1e4} if plan.is_classes else {"alpha": 1e-6}))


def _copies_across(plan: Plan, share: float, rng: Rng) -> None:
    """Rows stand in the table twice, before the split. Strength: share of rows that are copies."""
    again = rng.choice(len(plan.y), size=max(1, int(share * len(plan.y))), replace=True)
    take = rng.permutation(np.concatenate([np.arange(len(plan.y)), again]))
    plan.X, plan.y = plan.X.iloc[take].reset_index(drop=True), plan.y.iloc[take].reset_index(drop=True)


def _selected_first(plan: Plan, columns: int, rng: Rng) -> None:
    """The best of many columns of noise are selected on all rows, then split. Strength: columns to select from."""
    from sklearn.feature_selection import SelectKBest, f_classif, f_regression

    noise = {f"n{i}": values for i, values in enumerate(rng.normal(size=(columns, len(plan.y))))}
    plan.X = pd.DataFrame(noise)
    new = pd.DataFrame({name: rng.normal(size=len(plan.y_new)) for name in noise})
    selector = SelectKBest(f_classif if plan.is_classes else f_regression, k=min(20, columns))

    def select(X: Any, y: Any) -> tuple[Any, Any]:
        chosen = selector.fit_transform(X, y)
        plan.X_new = pd.DataFrame(selector.transform(new if plan.frames else new.to_numpy()))
        return chosen, y

    plan.before_split.append(select)
    plan.model.scale = False if plan.model.kind not in {"linear", "vectors", "neighbours"} else None


def _prepared_first(plan: Plan, what: str, rng: Rng) -> None:
    """A scaler or an imputer is fitted on all rows, then they are split. Strength: which one."""
    from sklearn.decomposition import PCA
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    step = {"scaler": StandardScaler(), "imputer": SimpleImputer(), "pca": PCA(n_components=2)}[what]
    plan.X = plan.X[plan.columns].fillna(plan.X[plan.columns].median())
    if what == "imputer":
        plan.X = plan.X.mask(rng.random(plan.X.shape) < 0.04)
    plan.before_split.append(lambda X, y: (step.fit_transform(X), y))


def _target_encoded_first(plan: Plan, levels: int, rng: Rng) -> None:
    """A category of many levels is target-encoded on all rows, then they are split. Strength: rows a level."""
    from sklearn.preprocessing import TargetEncoder

    def codes(size: int) -> Any:
        return rng.integers(0, max(2, len(plan.y) // levels), size=size).astype(str)

    encoder = TargetEncoder(smooth=1e-6)
    plan.X = pd.DataFrame({"shop": codes(len(plan.y)), "road": codes(len(plan.y))}, dtype=object)
    new = pd.DataFrame({"shop": codes(len(plan.y_new)), "road": codes(len(plan.y_new))}, dtype=object)

    def encode(X: Any, y: Any) -> tuple[Any, Any]:
        encoded = encoder.fit(X, y).transform(X)
        plan.X_new = pd.DataFrame(encoder.transform(new))
        return encoded, y

    plan.before_split.append(encode)


def _groups(plan: Plan, spread: float, rng: Rng) -> None:
    """Several rows of each person, and rows of one person on both sides. Strength: how alike they are, 0..1."""
    people = max(20, len(plan.y) // CLUSTER)
    person = rng.integers(0, people, size=len(plan.y))
    traits, labels = rng.normal(size=(people, 6)), rng.choice(plan.y.to_numpy(), size=people)
    noise = rng.normal(size=(len(plan.y), 6)) * (1 - spread)
    plan.y = pd.Series(labels[person], name=plan.y.name)
    plan.X = pd.DataFrame(traits[person] + noise, columns=[f"trait_{i}" for i in range(6)])
    plan.set_columns(patient=[f"P{number:04d}" for number in person])
    fresh = rng.normal(size=(len(plan.y_new), 6))
    plan.X_new = pd.DataFrame(fresh, columns=[f"trait_{i}" for i in range(6)]).assign(patient="new")
    plan.frames = True
    plan.model.drop = ["patient"]


def _shuffled_time(plan: Plan, walk: float, rng: Rng) -> None:
    """Rows in time, whose level wanders, and a shuffled split. Strength: the walk's step beside the noise."""
    size, later = len(plan.y), len(plan.y_new)
    level = np.cumsum(rng.normal(size=size + later)) * walk
    values = level + rng.normal(size=size + later)
    days = pd.date_range("2020-01-01", periods=size + later, freq="D")
    X = pd.DataFrame({"day": days, "day_number": np.arange(size + later), "temperature": rng.normal(size=size + later)})
    y = pd.Series((values > np.median(values)).astype(int) if plan.is_classes else values, name="target")
    plan.X, plan.y, plan.X_new, plan.y_new = X[:size], y[:size], X[size:].reset_index(drop=True), y[size:]
    plan.frames = True


_BESIDE_LEAK = ("too-good-to-be-true", "useless-features")
_TREES = ("forest", "boosting", "tree")

LEAKS = (
    Injection(
        name="leak",
        inject=_leak,
        strengths=(1.0, 0.3, 0.1, 0.02, 0.0),
        finds=("target-leakage",),
        beside=_BESIDE_LEAK,
        harm=OPTIMISM,
        is_cause=True,
    ),
    Injection(
        name="named-leak",
        inject=_named_leak,
        strengths=(1.0, 0.3, 0.05),
        finds=("target-leakage",),
        beside=_BESIDE_LEAK,
        harm=OPTIMISM,
        is_cause=True,
    ),
    Injection(
        name="leak-in-parts",
        inject=_leak_in_parts,
        strengths=(0.05, 0.0),
        finds=("too-good-to-be-true", "target-leakage"),
        harm=OPTIMISM,
        models=("linear",),
        is_cause=True,
    ),
    Injection(
        name="copies-across-split",
        inject=_copies_across,
        strengths=(0.005, 0.05, 0.3, 1.0),
        finds=("train-test-overlap",),
        beside=("duplicate-rows",),
        harm=BLATANT,
        blatant_from=0.05,
    ),
    Injection(
        name="select-before-split",
        inject=_selected_first,
        strengths=(30, NOISE_COLUMNS),
        finds=("preprocess-before-split",),
    ),
    Injection(
        name="scale-before-split",
        inject=_prepared_first,
        strengths=("scaler", "imputer", "pca"),
        finds=("preprocess-before-split",),
        fits=has_numbers,
    ),
    Injection(
        name="target-encode-before-split",
        inject=_target_encoded_first,
        strengths=(20, 3),
        finds=("preprocess-before-split",),
        fits=lambda table: table.y.nunique() == 2 or not of_classes(table),
        models=_TREES,
    ),
    Injection(
        name="group-leakage",
        inject=_groups,
        strengths=(0.0, 0.5, 0.9),
        finds=("group-leakage",),
        beside=("id-like-feature", "high-cardinality-feature", "target-leakage"),
        harm=OPTIMISM,
        fits=both(of_classes, is_learnable),
        models=("forest", "neighbours", "boosting"),
    ),
    Injection(
        name="shuffled-time",
        inject=_shuffled_time,
        strengths=(0.0, 0.3, 1.0),
        blatant_from=0.3,
        finds=("shuffled-time",),
        beside=("simple-rule-suffices", "id-like-feature", "no-lift", "underfit", "weak-segment"),
        models=_TREES,
    ),
)

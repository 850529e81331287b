"""What is wrong with the rows of a side: copies within it, other values than on the other side, a bad segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.injections.base import (
    BY_RESULT,
    LOSS,
    Injection,
    Rng,
    both,
    has_numbers,
    is_learnable,
    of_classes,
    of_numbers,
    of_two_classes,
)
from benchmarks.pitfallbench.plan import Plan, Sides
from benchmarks.pitfallbench.scripts import Played

FAR_WORSE = 0.2  # of the accuracy


def _join(first: Any, second: Any) -> Any:
    if isinstance(first, pd.DataFrame | pd.Series):
        return pd.concat([first, second], ignore_index=True)
    return np.concatenate([first, second])


def _rows(values: Any, take: Any) -> Any:
    return values.iloc[take] if hasattr(values, "iloc") else values[take]


def _copies_in_training(plan: Plan, share: float, rng: Rng) -> None:
    """An old export is appended to the training side again. Strength: share of rows that are copies."""

    def append(sides: Sides) -> Sides:
        X_train, X_test, y_train, y_test = sides
        again = rng.choice(len(y_train), size=max(1, int(share * len(y_train))), replace=False)
        return _join(X_train, _rows(X_train, again)), X_test, _join(y_train, _rows(y_train, again)), y_test

    plan.after_split.append(append)


def _drifting_columns(plan: Plan, shift: float, rng: Rng) -> None:
    """The held-out rows come from later, when half of the columns had moved. Strength: shift, standard deviations."""
    moved = rng.choice(plan.columns, size=max(1, len(plan.columns) // 2), replace=False)

    def cut(X: Any, y: Any, _: int) -> Sides:
        return _by_hand(X, y)

    last = len(plan.y) - len(plan.y) // 4
    order = rng.permutation(len(plan.y))
    plan.X, plan.y = plan.X.iloc[order].reset_index(drop=True), plan.y.iloc[order].reset_index(drop=True)
    later = np.arange(len(plan.y)) >= last
    for name in moved:
        column = plan.X[name].astype(float)
        plan.set_columns(**{name: column + later * shift * (column.std() or 1.0)})
        plan.X_new = plan.X_new.assign(**{name: plan.X_new[name].astype(float) + shift * (column.std() or 1.0)})
    plan.split = cut


def _by_hand(X: Any, y: Any) -> Sides:
    """The first three quarters train, the rest tests: ``X[:n]`` and ``X[n:]``."""
    cut = len(y) - len(y) // 4
    return X[:cut], X[cut:], y[:cut], y[cut:]


def _sorted_file(plan: Plan, strength: str, rng: Rng) -> None:
    """The file is sorted by one column, and the split takes its last quarter. Strength: ``feature``."""
    name = str(rng.choice(plan.columns))
    order = plan.X[name].rank(method="first").argsort().to_numpy()
    plan.X, plan.y = plan.X.iloc[order].reset_index(drop=True), plan.y.iloc[order].reset_index(drop=True)
    plan.split = lambda X, y, _: _by_hand(X, y)


def _target_drift(plan: Plan, share: float, rng: Rng) -> None:
    """The second class is rarer among the held-out rows. Strength: share of its held-out rows that are gone."""
    order = rng.permutation(len(plan.y))
    later = np.arange(len(order)) >= len(order) * 0.65
    gone = later & (plan.y.iloc[order].to_numpy() == 1) & (rng.random(len(order)) < share)
    take = order[~gone]
    plan.X, plan.y = plan.X.iloc[take].reset_index(drop=True), plan.y.iloc[take].reset_index(drop=True)
    held_out = int((later & ~gone).sum())

    def cut(X: Any, y: Any, _: int) -> Sides:
        at = len(y) - held_out
        return X[:at], X[at:], y[:at], y[at:]

    plan.split = cut


def _bad_segment(plan: Plan, share: float, rng: Rng) -> None:
    """In one shop of five the target has nothing to do with the features. Strength: share of its rows so treated."""
    shop = rng.choice(["A", "B", "C", "D", "E"], size=len(plan.y))
    spoilt = np.flatnonzero((shop == "C") & (rng.random(len(plan.y)) < share))
    values = plan.y.to_numpy().copy()
    values[spoilt] = rng.permutation(values)[: len(spoilt)]
    plan.set_columns(shop=pd.Series(shop, dtype=object))
    plan.y = pd.Series(values, name=plan.y.name)
    plan.frames = True


def _segment_is_weak(plan: Plan, played: Played) -> bool:
    """The shop's held-out rows are predicted far worse than the others."""
    _, X_test, _, y_test = played.sides
    right, there = np.asarray(played.predicted) == np.asarray(y_test), (X_test["shop"] == "C").to_numpy()
    return bool(right[~there].mean() - right[there].mean() > FAR_WORSE)


def _skewed(plan: Plan, spread: float, rng: Rng) -> None:
    """A target of money, of which a few rows hold the most. Strength: standard deviation of its logarithm."""
    scaled = (plan.y - plan.y.mean()) / (plan.y.std() or 1.0)
    plan.y = pd.Series(np.exp(scaled * 0.7 * spread + rng.normal(size=len(scaled)) * 0.7 * spread), name=plan.y.name)


ROWS = (
    Injection(
        name="copies-in-training",
        inject=_copies_in_training,
        strengths=(0.005, 0.05, 0.3),
        blatant_from=0.05,
        finds=("duplicate-rows",),
    ),
    Injection(
        name="drifting-columns",
        inject=_drifting_columns,
        strengths=(0.1, 0.5, 1.0, 3.0),
        finds=("train-test-drift",),
        harm=LOSS,
        fits=both(has_numbers, is_learnable),
        beside=("weak-segment",),
        is_cause=True,
    ),
    Injection(
        name="sorted-file",
        inject=_sorted_file,
        strengths=("feature",),
        finds=("train-test-drift",),
        fits=both(has_numbers, is_learnable),
        beside=(
            "class-missing-in-split",
            "class-never-predicted",
            "test-set-too-small",
            "no-lift",
            "accuracy-paradox",
            "shuffled-time",
            "class-imbalance",
            "too-few-minority",
        ),
        is_cause=True,
    ),
    Injection(
        name="target-drift",
        inject=_target_drift,
        strengths=(0.3, 0.7, 0.95),
        blatant_from=0.95,
        finds=("train-test-drift",),
        beside=("unstratified-split", "too-few-minority"),
        fits=both(of_two_classes, is_learnable),
    ),
    Injection(
        name="bad-segment",
        inject=_bad_segment,
        strengths=(0.3, 1.0),
        finds=("weak-segment",),
        beside=("label-noise",),
        harm=BY_RESULT,
        happened=_segment_is_weak,
        fits=both(of_classes, is_learnable),
    ),
    Injection(
        name="skewed-target",
        inject=_skewed,
        strengths=(0.5, 2.0),
        blatant_from=2.0,
        finds=("skewed-target",),
        beside=("no-lift",),
        fits=of_numbers,
    ),
)

"""Rare classes, and what scripts do about them in the wrong place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.datasets import Table
from benchmarks.pitfallbench.injections.base import (
    BY_RESULT,
    Injection,
    Rng,
    another_model,
    both,
    has_numbers,
    of_classes,
    of_two_classes,
)
from benchmarks.pitfallbench.plan import Plan, Sides
from benchmarks.pitfallbench.scripts import Played, plain_split

TRAIN_CLASS_ROWS = 10
BY_HEART = 0.3
ENOUGH_TO_SAMPLE = 120


def _thin_out(plan: Plan, ratio: float, rng: Rng, *, noisy: bool = False) -> None:
    """Leave so many rows of the rarest class that the commonest has ``ratio`` times as many."""
    counts = plan.y.value_counts()
    rare, common = counts.index[-1], counts.iloc[0]
    left = max(4, round(common / ratio))
    of_rare = np.flatnonzero(plan.y == rare)
    drop = rng.permutation(of_rare)[left:]
    keep = np.setdiff1d(np.arange(len(plan.y)), drop)
    plan.X, plan.y = plan.X.iloc[keep].reset_index(drop=True), plan.y.iloc[keep].reset_index(drop=True)
    if noisy:
        numbers = plan.columns
        spread = plan.X[numbers].std().to_numpy() * 2
        plan.X = plan.X.assign(
            **dict((plan.X[numbers] + rng.normal(size=(len(plan.y), len(numbers))) * spread).items())
        )


def _imbalanced(plan: Plan, ratio: float, rng: Rng) -> None:
    """Nothing is done about a rare class. Strength: commonest : rarest."""
    _thin_out(plan, ratio, rng)
    plan.script = "accuracy_only" if plan.seed % 2 else "held_out"


def _paradox(plan: Plan, ratio: float, rng: Rng) -> None:
    """Weak features, a rare class, and accuracy alone. Strength: commonest : rarest."""
    _thin_out(plan, ratio, rng, noisy=True)
    plan.script = "accuracy_only"


def _paradox_happened(plan: Plan, played: Played) -> bool:
    """The recall of the rarest class is below one half, by more than a row or two."""
    labels, predicted = np.asarray(played.sides[3]), np.asarray(played.predicted)
    rare = pd.Series(np.asarray(played.sides[2])).value_counts().index[-1]
    rows = labels == rare
    return bool(rows.sum() >= 10 and (predicted[rows] == rare).mean() < 0.3)


def _never_predicted(plan: Plan, ratio: float, rng: Rng) -> None:
    """One more class, whose features look like another's. Strength: how much commoner the other one is."""
    common = plan.y.value_counts().index[0]
    rows = np.flatnonzero(plan.y == common)
    new = rng.choice(rows, size=max(8, int(len(rows) / ratio)), replace=False)
    labels = plan.y.to_numpy().copy()
    labels[new] = labels.max() + 1
    plan.y = pd.Series(labels, name=plan.y.name)


def _class_was_never_predicted(plan: Plan, played: Played) -> bool:
    labels, predicted = np.asarray(played.sides[3]), np.asarray(played.predicted)
    classes, counts = np.unique(labels, return_counts=True)
    trained = set(np.asarray(played.sides[2]).tolist())
    enough = classes[counts >= TRAIN_CLASS_ROWS]
    return bool(set(enough.tolist()) & trained - set(predicted.tolist()))


def _class_on_one_side(plan: Plan, side: str, rng: Rng) -> None:
    """Rows sorted by class and cut by hand: one class stands on one side only. Strength: which side."""
    missing = plan.y.value_counts().index[-1]

    def cut(X: Any, y: Any, seed: int) -> Sides:
        X_train, X_test, y_train, y_test = plain_split()(X, y, seed)
        if side == "train":
            keep = np.asarray(y_test) != missing
            return X_train, X_test[keep], y_train, y_test[keep]
        keep = np.asarray(y_train) != missing
        return X_train[keep], X_test, y_train[keep], y_test

    plan.split = cut


def _unstratified(plan: Plan, factor: float, rng: Rng) -> None:
    """A rare class is rarer still on the training side. Strength: by which factor."""
    _thin_out(plan, 6.0, rng)
    rare = plan.y.value_counts().index[-1]
    seeds = range(plan.seed, plan.seed + 400)

    def split(X: Any, y: Any, seed: int) -> Sides:
        """The worst of many splits: what an unlucky seed gives."""
        best = max(seeds, key=lambda s: _rarity(plain_split()(X, y, s), rare) if factor > 1 else -s)
        return plain_split()(X, y, best)

    plan.split = split


def _rarity(sides: Sides, rare: Any) -> float:
    return float(np.mean(np.asarray(sides[3]) == rare))


def _sampler(name: str, seed: int) -> Any:
    from imblearn.over_sampling import SMOTE, RandomOverSampler

    return SMOTE(random_state=seed, k_neighbors=2) if name == "smote" else RandomOverSampler(random_state=seed)


def _as_numbers(plan: Plan) -> None:
    plan.X = plan.X[plan.columns].fillna(plan.X[plan.columns].median())
    plan.X_new = plan.X_new[plan.columns].fillna(plan.X[plan.columns].median())


def _resample_first(plan: Plan, name: str, rng: Rng) -> None:
    """The rare class is over-sampled, then the rows are split. Strength: the sampler."""
    _thin_out(plan, 8.0, rng)
    _as_numbers(plan)
    plan.before_split.append(lambda X, y: _sampler(name, plan.seed).fit_resample(X, y))
    another_model(plan, str(rng.choice(["forest", "boosting", "neighbours"])))


def _resampled_test(plan: Plan, name: str, rng: Rng) -> None:
    """Both sides are over-sampled after the split. Strength: the sampler."""
    _thin_out(plan, 8.0, rng)
    _as_numbers(plan)

    def balance(sides: Sides) -> Sides:
        X_train, X_test, y_train, y_test = sides
        X_more, y_more = _sampler(name, plan.seed).fit_resample(X_train, y_train)
        X_even, y_even = _sampler(name, plan.seed).fit_resample(X_test, y_test)
        return X_more, X_even, y_more, y_even

    plan.after_split.append(balance)


def _oversampled_training(plan: Plan, name: str, rng: Rng) -> None:
    """Copies of a rare class's rows in training, and a model that learns them by heart. Strength: the sampler."""
    _thin_out(plan, 8.0, rng, noisy=True)
    _as_numbers(plan)

    def balance(sides: Sides) -> Sides:
        X_more, y_more = _sampler(name, plan.seed).fit_resample(sides[0], sides[2])
        return X_more, sides[1], y_more, sides[3]

    plan.after_split.append(balance)
    if plan.seed % 2:
        another_model(plan, "neighbours", n_neighbors=1)
    else:
        another_model(plan, "tree", max_depth=None)


def _learnt_by_heart(plan: Plan, played: Played) -> bool:
    """The rare class is recalled far better among the training rows than among the held-out ones."""
    X_train, X_test, y_train, y_test = played.sides
    rare = pd.Series(np.asarray(y_test)).value_counts().index[-1]

    def recall(X: Any, y: Any) -> float:
        rows = np.asarray(y) == rare
        return float((played.model.predict(X)[rows] == rare).mean())

    enough = (np.asarray(y_test) == rare).sum() >= TRAIN_CLASS_ROWS
    return bool(enough and recall(X_train, y_train) - recall(X_test, y_test) > BY_HEART)


_RARE = (
    "class-imbalance",
    "too-few-minority",
    "accuracy-paradox",
    "class-never-predicted",
    "no-lift",
    "unstratified-split",
    "class-missing-in-split",
    "skewed-target",
    "underfit",
)
_NUMERIC_CLASSES = both(of_classes, has_numbers)


def _rows_to_sample(table: Table) -> bool:
    """A thinned class still has neighbours on either side."""
    return bool(table.y.value_counts().max() >= ENOUGH_TO_SAMPLE)


IMBALANCE = (
    Injection(
        name="imbalance",
        inject=_imbalanced,
        strengths=(6.0, 14.0, 40.0, 120.0),
        blatant_from=14.0,
        finds=("class-imbalance", "accuracy-paradox"),
        beside=_RARE,
        fits=of_two_classes,
    ),
    Injection(
        name="few-rows-of-a-class",
        inject=_imbalanced,
        strengths=(20.0, 60.0),
        finds=("too-few-minority",),
        beside=_RARE,
        fits=of_two_classes,
    ),
    Injection(
        name="accuracy-paradox",
        inject=_paradox,
        strengths=(5.0, 10.0, 20.0),
        finds=("accuracy-paradox",),
        beside=_RARE,
        harm=BY_RESULT,
        happened=_paradox_happened,
        fits=both(of_two_classes, has_numbers),
        models=("linear", "vectors", "forest"),
    ),
    Injection(
        name="class-never-predicted",
        inject=_never_predicted,
        strengths=(3.0, 6.0),
        finds=("class-never-predicted",),
        beside=(*_RARE, "label-noise", "overfit"),
        harm=BY_RESULT,
        happened=_class_was_never_predicted,
        fits=of_classes,
        models=("linear", "vectors", "boosting"),
    ),
    Injection(
        name="class-on-one-side",
        inject=_class_on_one_side,
        strengths=("train", "test"),
        finds=("class-missing-in-split",),
        beside=("train-test-drift", *_RARE),
        fits=lambda table: of_classes(table) and table.y.nunique() >= 3,
    ),
    Injection(
        name="unlucky-split",
        inject=_unstratified,
        strengths=(2.0,),
        finds=("unstratified-split", "train-test-drift"),
        beside=("train-test-drift", *_RARE),
        fits=of_two_classes,
    ),
    Injection(
        name="resample-before-split",
        inject=_resample_first,
        strengths=("random", "smote"),
        finds=("resample-before-split",),
        beside=("train-test-overlap", "duplicate-rows", "too-good-to-be-true", "resampled-test-set"),
        fits=_NUMERIC_CLASSES,
    ),
    Injection(
        name="resampled-test-set",
        inject=_resampled_test,
        strengths=("random", "smote"),
        finds=("resampled-test-set",),
        beside=("duplicate-rows", "oversampling-overfit", "too-few-minority", "weak-segment", "train-test-drift"),
        fits=both(_NUMERIC_CLASSES, _rows_to_sample),
    ),
    Injection(
        name="oversampled-by-heart",
        inject=_oversampled_training,
        strengths=("random", "smote"),
        finds=("oversampling-overfit", "overfit"),
        harm=BY_RESULT,
        happened=_learnt_by_heart,
        beside=("duplicate-rows", "oversampling-overfit", "overfit", "train-test-drift", *_RARE),
        fits=both(of_two_classes, has_numbers),
    ),
)

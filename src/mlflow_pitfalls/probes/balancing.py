"""Remedies against imbalance on one cross-validation fold: resampling never sees a validation row."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers.rows import take_rows
from mlflow_pitfalls.probes.folds import Answer, Positions, Split, Target, ask
from mlflow_pitfalls.probes.tables import categorical_positions

_NEIGHBOURS = 5  # SMOTE's default, where the rarest class has so many rows
_SEED_RANGE = 2**31
_WEIGHTS = {"class_weight": "balanced", "auto_class_weights": "Balanced"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The run's estimator taken apart, so that its preparation is fitted once a fold.

    Attributes:
        preparation: Unfitted pipeline of all steps but the last; None where there is no pipeline.
        predictor: Unfitted.
    """

    preparation: Any
    predictor: Any


def parts_of(estimator: Any) -> Parts:
    """Take a pipeline apart; anything else is the predictor itself."""
    from sklearn.pipeline import Pipeline

    if type(estimator) is Pipeline and len(estimator.steps) > 1:
        return Parts(estimator[:-1], estimator.steps[-1][1])
    return Parts(None, estimator)


@dataclass(frozen=True, slots=True, eq=False)
class BalancingFold:
    """One fold's rows as the predictor takes them, and as they came."""

    raw_train: Any
    raw_validation: Any
    x_train: Any
    x_validation: Any
    labels: npt.NDArray[Any]
    seconds: float  # that the preparation took


def balancing_fold(parts: Parts, x: Any, target: Target, split: Split) -> BalancingFold:
    """Take a fold's rows and prepare them; only its training rows are learned from."""
    from sklearn.base import clone

    train, validation = split
    raw_train, raw_validation = take_rows(x, target.positions[train]), take_rows(x, target.positions[validation])
    labels = target.own_values[train]
    started = time.perf_counter()
    if parts.preparation is None:
        return BalancingFold(raw_train, raw_validation, raw_train, raw_validation, labels, 0.0)
    steps = clone(parts.preparation)
    x_train = steps.fit_transform(raw_train, labels)
    x_validation = steps.transform(raw_validation)
    return BalancingFold(raw_train, raw_validation, x_train, x_validation, labels, time.perf_counter() - started)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a model said about a fold's validation rows and about its training rows as they were."""

    validation: Answer
    train: Answer
    seconds: float


Remedy = Callable[[Parts, BalancingFold, Target, int], Fitted]


def nothing(parts: Parts, fold: BalancingFold, target: Target, seed: int) -> Fitted:
    """The estimator as it is."""
    return _fitted(parts.predictor, fold, target, fold.x_train, fold.labels)


def weighted(parts: Parts, fold: BalancingFold, target: Target, seed: int) -> Fitted:
    """Class weights where the estimator has them, weights of the rows otherwise."""
    from sklearn.base import clone
    from sklearn.utils.class_weight import compute_sample_weight

    known = parts.predictor.get_params(deep=False)
    name = next((each for each in _WEIGHTS if each in known), None)
    if name is not None:
        model = clone(parts.predictor).set_params(**{name: _WEIGHTS[name]})
        return _fitted(model, fold, target, fold.x_train, fold.labels)
    weights = compute_sample_weight("balanced", fold.labels)
    return _fitted(parts.predictor, fold, target, fold.x_train, fold.labels, sample_weight=weights)


def over_sampled(parts: Parts, fold: BalancingFold, target: Target, seed: int) -> Fitted:
    """Rows of the rarer classes repeated."""
    from imblearn.over_sampling import RandomOverSampler

    return _chosen(RandomOverSampler(random_state=seed % _SEED_RANGE), parts, fold, target)


def under_sampled(parts: Parts, fold: BalancingFold, target: Target, seed: int) -> Fitted:
    """Rows of the commoner classes left out."""
    from imblearn.under_sampling import RandomUnderSampler

    return _chosen(RandomUnderSampler(random_state=seed % _SEED_RANGE), parts, fold, target)


def synthetic(parts: Parts, fold: BalancingFold, target: Target, seed: int) -> Fitted:
    """SMOTE between rows as the predictor takes them; among raw rows by SMOTENC where those hold categories."""
    from imblearn.over_sampling import SMOTE, SMOTENC
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline

    started = time.perf_counter()
    options = {"random_state": seed % _SEED_RANGE, "k_neighbors": neighbours(fold.labels)}
    categories = categories_to_mix(fold)
    if not categories:
        x, labels = SMOTE(**options).fit_resample(fold.x_train, fold.labels)
        spent = time.perf_counter() - started
        return _fitted(parts.predictor, fold, target, x, labels, before=spent)
    x, labels = SMOTENC(categorical_features=categories, **options).fit_resample(fold.raw_train, fold.labels)
    whole = parts.predictor if parts.preparation is None else make_pipeline(*parts.preparation, parts.predictor)
    model = clone(whole).fit(x, labels)
    seconds = time.perf_counter() - started
    return Fitted(
        _asked(model, fold.raw_validation, target), _asked(model, fold.raw_train, target), seconds + fold.seconds
    )


def neighbours(labels: npt.NDArray[Any]) -> int:
    """SMOTE's neighbours: no more than the rarest class has besides the row itself."""
    return max(1, min(_NEIGHBOURS, int(np.unique(labels, return_counts=True)[1].min()) - 1))


def categories_to_mix(fold: BalancingFold) -> list[int]:
    """Raw columns that SMOTENC must be told of; none where plain SMOTE on the prepared rows is the way.

    Missing values are for the preparation to fill, so raw rows that hold some are mixed after it.
    """
    rows = np.arange(len(fold.labels))
    found = categorical_positions(fold.raw_train, rows)
    return [] if found and fold.raw_train is not fold.x_train and _has_missing(fold.raw_train) else found


def _has_missing(x: Any) -> bool:
    import pandas as pd

    return bool(np.asarray(pd.isna(x)).any())


def _chosen(sampler: Any, parts: Parts, fold: BalancingFold, target: Target) -> Fitted:
    rows = np.arange(len(fold.labels))
    kept: Positions = sampler.fit_resample(rows.reshape(-1, 1), fold.labels)[0].ravel()
    return _fitted(parts.predictor, fold, target, take_rows(fold.x_train, kept), fold.labels[kept])


def _fitted(
    predictor: Any,
    fold: BalancingFold,
    target: Target,
    x: Any,
    labels: npt.NDArray[Any],
    *,
    before: float = 0.0,
    **arguments: Any,
) -> Fitted:
    from sklearn.base import clone

    started = time.perf_counter()
    model = clone(predictor).fit(x, labels, **arguments)
    seconds = time.perf_counter() - started + before + fold.seconds
    return Fitted(_asked(model, fold.x_validation, target), _asked(model, fold.x_train, target), seconds)


def _asked(model: Any, rows: Any, target: Target) -> Answer:
    return target.coded(ask(model, rows, target.class_count, own_labels=True))


def tuned_threshold(answers: Answer, target: Target, splits: Sequence[Split], rarest: int) -> Answer | None:
    """Labels by a threshold that the other folds' out-of-fold scores choose, for the best balanced accuracy.

    It takes no further fit: what a threshold would be on one fold's rows is learned from all the others.

    Args:
        answers: Out-of-fold answers of the estimator as it is; two classes.
        target: Their targets.
        splits: Whose validation rows are decided one fold after the other.
        rarest: Code of the rarer class.

    Returns:
        None without scores.
    """
    from sklearn.metrics import roc_curve

    if answers.scores is None:
        return None
    score, is_rare = answers.scores[:, rarest], target.values == rarest
    found = np.empty(target.rows, dtype=np.intp)
    for others, validation in splits:
        false_alarms, hits, thresholds = roc_curve(is_rare[others], score[others])
        best = thresholds[np.argmax(hits - false_alarms)]
        found[validation] = np.where(score[validation] >= best, rarest, 1 - rarest)
    return Answer(found, answers.scores)

"""The best answer that looks at no feature: what a score must beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.statistics.formulas import weighted_score
from mlflow_pitfalls.capture.statistics.metric_columns import Array, finite_numbers, label_codes, metric_columns
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.values import Task

_DRAWS = 11  # of a random strategy; the middle one counts, so that luck does not make the dummy better


@dataclass(frozen=True, slots=True, eq=False)
class Dummy:
    """A fitted strategy without features.

    Attributes:
        strategy: scikit-learn's name: ``most_frequent``, ``prior``, ``stratified``, ``mean`` or ``median``.
        predictions: For the held-out rows.
        train: For the training rows, where they were given.
    """

    strategy: str
    predictions: Predictions
    train: Predictions | None = None


def best_dummy(
    metric: MetricSpec, train_target: Array, held_out_target: Array, *, fit_target: Array | None = None, seed: int = 0
) -> Dummy | None:
    """The strategy of ``DummyClassifier`` or ``DummyRegressor`` that scores best on the held-out rows.

    ``uniform`` and ``constant`` are not tried: on a one-sided metric such as recall they win by answering nothing.

    Args:
        metric: The score.
        train_target: Targets of the training rows that shall be predicted as well, shape (m,).
        held_out_target: Targets of the held-out rows, shape (n,).
        fit_target: Targets that the strategy learns from; ``train_target`` by default.
        seed: Seed of the ``stratified`` draws.

    Returns:
        None where the metric has no value for any strategy.
    """
    learn_from = train_target if fit_target is None else fit_target
    try:
        with np.errstate(all="ignore"):
            if Task.REGRESSION in metric.tasks:
                candidates = list(_of_numbers(learn_from, train_target, held_out_target))
            else:
                candidates = list(_of_classes(metric, learn_from, train_target, held_out_target, seed))
            scored = [(score, dummy) for dummy in candidates if (score := _score(metric, dummy)) is not None]
    except Exception:  # noqa: BLE001 - foreign targets that scikit-learn refuses
        return None
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _score(metric: MetricSpec, dummy: Dummy) -> float | None:
    columns = metric_columns(metric, dummy.predictions)
    scorer = None if columns is None else weighted_score(metric, columns)
    if scorer is None:
        return None
    value = float(scorer(np.ones((1, dummy.predictions.rows)))[0])
    return value if np.isfinite(value) else None


def _of_numbers(learn_from: Array, train: Array, held_out: Array) -> Iterator[Dummy]:
    from sklearn.dummy import DummyRegressor

    target, train_true, true = finite_numbers(learn_from), finite_numbers(train), finite_numbers(held_out)
    if target is None or train_true is None or true is None:
        return
    for strategy in ("mean", "median"):
        model = DummyRegressor(strategy=strategy).fit(_nothing(target), target)
        yield Dummy(
            strategy,
            Predictions(y_true=true, y_pred=model.predict(_nothing(true))),
            Predictions(y_true=train_true, y_pred=model.predict(_nothing(train_true))),
        )


def _of_classes(metric: MetricSpec, learn_from: Array, train: Array, held_out: Array, seed: int) -> Iterator[Dummy]:
    from sklearn.dummy import DummyClassifier

    coded = label_codes(learn_from, train, held_out)
    if coded is None:
        return
    (target, train_codes, codes), classes = coded
    labels = np.empty(len(classes), dtype=object)
    labels[:] = classes

    def dummy(model: Any, strategy: str) -> Dummy:
        return Dummy(strategy, _said(model, codes, labels), _said(model, train_codes, labels))

    if metric.needs != "labels":
        yield dummy(DummyClassifier(strategy="prior").fit(_nothing(target), target), "prior")
        return
    yield dummy(DummyClassifier(strategy="most_frequent").fit(_nothing(target), target), "most_frequent")
    if metric.is_share_of_rows:
        return  # no guess is right more often than the commonest class
    draws = []
    for draw in range(_DRAWS):
        model = DummyClassifier(strategy="stratified", random_state=seed % 2**31 + draw)
        candidate = dummy(model.fit(_nothing(target), target), "stratified")
        score = _score(metric, candidate)
        if score is not None:
            draws.append((score, draw, candidate))
    if draws:
        yield sorted(draws)[len(draws) // 2][2]


def _said(model: Any, codes: Array, labels: Array) -> Predictions:
    rows = _nothing(codes)
    score = np.zeros((len(codes), len(labels)))
    score[:, model.classes_] = model.predict_proba(rows)
    return Predictions(y_true=labels[codes], y_pred=labels[model.predict(rows)], y_score=score, classes=labels)


def _nothing(target: Array) -> Array:
    return np.zeros((len(target), 1))

"""Metrics over scores and probabilities: rankings are sorted once, and weights then only add up."""

from __future__ import annotations

import numpy as np

from mlflow_pitfalls.capture.statistics.formula_parts import TINY, Formula, Weighted, mean_of, ratio, sums_of
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, MetricColumns
from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec


def _binary_auc(is_positive: Array, score: Array) -> Weighted:
    positive = np.flatnonzero(is_positive)
    positive = positive[np.argsort(score[positive], kind="stable")]
    negative = np.flatnonzero(~is_positive)
    negative = negative[np.argsort(score[negative], kind="stable")]
    below = np.searchsorted(score[negative], score[positive], side="left")
    up_to = np.searchsorted(score[negative], score[positive], side="right")
    tied = bool((below != up_to).any())

    def value(weights: FloatArray) -> FloatArray:
        won = np.zeros((len(weights), len(negative) + 1))
        np.cumsum(weights.take(negative, axis=1), axis=1, out=won[:, 1:])
        of_positive = weights.take(positive, axis=1)
        wins = won.take(below, axis=1)
        if tied:
            wins += won.take(up_to, axis=1)
            wins *= 0.5
        pairs = of_positive.sum(axis=1) * won[:, -1]
        result: FloatArray = np.einsum("bi,bi->b", of_positive, wins) / np.where(pairs > 0, pairs, np.nan)
        return result

    return value


def _roc_auc(metric: MetricSpec, c: MetricColumns) -> Weighted:
    assert c.score is not None
    if c.score.ndim == 1:
        return _binary_auc(c.true == c.positive, c.score)
    masks = [c.true == code for code in range(c.class_count)]
    parts = [_binary_auc(mask, c.score[:, code]) for code, mask in enumerate(masks)]

    def value(weights: FloatArray) -> FloatArray:
        each = np.stack([part(weights) for part in parts], axis=1)
        share = np.isfinite(each).astype(np.float64)
        if metric.average == "weighted":
            share *= sums_of(weights, np.stack(masks, axis=1).astype(np.float64))
        result: FloatArray = (np.nan_to_num(each) * share).sum(axis=1) / share.sum(axis=1)
        return result

    return value


def _average_precision(_: MetricSpec, c: MetricColumns) -> Weighted:
    assert c.score is not None
    order = np.argsort(-c.score, kind="stable")
    ranked = c.score[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])  # a threshold cannot part equal scores
    is_positive = (c.true[order] == c.positive).astype(np.float64)

    def value(weights: FloatArray) -> FloatArray:
        ordered = weights.take(order, axis=1)
        found = np.cumsum(ordered * is_positive, axis=1).take(ends, axis=1)
        shown = np.cumsum(ordered, axis=1).take(ends, axis=1)
        gained = np.diff(found, axis=1, prepend=0.0)
        total = found[:, -1]
        result: FloatArray = (gained * ratio(found, shown)).sum(axis=1) / np.where(total > 0, total, np.nan)
        return result

    return value


def _log_loss(_: MetricSpec, c: MetricColumns) -> Weighted:
    assert c.score is not None
    if c.score.ndim == 1:
        of_true = np.where(c.true == c.positive, c.score, 1.0 - c.score)
    else:
        of_true = c.score[np.arange(len(c.true)), c.true] / np.maximum(c.score.sum(axis=1), TINY)
    return mean_of(-np.log(np.clip(of_true, TINY, 1.0)))


def _brier(_: MetricSpec, c: MetricColumns) -> Weighted | None:
    assert c.score is not None
    if c.score.ndim != 1:
        return None
    return mean_of((c.score - (c.true == c.positive)) ** 2)


def _top_k(metric: MetricSpec, c: MetricColumns) -> Weighted | None:
    assert c.score is not None
    if c.score.ndim != 2:
        return None
    best = np.argsort(c.score, axis=1, kind="stable")[:, ::-1][:, : metric.top_k]
    return mean_of((best == c.true[:, None]).any(axis=1).astype(np.float64))


SCORE_FORMULAS: dict[str, Formula] = {
    "roc_auc": _roc_auc,
    "average_precision": _average_precision,
    "log_loss": _log_loss,
    "brier": _brier,
    "top_k_accuracy": _top_k,
}

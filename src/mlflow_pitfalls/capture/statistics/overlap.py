"""Held-out rows that also stand among the training rows."""

from __future__ import annotations

import math

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import wilson_interval
from mlflow_pitfalls.capture.statistics.metric_columns import Array
from mlflow_pitfalls.model.record import OverlapFacts
from mlflow_pitfalls.model.values import Estimate, Interval


def overlap_facts(
    train_hashes: Array, held_out_hashes: Array, *, train_rows: int, expected_share: float
) -> OverlapFacts | None:
    """Count the held-out rows whose hash stands among the training rows' hashes.

    Where only some training rows were hashed, the share is scaled up by ``train_rows`` over their number: a held-out
    row's twin was hashed with just that probability.

    Args:
        train_hashes: One number a hashed training row.
        held_out_hashes: One number a held-out row that was looked up.
        train_rows: How many training rows there are in all.
        expected_share: Share of held-out rows with a twin in training that the columns' cardinalities make by chance.

    Returns:
        None where there is nothing to compare.
    """
    hashed, checked = len(train_hashes), len(held_out_hashes)
    if not hashed or not checked:
        return None
    matched = int(_found(np.asarray(train_hashes), np.asarray(held_out_hashes)).sum())
    factor = max(1.0, train_rows / hashed)
    interval = wilson_interval(matched / checked, checked)
    share = Estimate(
        value=min(1.0, factor * matched / checked),
        interval=Interval(low=min(1.0, factor * interval.low), high=min(1.0, factor * interval.high)),
        rows=checked,
    )
    return OverlapFacts(
        held_out_rows_checked=checked,
        train_rows_hashed=hashed,
        train_rows=max(train_rows, hashed),
        matched=matched,
        expected_share=min(1.0, max(0.0, expected_share)) if math.isfinite(expected_share) else 0.0,
        share=share,
    )


def _found(train: Array, held_out: Array) -> Array:
    """Which of the held-out hashes occur in training; the few are sorted and the many looked up among them."""
    distinct, position = np.unique(held_out, return_inverse=True)
    slot = np.minimum(np.searchsorted(distinct, train), len(distinct) - 1)
    occurs = np.zeros(len(distinct), dtype=bool)
    occurs[slot[distinct[slot] == train]] = True
    found: Array = occurs[position]
    return found

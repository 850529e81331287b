"""Rows whose features are equal while their targets differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlflow_pitfalls.capture.fingerprints.chance import expected_duplicates
from mlflow_pitfalls.capture.fingerprints.hashing import Words
from mlflow_pitfalls.capture.fingerprints.near_twins import natural_count, natural_part_within
from mlflow_pitfalls.model.profile import ConflictFacts

# Fewer conflicting rows than this share of those looked at are not worth the estimate of chance.
_WORTH_ESTIMATING = 0.002
_SHUFFLES = 5
_SEED = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows that were compared in full: all those that may equal another one.

    Attributes:
        checked: How many rows they are in all, those told apart at first sight among them.
        features: A hash of each compared row's features.
        target: Each compared row's target as a word; None without one.
    """

    checked: int
    features: Words
    target: Words | None


def conflict_facts(rows: Compared, sample: Words, target: Words, looked_at: int) -> ConflictFacts | None:
    """How many rows contradict others of equal features, and how many would by chance.

    By chance, equal rows are of different things that happen to agree in all of the columns. As many as that are
    expected to be beyond the first of their group, each of which contradicts another with at most the probability that
    two random labels differ.

    Args:
        rows: The compared rows.
        sample: Words of a sample's features, shape (sampled rows, columns).
        target: Words of the same rows' target.
        looked_at: How many rows the compared ones stand for.
    """
    if rows.target is None:
        return None
    conflicting = conflicting_rows(rows.features, rows.target)
    expected = shuffled = 0.0
    if conflicting > _WORTH_ESTIMATING * rows.checked:
        _, counts = np.unique(target, return_counts=True)
        differ = 1.0 - float(((counts / len(target)) ** 2).sum())
        by_frequency = expected_duplicates(sample, looked_at) * rows.checked / looked_at * differ
        expected = natural_count(by_frequency, conflicting, natural_part_within(sample))
        shuffled = _shuffled_conflicts(rows.features, target)
    return ConflictFacts(
        rows_checked=rows.checked,
        conflicting=conflicting,
        expected=expected,
        repeated=len(rows.features) - len(np.unique(rows.features)),
        shuffled=shuffled,
    )


def _shuffled_conflicts(features: Words, target: Words) -> float:
    """Conflicting rows where each row's target is one drawn from all: what labels make that know nothing."""
    rng = np.random.default_rng(_SEED)
    found = [conflicting_rows(features, rng.choice(target, len(features))) for _ in range(_SHUFFLES)]
    return float(np.mean(found))


def conflicting_rows(features: Words, target: Words) -> int:
    """Rows that would have to change their target for equal features to have equal targets."""
    import pandas as pd

    repeated = pd.Series(features).duplicated(keep=False).to_numpy()
    if not repeated.any():
        return 0
    frame = pd.DataFrame({"features": features[repeated], "target": target[repeated]})
    counts = frame.groupby(["features", "target"], sort=False).size()
    return int(len(frame) - counts.groupby(level="features", sort=False).max().sum())

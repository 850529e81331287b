"""How many equal rows two natural samples share by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.hashing import Words, finished, frame_words, mixed_words

if TYPE_CHECKING:
    import pandas as pd

Probabilities = npt.NDArray[np.float64]

# Columns of no more distinct values are taken jointly, as their correlations matter and their combinations repeat.
DISCRETE_VALUES = 50
MAX_ROWS = 5_000


def chance_of_match(frame_train_sample: pd.DataFrame, rows_train: int, frame_other: pd.DataFrame) -> float:
    """Expected share of the other table's rows that have an equal row among the training rows by chance alone.

    A row's probability is that of its values: the *joint* frequency of its discrete columns times the marginal
    frequencies of the others. Discrete columns (at most 50 values) are taken jointly because they repeat and
    correlate: with independence, the natural twins among ``pclass, sex, embarked`` would look like a leak. For data of
    discrete columns only the estimate is thus the rate of twins within the training sample itself, extrapolated to
    all training rows. Values seen once in the sample share its singletons' mass with the unseen ones, whose number is
    Chao's lower bound f1(f1 − 1) / 2(f2 + 1) (Chao 1984, Scand. J. Statist. 11), so that a continuous column gets
    about 2/n² rather than 1/n. A row is matched with probability 1 − (1 − p)^N.

    Args:
        frame_train_sample: A random sample of the training rows.
        rows_train: How many training rows there are in all, N.
        frame_other: Rows that are looked up, with as many columns.

    Returns:
        0..1; 0 where either table is empty or their columns do not correspond.
    """
    if frame_train_sample.empty or frame_other.empty or frame_train_sample.shape[1] != frame_other.shape[1]:
        return 0.0
    train = frame_words(_bounded(frame_train_sample))
    other = frame_words(_bounded(frame_other))
    return float(np.mean(_matched(row_probabilities(train, other), rows_train)))


def expected_duplicates(words: Words, rows: int) -> float:
    """Rows beyond the first of each group of equal rows that chance alone makes among ``rows`` rows.

    The k-th row repeats an earlier one with probability 1 − (1 − p)^(k−1); averaged over k and over the sampled rows.

    Args:
        words: Words of a random sample's cells, shape (sampled rows, columns).
        rows: How many rows there are in all.
    """
    if not words.size or rows < 2:
        return 0.0
    p = row_probabilities(words, words)
    with np.errstate(all="ignore"):
        share = 1.0 - _matched(p, rows) / (rows * p)
    return float(rows * np.mean(np.clip(np.where(p > 0, share, 0.0), 0.0, 1.0)))


def row_probabilities(train: Words, other: Words) -> Probabilities:
    """Probability of each of the other's rows under the training sample's frequencies, as told above."""
    log_p = np.zeros(len(other))
    discrete = []
    for i in range(train.shape[1]):
        values, counts = np.unique(train[:, i], return_counts=True)
        if len(values) <= DISCRETE_VALUES:
            discrete.append(i)
            continue
        log_p += np.log(_frequencies(values, counts, other[:, i]))
    if discrete:
        values, counts = np.unique(_joint(train[:, discrete]), return_counts=True)
        log_p += np.log(_frequencies(values, counts, _joint(other[:, discrete])))
    return np.exp(log_p)


def _frequencies(values: Words, counts: npt.NDArray[np.intp], wanted: Words) -> Probabilities:
    rows = counts.sum()
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    unseen = once * (once - 1) / (2 * (twice + 1))
    # Without singletons nothing is unseen; a value that turns up all the same is rarer than one in all rows.
    rare = (once / rows) / (once + unseen) if once else 1.0 / (rows + 1) ** 2
    place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    found = values[place] == wanted
    return np.asarray(np.where(found & (counts[place] > 1), counts[place] / rows, rare), dtype=np.float64)


def _joint(words: Words) -> Words:
    total = np.zeros(len(words), dtype=np.uint64)
    for i in range(words.shape[1]):
        total = finished(mixed_words(total + words[:, i]))
    return total


def _matched(p: Probabilities, rows: int) -> Probabilities:
    with np.errstate(all="ignore"):
        return np.asarray(-np.expm1(rows * np.log1p(-np.minimum(p, 1.0))), dtype=np.float64)


def _bounded(frame: pd.DataFrame) -> pd.DataFrame:
    if len(frame) <= MAX_ROWS:
        return frame
    return frame.iloc[np.linspace(0, len(frame) - 1, MAX_ROWS).astype(np.intp)]

"""How many equal rows two natural samples share by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.fingerprints.hashing import Words, finished, frame_words, mixed_words

if TYPE_CHECKING:
    import pandas as pd

Probabilities = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# Columns of no more distinct values are taken jointly: their combinations repeat, and they correlate.
DISCRETE_VALUES = 100
MAX_ROWS = 5_000
MAX_COLUMNS = 100
# A column whose values nearly never repeat in the sample says nothing about dependence, and needs none: its own
# frequency is small enough.
REPEATING_SHARE = 0.9
# Columns that are given a parent, and earlier columns that each may choose from: what bounds the cost.
MAX_DEPENDENT_COLUMNS = 16
MAX_PARENTS = 4


def chance_of_match(frame_train_sample: pd.DataFrame, rows_train: int, frame_other: pd.DataFrame) -> float:
    """Expected share of the other table's rows that have an equal row among the training rows by chance alone.

    A row's probability p is that of its values, and it is matched with probability 1 − (1 − p)^N. With independent
    columns, p would be the product of marginal frequencies; columns that go together (class and fare, a column and its
    square) make that far too small, and natural twins look like a leak. Hence:

    * Discrete columns (at most 100 values) are taken jointly, so that for data of discrete columns only the estimate is
      the rate of twins within the training sample itself, extrapolated to all training rows.
    * Each column with more, but repeating values is conditioned on the one earlier column, or the discrete ones, that
      predicts it best (a tree of dependences, Chow and Liu 1968, IEEE Trans. Inf. Theory 14), shrunk to its marginal.
    * Columns that nearly never repeat multiply by their marginal frequency.
    * Values seen once in the sample share the singletons' mass with the unseen ones, whose number is Chao's lower bound
      f1(f1 − 1) / 2(f2 + 1) (Chao 1984, Scand. J. Statist. 11): a continuous column gets about 2/n² rather than 1/n.

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
    if len(words) > MAX_ROWS:
        words = words[np.linspace(0, len(words) - 1, MAX_ROWS).astype(np.intp)]
    p = row_probabilities(words, None)
    with np.errstate(all="ignore"):
        share = 1.0 - _matched(p, rows) / (rows * p)
    return float(rows * np.mean(np.clip(np.where(p > 0, share, 0.0), 0.0, 1.0)))


def row_probabilities(train: Words, other: Words | None) -> Probabilities:
    """Probability of each of the other's rows under the training sample's frequencies.

    Args:
        train: Words of the training sample's cells, shape (rows, columns).
        other: Words of the other rows; None for the training rows themselves, each told from the remaining ones.
    """
    # Leaving columns out makes p larger: of a wide table, an upper bound is computed.
    looked_at = np.unique(np.linspace(0, train.shape[1] - 1, min(train.shape[1], MAX_COLUMNS)).astype(np.intp))
    train, other = train[:, looked_at], None if other is None else other[:, looked_at]
    columns = [_Column(train[:, i], None if other is None else other[:, i]) for i in range(train.shape[1])]
    discrete = [i for i, column in enumerate(columns) if column.levels <= DISCRETE_VALUES]
    nodes: list[_Column] = []
    if discrete:
        nodes.append(_Column(_joint(train[:, discrete]), None if other is None else _joint(other[:, discrete])))
    rich = sorted((c for c in columns if c.levels > DISCRETE_VALUES), key=lambda column: -column.levels)
    repeating = [column for column in rich if column.levels < REPEATING_SHARE * len(train)]
    log_p = np.zeros(len(train if other is None else other))
    for column in (*nodes, *(c for c in rich if c.levels >= REPEATING_SHARE * len(train))):
        log_p += np.log(column.frequencies)
    for i, column in enumerate(repeating):
        parents = nodes[: MAX_PARENTS + 1] if i < MAX_DEPENDENT_COLUMNS else []
        log_p += _best_given(column, parents)
        nodes.append(column)
    return np.exp(np.minimum(log_p, 0.0))


class _Column:
    """A column's values as codes, common to both samples, and their frequencies in the training one."""

    def __init__(self, train: Words, other: Words | None) -> None:
        together = train if other is None else np.concatenate([train, other])
        values, codes = np.unique(together, return_inverse=True)
        self.size = len(values)
        self.train: Codes = codes[: len(train)]
        self.wanted: Codes = self.train if other is None else codes[len(train) :]
        self.is_own = other is None
        self.counts = np.bincount(self.train, minlength=self.size)
        self.levels = int((self.counts > 0).sum())
        self.frequencies = self._frequencies()

    def _frequencies(self) -> Probabilities:
        """Of each wanted value; values seen once or never are given what Chao's estimate leaves to each of them."""
        rows = len(self.train)
        once, twice = int((self.counts == 1).sum()), int((self.counts == 2).sum())
        unseen = once * (once - 1) / (2 * (twice + 1))
        # Without singletons nothing is unseen; a value that turns up all the same is rarer than one in all rows.
        rare = (once / rows) / (once + unseen) if once else 1.0 / (rows + 1) ** 2
        counts = self.counts[self.wanted]
        return np.asarray(np.where(counts > 1, counts / rows, rare), dtype=np.float64)


def _best_given(column: _Column, parents: list[_Column]) -> Probabilities:
    """Log frequencies given the parent under which the values are likeliest; the marginal ones without parents."""
    answers = [np.log(column.frequencies), *(np.log(_given(column, parent)) for parent in parents)]
    return max(answers, key=lambda answer: float(answer.mean()))


def _given(column: _Column, parent: _Column) -> Probabilities:
    """Frequency of each value given the parent's, with the weight of one row on the marginal frequency.

    Of the training rows themselves, each is left out of its own counts.
    """
    train = parent.train.astype(np.int64) * column.size + column.train
    wanted = parent.wanted.astype(np.int64) * column.size + column.wanted
    pairs, counts = np.unique(train, return_counts=True)
    place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    both = np.where(pairs[place] == wanted, counts[place], 0).astype(np.float64)
    given = parent.counts[parent.wanted].astype(np.float64)
    if column.is_own:
        both, given = both - 1.0, given - 1.0
    return np.asarray((both + column.frequencies) / (given + 1.0), dtype=np.float64)


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

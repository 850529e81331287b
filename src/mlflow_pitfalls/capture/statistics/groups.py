"""Columns whose repeated values name rows that belong together: patients, devices, families."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.profile.kinds import SampledColumn, read_column
from mlflow_pitfalls.capture.statistics.bootstrap import percentile_interval
from mlflow_pitfalls.capture.statistics.metric_columns import FloatArray, IntArray
from mlflow_pitfalls.capture.statistics.one_column import Target
from mlflow_pitfalls.capture.statistics.times import times_of_column
from mlflow_pitfalls.model.profile import ColumnKind
from mlflow_pitfalls.model.record import GroupFacts
from mlflow_pitfalls.model.values import Estimate

if TYPE_CHECKING:
    import pandas as pd

_MAX_COLUMNS = 200
_MIN_GROUPS = 20  # fewer are an ordinary category
_MIN_SHARED_ROWS = 20  # held-out rows whose group stands in training
_MIN_MEAN_ROWS, _MAX_MEAN_ROWS = 1.2, 50.0  # of a group: less hardly repeats, more is an ordinary category
_SHUFFLES = 400
_RESAMPLES = 200
_PRIOR_ROWS = 1.0  # a group of one row is believed half
_UNIQUE_SHARE = 0.95  # of text: each row its own name, which may start with its group's
_LIKE_COLUMNS = 30  # other columns whose likeness is measured
_NUMBERED = re.compile(r"(.+?)[_\-./: ]\d+")
_STREAM = 8  # of the seed


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """Group of each row, in the order of the values where these are numbers; −1 where missing."""

    column: str
    position: int
    train: IntArray
    held_out: IntArray
    is_ordered: bool
    is_prefix: bool


def group_facts(
    train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str], target: Target, *, seed: int = 0
) -> tuple[GroupFacts, ...]:
    """What the repeated keys of each whole-number or text column say about the target, beyond chance.

    Args:
        train: Sampled training rows.
        held_out: Sampled held-out rows with the same columns.
        names: The columns' names by position.
        target: Of both sides.
        seed: Seed of shuffles and resamples.

    Returns:
        Every column that has such keys, the largest lift first.
    """
    outcome = _Outcome.of(target)
    found = [
        fact
        for keys in _candidates(train, held_out, names)
        if len(keys.train) == len(outcome.train) and len(keys.held_out) == len(outcome.held_out)
        for fact in [_fact(keys, outcome, train, seed)]
        if fact is not None
    ]
    return tuple(sorted(found, key=lambda fact: -(fact.lift.value if fact.lift else 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """The target's columns on both sides, in standard deviations of the training side."""

    train: FloatArray
    held_out: FloatArray

    @classmethod
    def of(cls, target: Target) -> _Outcome:
        if target.labels is None:
            scale = float(target.train.std()) or 1.0
            centre = float(target.train.mean())
            return cls((target.train[:, None] - centre) / scale, (target.held_out[:, None] - centre) / scale)
        after = (target.held_out[:, None] == np.arange(target.columns.shape[1])).astype(np.float64)
        centre_of_classes = target.columns.mean(axis=0)
        return cls(target.columns - centre_of_classes, after - centre_of_classes)


def _candidates(train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str]) -> Iterator[_Keys]:
    for position in range(min(train.shape[1], held_out.shape[1], _MAX_COLUMNS)):
        before, after = read_column(train.iloc[:, position]), read_column(held_out.iloc[:, position])
        name = safe_text(names[position] if position < len(names) else position)
        if before.kind is not after.kind or before.kind not in (ColumnKind.INTEGER, ColumnKind.CATEGORICAL):
            continue
        keys = _keys(name, position, before, after)
        if keys is not None and times_of_column(train.iloc[:, position]) is None and _is_keyed(keys):
            yield keys


def _keys(name: str, position: int, before: SampledColumn, after: SampledColumn) -> _Keys | None:
    if before.numbers is not None and after.numbers is not None:
        codes = _coded([*before.numbers.tolist(), *after.numbers.tolist()], before.missing, after.missing)
        return _Keys(name, position, *codes, is_ordered=True, is_prefix=False)
    if before.codes is None or after.codes is None:
        return None
    texts = [_text(side, code) for side in (before, after) for code in (side.codes if side.codes is not None else ())]
    is_unique = len(before.values) >= _UNIQUE_SHARE * max(1, len(before.codes))
    if is_unique:
        matches = [_NUMBERED.fullmatch(text) for text in texts]
        if sum(match is not None for match in matches) < _UNIQUE_SHARE * len(texts):
            return None
        texts = [match.group(1) if match else text for match, text in zip(matches, texts, strict=True)]
    codes = _coded(texts, before.missing, after.missing)
    return _Keys(name, position, *codes, is_ordered=False, is_prefix=is_unique)


def _text(side: SampledColumn, code: int) -> str:
    return safe_text(side.values[code]) if code >= 0 else ""


def _coded(values: list[Any], missing: Any, missing_after: Any) -> tuple[IntArray, IntArray]:
    _, codes = np.unique(np.array(values), return_inverse=True)
    codes = np.where(np.concatenate([missing, missing_after]), -1, codes)
    return codes[: len(missing)], codes[len(missing) :]


def _is_keyed(keys: _Keys) -> bool:
    present = keys.train[keys.train >= 0]
    groups = len(np.unique(present))
    return groups >= _MIN_GROUPS and _MIN_MEAN_ROWS <= len(present) / groups <= _MAX_MEAN_ROWS


def _fact(keys: _Keys, outcome: _Outcome, frame: pd.DataFrame, seed: int) -> GroupFacts | None:
    count = int(max(keys.train.max(), keys.held_out.max())) + 1
    present = keys.train >= 0
    rows = np.bincount(keys.train[present], minlength=count)
    shared = (keys.held_out >= 0) & (rows[keys.held_out] > 0)
    if int(shared.sum()) < _MIN_SHARED_ROWS:
        return None
    of_train, of_held_out = keys.train[present], keys.held_out[shared]
    before, after = outcome.train[present], outcome.held_out[shared]
    own = _gains(_means(of_train, before, rows), of_held_out, after)
    scale = float((after**2).sum())
    if scale <= 0:
        return None
    rng = np.random.default_rng([seed, _STREAM])
    shuffled = np.array(
        [
            _gains(_means(of_train, before[rng.permutation(len(before))], rows), of_held_out, after).sum() / scale
            for _ in range(_SHUFFLES)
        ]
    )
    rival = max(0.0, float(shuffled.mean()))
    if keys.is_ordered:
        rival = max(rival, float(_gains(_neighbours(of_train, before, rows), of_held_out, after).sum()) / scale)
    skill = float(own.sum()) / scale
    return GroupFacts(
        column=keys.column,
        groups=int((rows > 0).sum()),
        shared_groups=len(np.unique(of_held_out)),
        held_out_share=float(shared.mean()),
        mean_rows=float(rows[rows > 0].mean()),
        rows=int(shared.sum()),
        lift=_lift(own, (after**2).sum(axis=1), of_held_out, rival, seed),
        p_value=float((1 + (shuffled >= skill).sum()) / (1 + _SHUFFLES)),
        likeness=_likeness(frame, keys),
        is_prefix=keys.is_prefix,
    )


def _means(groups: IntArray, values: FloatArray, rows: IntArray) -> FloatArray:
    sums = np.stack([np.bincount(groups, weights=column, minlength=len(rows)) for column in values.T], axis=1)
    means: FloatArray = sums / (rows + _PRIOR_ROWS)[:, None]
    return means


def _neighbours(groups: IntArray, values: FloatArray, rows: IntArray) -> FloatArray:
    """The mean of the next lower and the next higher value that training rows hold: what the order alone tells."""
    used = np.flatnonzero(rows)
    sums = np.stack([np.bincount(groups, weights=column, minlength=len(rows)) for column in values.T], axis=1)[used]
    counts = rows[used].astype(np.float64)
    around = np.zeros_like(sums)
    weight = np.zeros(len(used))
    around[1:] += sums[:-1]
    around[:-1] += sums[1:]
    weight[1:] += counts[:-1]
    weight[:-1] += counts[1:]
    means = np.zeros((len(rows), values.shape[1]))
    means[used] = around / (weight + _PRIOR_ROWS)[:, None]
    return means


def _gains(means: FloatArray, groups: IntArray, values: FloatArray) -> FloatArray:
    """By how much each row's squared error is less than with the overall mean, which is 0."""
    gains: FloatArray = (values**2 - (values - means[groups]) ** 2).sum(axis=1)
    return gains


def _lift(gains: FloatArray, totals: FloatArray, groups: IntArray, rival: float, seed: int) -> Estimate:
    """Resamples whole groups: rows of a group are not independent of one another."""
    _, codes = np.unique(groups, return_inverse=True)
    count = int(codes.max()) + 1
    gain, total = np.bincount(codes, weights=gains), np.bincount(codes, weights=totals)
    drawn = np.random.default_rng([seed, _STREAM, 1]).multinomial(count, np.full(count, 1.0 / count), size=_RESAMPLES)
    with np.errstate(all="ignore"):
        interval = percentile_interval((drawn @ gain) / (drawn @ total) - rival)
    return Estimate(value=float(gain.sum() / total.sum()) - rival, interval=interval, rows=len(gains))


def _likeness(frame: pd.DataFrame, keys: _Keys) -> float:
    """How alike the rows of a group are in the other numeric columns: the median of their intraclass correlations."""
    found = []
    for position in range(min(frame.shape[1], _MAX_COLUMNS)):
        numbers = read_column(frame.iloc[:, position]).numbers if position != keys.position else None
        if numbers is None:
            continue
        value = _intraclass(np.where(np.isfinite(numbers), numbers, np.nan), keys.train)
        if value is not None:
            found.append(value)
        if len(found) >= _LIKE_COLUMNS:
            break
    return float(np.median(found)) if found else 0.0


def _intraclass(values: FloatArray, groups: IntArray) -> float | None:
    """ICC(1) of ranks: the share of a column's variance that lies between groups."""
    from scipy.stats import rankdata

    kept = np.isfinite(values) & (groups >= 0)
    if int(kept.sum()) < 2 * _MIN_GROUPS:
        return None
    _, codes, rows = np.unique(groups[kept], return_inverse=True, return_counts=True)
    ranks = rankdata(values[kept])
    total, spare = len(ranks), len(ranks) - len(rows)
    if spare <= 0 or len(rows) < 2 or ranks.std() == 0:
        return None
    means = np.bincount(codes, weights=ranks) / rows
    between = float((rows * (means - ranks.mean()) ** 2).sum()) / (len(rows) - 1)
    within = float(((ranks - means[codes]) ** 2).sum()) / spare
    size = (total - float((rows**2).sum()) / total) / (len(rows) - 1)
    return (between - within) / (between + (size - 1) * within)

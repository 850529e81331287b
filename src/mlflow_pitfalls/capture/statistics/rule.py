"""The best rule over one column, found on training rows alone: a tree of depth 1 or 2, or the mean of each value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.containers.text import safe_text
from mlflow_pitfalls.capture.profile.kinds import read_column
from mlflow_pitfalls.capture.profile.labels import MINIMUM_ROWS_PER_VALUE, label_text
from mlflow_pitfalls.capture.statistics.formulas import weighted_score
from mlflow_pitfalls.capture.statistics.group_rule import Groups
from mlflow_pitfalls.capture.statistics.metric_columns import Array, FloatArray, IntArray, metric_columns
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.capture.statistics.one_column import Target, answers, ranked_columns
from mlflow_pitfalls.capture.statistics.sides import TwoSides, row_step, two_sides
from mlflow_pitfalls.model.profile import ColumnKind

if TYPE_CHECKING:
    import pandas as pd

TREE = "tree"
GROUP_MEAN = "group_mean"
_DEPTHS = (1, 2)
_TRIED = 5  # columns, those that explain most of the training target
_MAX_COLUMNS = 500
_MAX_LEVELS = 64  # of a column; more make no rule that a person would read
_FEW_NUMBERS = 12  # distinct whole numbers that may be codes rather than amounts
_FOLDS = 5
_MIN_FOLD_ROWS = 3 * MINIMUM_ROWS_PER_VALUE
_STREAM = 5  # of the seed
_FEWEST_DIGITS, _MOST_DIGITS = 2, 17  # of a cut as it is told
_BETTER = 1e-9  # by more than rounding: among equal rules the simpler one is taken


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule over one column; what is told of it is what was scored.

    Attributes:
        position: Of the column.
        column: Its name.
        kind: ``tree`` or ``group_mean``.
        groups: Group of each row; the first one holds what is missing, rare or unseen.
        means: The target's mean in each group, in its columns, shape (groups, k).
        believed: The same, drawn a little to the overall mean: a log loss never forgives a share of 0.
        rows: Training rows of each group.
        cuts: Ascending; group i + 1 holds values above ``cuts[i - 1]`` and up to ``cuts[i]``; empty for levels.
        levels: The value of each group from the second on, as text; empty for cuts.
    """

    position: int
    column: str
    kind: str
    groups: Groups
    means: FloatArray
    believed: FloatArray
    rows: IntArray
    cuts: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    def predictions(self, metric: MetricSpec, target: Target) -> Predictions:
        """Its answers for the held-out rows."""
        return answers(metric, self.believed[self.groups.held_out], target.held_out, target)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """A rule to be fitted; ``depth`` 0 means one group for each value."""

    position: int
    column: str
    sides: TwoSides
    depth: int
    levels: tuple[str, ...] = ()


def best_rule(
    train: pd.DataFrame,
    held_out: pd.DataFrame,
    names: Sequence[str],
    target: Target,
    metric: MetricSpec,
    *,
    seed: int = 0,
) -> Rule | None:
    """The rule that scores best in cross-validation over the training rows; held-out rows have no say in it.

    Every group that decides holds at least 20 training rows: the rule is then no noise, and tells of nobody.

    Args:
        train: Sampled training rows.
        held_out: Held-out rows with the same columns, for which the rule shall answer.
        names: The columns' names by position.
        target: The target on both sides.
        metric: The score.
        seed: Seed of the folds.

    Returns:
        None where the rows are too few, or no column makes a rule.
    """
    if len(target.train) < _MIN_FOLD_ROWS:
        return None
    fold = np.random.default_rng([seed, _STREAM]).permutation(len(target.train)) % _FOLDS
    best, best_score = None, -np.inf
    for plan in _plans(train, held_out, names, target):
        score = _cross_validated(plan, target, metric, fold)
        if score > best_score + _BETTER:
            best, best_score = plan, score
    return None if best is None else _fitted(best, target, np.ones(len(target.train), dtype=bool))


def _plans(train: pd.DataFrame, held_out: pd.DataFrame, names: Sequence[str], target: Target) -> Iterator[_Plan]:
    step, other = row_step(train, _MAX_COLUMNS), row_step(held_out, _MAX_COLUMNS)
    some = replace(
        target, train=target.train[::step], columns=target.columns[::step], held_out=target.held_out[::other]
    )
    ranked = ranked_columns(train.iloc[::step, :_MAX_COLUMNS], held_out.iloc[::other, :_MAX_COLUMNS], names, some)
    for candidate in ranked[:_TRIED]:
        position, name = candidate.position, candidate.name
        sides = two_sides(train.iloc[:, position], held_out.iloc[:, position])
        if sides is None:
            continue
        coded = _as_levels(sides, train.iloc[:, position])
        if coded is not None:
            yield _Plan(position, name, coded[0], 0, coded[1])
        if sides.is_numeric and sides.kind.is_numeric:
            yield from (_Plan(position, name, sides, depth) for depth in _DEPTHS)


def _as_levels(sides: TwoSides, column: pd.Series[Any]) -> tuple[TwoSides, tuple[str, ...]] | None:
    """The column in codes, and what they stand for; None where it has too many values for a rule by value."""
    if not sides.is_numeric:
        return (sides, _texts(sides, column)) if sides.levels <= _MAX_LEVELS else None
    values = np.unique(sides.train[np.isfinite(sides.train)])
    if sides.kind is not ColumnKind.INTEGER or not 2 <= len(values) <= _FEW_NUMBERS:
        return None
    coded = TwoSides(sides.kind, _codes(sides.train, values), _codes(sides.held_out, values), len(values))
    return coded, tuple(label_text(value) for value in values)


def _texts(sides: TwoSides, column: pd.Series[Any]) -> tuple[str, ...]:
    if sides.kind is ColumnKind.BOOLEAN:
        return ("False", "True")
    values = read_column(column).values  # codes are in the order of the training side's values
    return tuple(safe_text(value) for value in values)


def _codes(numbers: Array, values: Array) -> IntArray:
    near = np.minimum(np.searchsorted(values, numbers), len(values) - 1)
    return np.where(values[near] == numbers, near, -1).astype(np.intp)


def _cross_validated(plan: _Plan, target: Target, metric: MetricSpec, fold: IntArray) -> float:
    """The score of answers that each training row gets from a rule fitted without it; −inf where there is none."""
    means = np.empty_like(target.columns)
    for part in range(_FOLDS):
        rule = _fitted(plan, target, fold != part)
        if rule is None:
            return -np.inf
        means[fold == part] = rule.believed[rule.groups.train[fold == part]]
    columns = metric_columns(metric, answers(metric, means, target.train, target))
    scorer = None if columns is None else weighted_score(metric, columns)
    score = -np.inf if scorer is None else float(scorer(np.ones((1, len(means))))[0])
    return score if np.isfinite(score) else -np.inf


def _fitted(plan: _Plan, target: Target, chosen: npt.NDArray[np.bool_]) -> Rule | None:
    """The rule that the chosen training rows make; its groups are of all rows."""
    cuts: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    if plan.depth:
        cuts = _cuts(plan.sides.train[chosen], target.columns[chosen], plan.depth)
        groups = _cut(plan.sides, cuts)
    else:
        groups, kept = _common(plan.sides, chosen)
        levels = tuple(plan.levels[i] for i in kept)
    if groups.count < 3:  # no more than one group besides the first
        return None
    of_chosen, wanted = replace(groups, train=groups.train[chosen]), target.columns[chosen]
    rows, overall = np.bincount(of_chosen.train, minlength=groups.count), wanted.mean(axis=0)
    sums: FloatArray = np.stack([np.bincount(of_chosen.train, column, groups.count) for column in wanted.T], axis=1)
    means: FloatArray = np.where(rows[:, None] >= MINIMUM_ROWS_PER_VALUE, sums / np.maximum(rows, 1)[:, None], overall)
    believed: FloatArray = (means * rows[:, None] + overall) / (rows[:, None] + 1)
    kind = TREE if plan.depth else GROUP_MEAN
    return Rule(plan.position, plan.column, kind, groups, means, believed, rows, cuts, levels)


def _common(sides: TwoSides, chosen: npt.NDArray[np.bool_]) -> tuple[Groups, IntArray]:
    """One group for each value that enough of the chosen rows share."""
    present = sides.train[chosen & (sides.train >= 0)]
    kept = np.flatnonzero(np.bincount(present, minlength=sides.levels) >= MINIMUM_ROWS_PER_VALUE)
    group_of = np.zeros(sides.levels + 1, dtype=np.intp)  # the last entry is what code −1 picks
    group_of[kept] = np.arange(1, len(kept) + 1)
    return Groups(group_of[sides.train], group_of[sides.held_out], len(kept) + 1, sides.levels), kept


def _cuts(values: Array, target: FloatArray, depth: int) -> tuple[float, ...]:
    """Where a tree of that depth cuts; rounded as far as that moves no row."""
    from sklearn.tree import DecisionTreeRegressor

    present = np.isfinite(values)
    if int(present.sum()) < 2 * MINIMUM_ROWS_PER_VALUE:
        return ()
    known = values[present]
    if np.abs(known).max() > np.finfo(np.float32).max:  # beyond what scikit-learn's trees can hold
        return ()
    tree = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=MINIMUM_ROWS_PER_VALUE, random_state=0)
    fitted = tree.fit(known[:, None], target[present]).tree_
    exact = np.unique(fitted.threshold[fitted.children_left >= 0])
    return tuple(dict.fromkeys(_rounded(float(cut), known) for cut in exact))


def _rounded(cut: float, values: Array) -> float:
    below = int((values <= cut).sum())
    for digits in range(_FEWEST_DIGITS, _MOST_DIGITS):
        short = float(f"{cut:.{digits}g}")
        if int((values <= short).sum()) == below:
            return short
    return cut


def _cut(sides: TwoSides, cuts: tuple[float, ...]) -> Groups:
    edges = np.array(cuts)

    def group(values: Array) -> IntArray:
        found = np.searchsorted(edges, values, side="left") + 1
        found[np.isnan(values)] = 0
        return found

    distinct = len(np.unique(sides.train[np.isfinite(sides.train)]))
    return Groups(group(sides.train), group(sides.held_out), len(cuts) + 2, distinct)

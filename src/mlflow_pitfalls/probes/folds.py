"""Cross-validation of quick models on a bounded sample, which stops where the budget does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.statistics.metric_columns import finite_numbers, label_codes
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.budget import Budget
from mlflow_pitfalls.probes.fits import OutOfBudgetError

Positions = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Split = tuple[Positions, Positions]

FOLDS = 5
_SEED_RANGE = 2**31  # of scikit-learn's random states


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The target of the rows that take part.

    Attributes:
        positions: Which of the sampled rows they are, ascending.
        values: Codes of classes, or numbers; shape (n,).
        labels: The classes that the codes stand for, ascending; None in regression.
        own_values: Labels or numbers as they came, in their own dtype: estimators read ``"1"`` and ``1`` apart.
    """

    positions: Positions
    values: npt.NDArray[Any]
    labels: npt.NDArray[Any] | None
    own_values: npt.NDArray[Any]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.values)

    @property
    def class_count(self) -> int:
        """Number of classes, 0 in regression."""
        return 0 if self.labels is None else len(self.labels)

    def coded(self, answer: Answer) -> Answer:
        """An answer in the target's own labels as one in codes.

        Raises:
            KeyError: It holds a label that the target does not.
        """
        if self.labels is None:
            return answer
        codes = {label: code for code, label in enumerate(self.labels.tolist())}
        return Answer(np.array([codes[label] for label in answer.predicted.tolist()], dtype=np.intp), answer.scores)

    def take(self, chosen: Positions) -> Target:
        """The same for some of these rows."""
        return Target(self.positions[chosen], self.values[chosen], self.labels, self.own_values[chosen])


def readable_target(y: Any, task: Task, *, min_class_rows: int = FOLDS) -> Target | None:
    """The rows whose target can be cross-validated.

    Args:
        y: Targets, shape (n,).
        task: Binary, multiclass or regression.
        min_class_rows: Rows of rarer classes are left out: they would be missing from folds.

    Returns:
        None where there is nothing to tell apart.
    """
    values = np.asarray(y)
    if values.ndim != 1 or not len(values):
        return None
    if task is Task.REGRESSION:
        numbers = finite_numbers(values)
        if numbers is None or bool((numbers == numbers[0]).all()):
            return None
        return Target(np.arange(len(numbers)), numbers, None, values)
    coded = label_codes(values) if task.is_classification else None
    if coded is None:
        return None
    (codes,), classes = coded
    common = np.flatnonzero(np.bincount(codes, minlength=len(classes)) >= min_class_rows)
    if len(common) < 2:
        return None
    kept = np.flatnonzero(np.isin(codes, common))
    labels = np.array(classes, dtype=None if values.dtype.kind in "biuf" else object)
    return Target(kept, np.searchsorted(common, codes[kept]), labels[common], values[kept])


def sampled_target(target: Target, rows: int, seed: int) -> Target:
    """At most so many of its rows, drawn class by class so that rare ones keep their share."""
    if target.rows <= rows:
        return target
    rng = np.random.default_rng(seed)
    if target.labels is None:
        return target.take(np.sort(rng.choice(target.rows, rows, replace=False)))
    share = rows / target.rows
    chosen = []
    for code in range(target.class_count):
        own = np.flatnonzero(target.values == code)
        size = min(len(own), max(FOLDS, round(share * len(own))))
        chosen.append(rng.choice(own, size, replace=False))
    return target.take(np.sort(np.concatenate(chosen)))


def fold_positions(target: Target, folds: int, seed: int) -> list[Split]:
    """Training and validation positions of each fold; stratified where there are classes."""
    from sklearn.model_selection import KFold, StratifiedKFold

    kind = KFold if target.labels is None else StratifiedKFold
    splitter = kind(n_splits=folds, shuffle=True, random_state=seed % _SEED_RANGE)
    return list(splitter.split(np.zeros((target.rows, 1)), target.values))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a fitted model said about some rows: labels or numbers, and a column of scores a class where it has them."""

    predicted: npt.NDArray[Any]
    scores: Floats | None


def ask(model: Any, rows: Any, class_count: int, *, own_labels: bool = False) -> Answer:
    """What a fitted model says about rows.

    Args:
        model: Fitted; a classifier of codes, where ``own_labels`` does not say otherwise.
        rows: As it takes them.
        class_count: 0 in regression.
        own_labels: Whether to ask for labels as well as for scores: they may not be those of the highest score.
    """
    if not class_count:
        return Answer(np.asarray(model.predict(rows)).reshape(-1), None)
    scores = _scores(model, rows)
    if scores is None or own_labels:
        return Answer(np.asarray(model.predict(rows)).reshape(-1), scores)
    return Answer(np.argmax(scores, axis=1), scores)


def _scores(model: Any, rows: Any) -> Floats | None:
    """Probabilities where the model has them, decision values otherwise; a column a class."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(rows), dtype=np.float64)
    if hasattr(model, "decision_function"):
        values = np.asarray(model.decision_function(rows), dtype=np.float64)
        return np.column_stack([-values, values]) if values.ndim == 1 else values
    return None


def out_of_fold(
    answer: Callable[[int], Answer], splits: Sequence[Split], *, budget: Budget, expected: float
) -> tuple[Answer, float]:
    """What models said about rows that they were not fitted on.

    Args:
        answer: Fits a model on the training rows of the fold of this number, and asks it about the validation rows.
        splits: Training and validation positions of each fold.
        budget: Asked before each fit, with what the fits before it took.
        expected: Seconds that one fold is expected to take.

    Returns:
        The answers of all rows in their order, and the seconds it took.

    Raises:
        OutOfBudgetError: The budget ended first.
    """
    started = time.perf_counter()
    answers: list[Answer] = []
    for number in range(len(splits)):
        done = time.perf_counter() - started
        each = done / number if number else expected
        if not budget.allows(each * (len(splits) - number)):
            raise OutOfBudgetError(each * (len(splits) - number))
        answers.append(answer(number))
    order = np.argsort(np.concatenate([validation for _, validation in splits]), kind="stable")
    scores = [each.scores for each in answers if each.scores is not None]
    together = Answer(
        np.concatenate([each.predicted for each in answers])[order],
        np.concatenate(scores)[order] if len(scores) == len(answers) else None,
    )
    return together, time.perf_counter() - started


def as_predictions(answer: Answer, target: Target) -> Predictions:
    """An answer in codes as predictions in the target's own labels."""
    if target.labels is None:
        return Predictions(y_true=target.values, y_pred=answer.predicted)
    scores = answer.scores
    return Predictions(
        y_true=target.own_values,
        y_pred=target.labels[answer.predicted.astype(np.intp)],
        y_score=scores[:, -1] if scores is not None and target.class_count == 2 else scores,
        classes=target.labels,
    )

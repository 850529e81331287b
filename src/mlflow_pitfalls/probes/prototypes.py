"""A leaderboard of quick models: what each family reaches on a sample of the training rows, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median
from typing import Any

from mlflow_pitfalls.capture.containers.rows import take_rows
from mlflow_pitfalls.capture.estimators.model_families import model_family
from mlflow_pitfalls.capture.statistics.bootstrap import resample, score_estimate
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.checks.baselines import no_baseline_run
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import PrototypeFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate, Task
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.families import QuickModel, quick_models
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.folds import (
    Answer,
    Target,
    as_predictions,
    ask,
    fold_positions,
    out_of_fold,
    readable_target,
    sampled_target,
)
from mlflow_pitfalls.probes.tables import PlainTable, plain_table, prepared_folds

MAX_ROWS = 2_000
FOLDS = 3  # fewer than elsewhere: many models, for a first look
BUDGET = "budget"  # in the place of an error's class: not run, for want of time
NO_SCORE = "no score"  # likewise: the metric has no value for what the model answers
_TASKS = frozenset({Task.BINARY, Task.MULTICLASS, Task.REGRESSION})
_USUAL_ROWS = 1_000  # of a quick model's expected seconds
_USUAL_COLUMNS = 20  # likewise


class _Leaderboard:
    """Quick models on the same rows and folds; what those before took tells what the next will take."""

    def __init__(self, context: ProbeContext, target: Target, table: PlainTable) -> None:
        self._context = context
        self._target = target
        self._columns = table.columns
        self._splits = fold_positions(target, FOLDS, context.seed)
        self._folds = prepared_folds(table, self._splits)
        self._pace: list[float] = []  # measured / expected seconds of the models so far

    def dummy(self) -> PrototypeFacts:
        """The best answer without features."""
        started, own = time.perf_counter(), self._target.own_values
        found = best_dummy(self._context.metric, own, own, seed=self._context.seed)
        name = "DummyRegressor" if self._target.labels is None else "DummyClassifier"
        score = None if found is None else self._score(found.predictions)
        return self._facts(name, "dummy", score=score, seconds=time.perf_counter() - started)

    def quick(self, model: QuickModel) -> PrototypeFacts:
        """One quick model."""
        expected = self._usual_seconds(model) * (median(self._pace) if self._pace else 1.0)

        def answer(number: int) -> Answer:
            fold = self._folds[number]
            fitted = model.build().fit(fold.x_train, self._target.values[fold.train])
            return ask(fitted, fold.x_validation, self._target.class_count)

        facts = self._measured(model.name, model.family, answer, expected)
        if not facts.error:
            self._pace.append(facts.seconds / FOLDS / self._usual_seconds(model))
        return facts

    def own(self, estimator: Any, record: RunRecord) -> PrototypeFacts:
        """The run's own estimator, on the columns that it was given."""
        from sklearn.base import clone

        target, x = self._target, self._context.x_train
        told = record.fit.estimator if record.fit else None

        def answer(number: int) -> Answer:
            train, validation = (take_rows(x, target.positions[rows]) for rows in self._splits[number])
            fitted = clone(estimator).fit(train, target.own_values[self._splits[number][0]])
            return target.coded(ask(fitted, validation, target.class_count, own_labels=True))

        name = told.final_class_name if told else type(estimator).__name__
        family = told.family if told else model_family(type(estimator))
        return self._measured(name, family, answer, self.own_seconds, is_run=True)

    @property
    def own_seconds(self) -> float:
        """About what a fit of the run's own estimator on a fold takes."""
        return self._context.fit_seconds * self._target.rows / max(1, self._context.fit_rows)

    def _usual_seconds(self, model: QuickModel) -> float:
        size = self._columns / _USUAL_COLUMNS * self._target.rows / _USUAL_ROWS
        trees_a_round = max(1, self._target.class_count - 1) if model.family == "boosting" else 1
        return model.seconds * (1.0 + size) / 2 * trees_a_round

    def _measured(
        self, name: str, family: str, answer: Callable[[int], Answer], expected: float, *, is_run: bool = False
    ) -> PrototypeFacts:
        started = time.perf_counter()
        try:
            found, seconds = out_of_fold(answer, self._splits, budget=self._context.budget, expected=expected)
            score = self._score(as_predictions(found, self._target))
        except OutOfBudgetError:
            return self._facts(name, family, is_run=is_run, error=BUDGET)
        except Exception as error:  # noqa: BLE001 - a model that fails on these data is shown as such
            passed = time.perf_counter() - started
            return self._facts(name, family, is_run=is_run, error=type(error).__name__, seconds=passed)
        return self._facts(name, family, is_run=is_run, score=score, seconds=seconds)

    def _score(self, predictions: Predictions) -> Estimate | None:
        context = self._context
        resampled = resample(context.metric, [predictions], resamples=context.resamples, seed=(context.seed,))
        return None if resampled is None else score_estimate(context.metric, resampled)

    def _facts(
        self,
        name: str,
        family: str,
        *,
        is_run: bool = False,
        score: Estimate | None = None,
        seconds: float = 0.0,
        error: str = "",
    ) -> PrototypeFacts:
        return PrototypeFacts(
            model=name,
            family=family,
            metric=self._context.metric.name,
            rows=self._target.rows,
            folds=FOLDS,
            score=score,
            seconds=seconds,
            is_run=is_run,
            error=error or ("" if score else NO_SCORE),
        )


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    target = readable_target(context.y_train, context.task)
    if target is None:
        raise FitFailedError("there are no two values of the target to tell apart")
    target = sampled_target(target, MAX_ROWS, context.seed)
    table = plain_table(context.x_train, target.positions)
    if table is None:
        raise FitFailedError("no column can be made a number or a category")
    board = _Leaderboard(context, target, table)
    found = [board.dummy()]
    own_is_due = context.estimator is not None
    for model in quick_models(context.task, context.metric, context.seed):
        if own_is_due and board.own_seconds <= model.seconds:
            found.append(board.own(context.estimator, record))
            own_is_due = False
        found.append(board.quick(model))
    if own_is_due:
        found.append(board.own(context.estimator, record))
    return {"prototypes": tuple(sorted(found, key=_place))}


def _place(facts: PrototypeFacts) -> tuple[bool, float]:
    """Best first, then those without a score."""
    return (facts.score is None, -facts.score.value if facts.score else facts.seconds)


def _not_needed(record: RunRecord) -> str:
    impossible = _impossible(record)
    if impossible:
        return impossible
    verdict = no_baseline_run(record)
    return "" if verdict.status is Status.FLAGGED else verdict.message


def _impossible(record: RunRecord) -> str:
    return "" if record.task in _TASKS else "No single class or number is predicted."


def _seconds(context: ProbeContext) -> float:
    rows = min(MAX_ROWS, len(context.y_train))
    own = context.fit_seconds * rows / max(1, context.fit_rows)
    quick = sum(model.seconds for model in quick_models(context.task, context.metric, context.seed))
    return FOLDS * (own + quick * rows / _USUAL_ROWS)


PROTOTYPES = Probe(
    name="prototypes",
    question="What do quick models of other families reach on these data?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
    needs_estimator=False,
)
# For someone who asks: whatever the experiment's earlier runs hold.
ASKED_PROTOTYPES = replace(PROTOTYPES, not_needed=_impossible)

"""Labels that contradict what a model learned from all the other rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import resample, wilson_interval
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.metrics import default_metric
from mlflow_pitfalls.capture.statistics.scores import skill_estimate
from mlflow_pitfalls.model.record import LabelNoiseFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.error_floor import SURE, error_floor, log_odds
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.folds import (
    FOLDS,
    Answer,
    Split,
    Target,
    as_predictions,
    ask,
    fold_positions,
    out_of_fold,
    readable_target,
    sampled_target,
)
from mlflow_pitfalls.probes.tables import PreparedFold, plain_table, prepared_folds

MAX_ROWS = 2_000
MIN_ROWS = 100  # fewer cannot tell a share of a few per cent
FEW_ERRORS = 0.03  # a model that errs less on held-out rows leaves no room for more wrong labels
_PENALTIES = (0.03, 0.3, 3.0)  # noise asks for strong ones, clean labels for weak ones
_TREES = 50
_LEAF = 3
_MAX_ITER = 1_000
_USUAL_SECONDS = 0.05  # of one linear fit of that many rows, until one was measured
_FOREST_COST = 6.0  # times a linear fit
_SMALLEST_PROBABILITY = 1e-6
_SEED_RANGE = 2**31


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    target = readable_target(context.y_train, context.task)
    if target is None or target.rows < MIN_ROWS:
        raise FitFailedError(f"fewer than {MIN_ROWS} sampled rows are of classes that can be cross-validated")
    target = sampled_target(target, MAX_ROWS, context.seed)
    table = plain_table(context.x_train, target.positions)
    if table is None:
        raise FitFailedError("no column can be made a number or a category")
    splits = fold_positions(target, FOLDS, context.seed)
    folds = prepared_folds(table, splits)
    found, expected = _best_linear(context, target, folds, splits)
    facts = _facts(context, target, "LogisticRegression", found)
    interval = facts.excess.interval
    if interval is not None and interval.high <= FEW_ERRORS:
        return {"label_noise": facts}
    forest = _forest(context, target, folds, splits, expected * _FOREST_COST)
    if forest is not None and _log_loss(forest, target) < _log_loss(found, target):
        facts = _facts(context, target, "RandomForestClassifier", forest)
    return {"label_noise": facts}


def _best_linear(
    context: ProbeContext, target: Target, folds: list[PreparedFold], splits: Sequence[Split]
) -> tuple[Answer, float]:
    """The answers of the penalty with the least log loss, and the seconds that one fit takes."""
    from sklearn.linear_model import LogisticRegression

    state, expected = context.seed % _SEED_RANGE, _USUAL_SECONDS
    answers: list[Answer] = []
    for penalty in _PENALTIES:
        build = partial(LogisticRegression, C=penalty, max_iter=_MAX_ITER, random_state=state)
        try:
            asked = _asked(build, folds, target)
            answer, seconds = out_of_fold(asked, splits, budget=context.budget, expected=expected)
        except OutOfBudgetError:
            if not answers:
                raise
            break
        answers.append(answer)
        expected = seconds / FOLDS
    return min(answers, key=lambda answer: _log_loss(answer, target)), expected


def _forest(
    context: ProbeContext, target: Target, folds: list[PreparedFold], splits: Sequence[Split], expected: float
) -> Answer | None:
    """A forest's answers, where the budget allows it: it sees what no linear model does."""
    from sklearn.ensemble import RandomForestClassifier

    state = context.seed % _SEED_RANGE
    build = partial(RandomForestClassifier, _TREES, min_samples_leaf=_LEAF, random_state=state)
    try:
        return out_of_fold(_asked(build, folds, target), splits, budget=context.budget, expected=expected)[0]
    except OutOfBudgetError:
        return None


def _asked(build: Callable[[], Any], folds: list[PreparedFold], target: Target) -> Callable[[int], Answer]:
    def answer(number: int) -> Answer:
        fold = folds[number]
        return ask(build().fit(fold.x_train, target.values[fold.train]), fold.x_validation, target.class_count)

    return answer


def _log_loss(answer: Answer, target: Target) -> float:
    assert answer.scores is not None
    own = answer.scores[np.arange(target.rows), target.values]
    return -float(np.log(np.clip(own, _SMALLEST_PROBABILITY, 1.0)).mean())


def _facts(context: ProbeContext, target: Target, model: str, answer: Answer) -> LabelNoiseFacts:
    assert answer.scores is not None
    errors = answer.predicted != target.values
    found = error_floor(log_odds(answer.scores), errors)
    sure = found.own_errors < SURE
    sure_rows, suspects = int(sure.sum()), int((errors & sure).sum())
    share = suspects / sure_rows if sure_rows else 0.0
    return LabelNoiseFacts(
        rows=target.rows,
        suspects=suspects,
        share=Estimate(value=share, interval=wilson_interval(share, sure_rows), rows=sure_rows),
        expected_share=float(found.own_errors[sure].mean()) if sure_rows else 0.0,
        excess=found.floor,
        model=model,
        skill=_skill(context, target, answer),
        error_share=float(errors.mean()),
        is_falling=found.is_falling,
    )


def _skill(context: ProbeContext, target: Target, answer: Answer) -> Estimate | None:
    metric, own = default_metric(context.task), target.own_values
    dummy = best_dummy(metric, own, own, seed=context.seed)
    if dummy is None:
        return None
    both = [as_predictions(answer, target), dummy.predictions]
    resampled = resample(metric, both, resamples=context.resamples, seed=(context.seed,))
    return None if resampled is None else skill_estimate(metric, resampled)


def _not_needed(record: RunRecord) -> str:
    if not record.task.is_classification:
        return "No classes are predicted."
    rows = record.train.rows if record.train else 0
    if rows < MIN_ROWS:
        return f"{rows} training rows are too few to tell wrong labels from hard ones."
    error = _held_out_error(record)
    if error is not None and error < FEW_ERRORS:
        return "The model errs on so few held-out rows that there is no room for wrong labels."
    return ""


def _held_out_error(record: RunRecord) -> float | None:
    """Share of the held-out rows that the run's own model gets wrong, where it is known."""
    known = [found for found in record.classes if found.recall is not None and found.held_out_rows]
    rows = sum(found.held_out_rows for found in known)
    right = sum(found.recall.value * found.held_out_rows for found in known if found.recall is not None)
    return 1.0 - right / rows if rows else None


def _seconds(context: ProbeContext) -> float:
    """Of the linear models: the forest is for what the budget has left."""
    return FOLDS * _USUAL_SECONDS * len(_PENALTIES) * min(1.0, len(context.y_train) / MAX_ROWS)


LABEL_NOISE = Probe(
    name="label-noise",
    question="Do some labels contradict what the other rows teach?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
    needs_estimator=False,
)

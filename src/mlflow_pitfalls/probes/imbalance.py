"""Remedies against imbalance, tried by cross-validation on the training rows beside doing nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import (
    Resampled,
    percentile_interval,
    resample,
    score_estimate,
    wilson_interval,
)
from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER
from mlflow_pitfalls.capture.statistics.metrics import Predictions
from mlflow_pitfalls.checks.accuracy_paradox import accuracy_paradox
from mlflow_pitfalls.checks.imbalance import class_imbalance
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import ImbalanceTrialFacts, RunRecord
from mlflow_pitfalls.model.values import Estimate, Interval
from mlflow_pitfalls.probes import balancing
from mlflow_pitfalls.probes.balancing import BalancingFold, Fitted, Parts, balancing_fold, parts_of
from mlflow_pitfalls.probes.base import Probe, ProbeContext
from mlflow_pitfalls.probes.code_lines import remedy_line
from mlflow_pitfalls.probes.fits import FitFailedError, OutOfBudgetError
from mlflow_pitfalls.probes.folds import (
    FOLDS,
    Answer,
    Positions,
    Split,
    Target,
    as_predictions,
    fold_positions,
    readable_target,
    sampled_target,
)
from mlflow_pitfalls.probes.paired import balanced_accuracy_change, recall_change

NOTHING, WEIGHTS, THRESHOLD = "nothing", "class_weight", "threshold"
BUDGET = "budget"  # in the place of an error's class: not tried, for want of time
MAX_ROWS = 5_000
MIN_RARE_ROWS = 10  # of the rarest class: fewer cannot be cross-validated
_FEWEST_RARE_ROWS = 20  # of the rarest class, when the sample is made smaller for the budget's sake
# What a remedy takes, in fits of the estimator as it is.
_COSTS = {WEIGHTS: 1.2, "RandomUnderSampler": 0.5, "RandomOverSampler": 2.0, "SMOTE": 2.5}
_REMEDIES: Mapping[str, balancing.Remedy] = {
    WEIGHTS: balancing.weighted,
    "RandomUnderSampler": balancing.under_sampled,
    "RandomOverSampler": balancing.over_sampled,
    "SMOTE": balancing.synthetic,
}
_INNER_FITS = FOLDS + 1  # that TunedThresholdClassifierCV makes
_T_QUANTILE = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}  # Student's, two-sided 95 %, by the number of folds
_STREAM = 11  # of the seed


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """One remedy's out-of-fold answers."""

    name: str
    answer: Answer | None = None
    gap: Estimate | None = None
    seconds: float = 0.0
    error: str = ""


class _Trials:
    """The folds of one sample, prepared once for all remedies."""

    def __init__(self, context: ProbeContext, target: Target) -> None:
        self._context = context
        self._parts: Parts = parts_of(context.estimator)
        counts = np.bincount(target.values, minlength=target.class_count)
        self.target = target
        self.rarest = int(counts.argmin())
        self.splits: list[Split] = fold_positions(target, FOLDS, context.seed)
        self._folds: dict[int, BalancingFold] = {}

    def nothing(self) -> _Tried:
        """The estimator as it is."""
        return self._tried(NOTHING, balancing.nothing, _fold_seconds(self._context, self.target))

    def remedy(self, name: str, base: _Tried) -> _Tried:
        """One remedy; ``base`` tells what a fit takes."""
        return self._tried(name, _REMEDIES[name], base.seconds * _COSTS[name])

    def threshold(self, base: _Tried) -> _Tried:
        """The estimator as it is, with another threshold."""
        assert base.answer is not None
        answer = balancing.tuned_threshold(base.answer, self.target, self.splits, self.rarest)
        error = "" if answer else "AttributeError"
        return _Tried(THRESHOLD, answer, seconds=base.seconds * _INNER_FITS, error=error)

    def categories(self) -> list[int]:
        """Columns that SMOTENC is told of."""
        return balancing.categories_to_mix(self._folds[0]) if self._folds else []

    def _tried(self, name: str, remedy: balancing.Remedy, expected: float) -> _Tried:
        fits: list[Fitted] = []
        try:
            for number in range(len(self.splits)):
                each = mean(found.seconds for found in fits) if fits else expected
                if not self._context.budget.allows(each * (len(self.splits) - number)):
                    raise OutOfBudgetError(each)
                fits.append(remedy(self._parts, self._fold(number), self.target, self._context.seed + number))
        except OutOfBudgetError:
            return _Tried(name, error=BUDGET)
        except Exception as error:  # noqa: BLE001 - what fails on these data is shown as such
            return _Tried(name, error=type(error).__name__)
        return _Tried(name, self._together(fits), self._gap(fits), mean(found.seconds for found in fits))

    def _fold(self, number: int) -> BalancingFold:
        if number not in self._folds:
            self._folds[number] = balancing_fold(self._parts, self._context.x_train, self.target, self.splits[number])
        return self._folds[number]

    def _together(self, fits: Sequence[Fitted]) -> Answer:
        order = np.argsort(np.concatenate([validation for _, validation in self.splits]), kind="stable")
        scores = [found.validation.scores for found in fits if found.validation.scores is not None]
        return Answer(
            np.concatenate([found.validation.predicted for found in fits])[order],
            np.concatenate(scores)[order] if len(scores) == len(fits) else None,
        )

    def _gap(self, fits: Sequence[Fitted]) -> Estimate:
        """Training minus validation balanced accuracy, a fold each."""
        values = self.target.values
        gaps = [
            _mean_recall(values[train], found.train) - _mean_recall(values[validation], found.validation)
            for (train, validation), found in zip(self.splits, fits, strict=True)
        ]
        middle, half = mean(gaps), _T_QUANTILE[len(gaps)] * stdev(gaps) / math.sqrt(len(gaps))
        return Estimate(value=middle, interval=Interval(low=middle - half, high=middle + half), rows=len(values))


def _mean_recall(true: Positions, answer: Answer) -> float:
    return mean(float(np.mean(answer.predicted[true == code] == code)) for code in np.unique(true))


def _run(context: ProbeContext, record: RunRecord) -> Mapping[str, object]:
    target = readable_target(context.y_train, context.task, min_class_rows=MIN_RARE_ROWS)
    if target is None:
        raise FitFailedError(f"the rarest class has fewer than {MIN_RARE_ROWS} rows in the sample")
    trials = _Trials(context, _affordable(context, target))
    base = trials.nothing()
    tried = [base]
    if base.answer is not None:
        tried += [trials.threshold(base)] if target.class_count == 2 else []
        tried += [trials.remedy(name, base) for name in _REMEDIES]
    return {"imbalance_trials": tuple(_facts(context, record, trials, tried))}


def _affordable(context: ProbeContext, target: Target) -> Target:
    """A sample on which all remedies fit into the budget, if the rarest class stays large enough for it."""
    target = sampled_target(target, MAX_ROWS, context.seed)
    fits = FOLDS * (1.0 + sum(_COSTS.values()))
    while not context.budget.allows(fits * _fold_seconds(context, target)):
        smaller = sampled_target(target, target.rows // 2, context.seed)
        if np.bincount(smaller.values).min() < _FEWEST_RARE_ROWS:
            return target
        target = smaller
    return target


def _fold_seconds(context: ProbeContext, target: Target) -> float:
    return context.fit_seconds * target.rows * (FOLDS - 1) / FOLDS / max(1, context.fit_rows)


def _facts(
    context: ProbeContext, record: RunRecord, trials: _Trials, tried: Sequence[_Tried]
) -> list[ImbalanceTrialFacts]:
    known = [each for each in tried if each.answer is not None]
    rankings = _average_precisions(context, trials, known)
    found = []
    for each in tried:
        measured = _measured(context, trials, each, tried[0], rankings) if each.answer is not None else {}
        found.append(
            ImbalanceTrialFacts(
                remedy=each.name,
                rows=trials.target.rows,
                folds=len(trials.splits),
                gap=each.gap,
                seconds=each.seconds,
                code=remedy_line(each.name, record, context.estimator, trials.categories()),
                error=each.error,
                **measured,
            )
        )
    return found


def _measured(
    context: ProbeContext, trials: _Trials, each: _Tried, base: _Tried, rankings: Mapping[str, Estimate | None]
) -> dict[str, Estimate | None]:
    """The scores of one remedy, and what they gain on doing nothing."""
    target, rarest = trials.target, trials.rarest
    assert each.answer is not None and base.answer is not None
    after, before = each.answer.predicted, base.answer.predicted
    balanced = resample(
        BY_SCORER["balanced_accuracy"],
        [as_predictions(Answer(after, None), target)],
        resamples=context.resamples,
        seed=(context.seed, _STREAM),
    )
    scores: dict[str, Estimate | None] = {
        "balanced_accuracy": score_estimate(BY_SCORER["balanced_accuracy"], balanced) if balanced else None,
        "average_precision": rankings.get(each.name),
        "minority_recall": _recall(target, after, rarest),
    }
    if each is base:
        return scores
    return scores | {
        "balanced_accuracy_change": balanced_accuracy_change(target.values, after, before, target.class_count),
        "average_precision_change": rankings.get(f"{each.name} change"),
        "minority_recall_change": recall_change(target.values, after, before, rarest),
    }


def _recall(target: Target, predicted: Positions, code: int) -> Estimate:
    own = target.values == code
    value = float(np.mean(predicted[own] == code))
    return Estimate(value=value, interval=wilson_interval(value, int(own.sum())), rows=int(own.sum()))


def _average_precisions(context: ProbeContext, trials: _Trials, known: Sequence[_Tried]) -> dict[str, Estimate | None]:
    """Of the rarest class against all others, and changes of it, all on the same resamples."""
    is_rare = (trials.target.values == trials.rarest).astype(int)
    ranked = [each for each in known if each.answer is not None and each.answer.scores is not None]
    sides = [
        Predictions(y_true=is_rare, y_score=each.answer.scores[:, trials.rarest], classes=np.array([0, 1]))
        for each in ranked
        if each.answer is not None and each.answer.scores is not None
    ]
    metric = BY_SCORER["average_precision"]
    found = resample(metric, sides, resamples=context.resamples, seed=(context.seed, _STREAM)) if sides else None
    if found is None:
        return {}
    changes = {f"{each.name} change": _change(found, place) for place, each in enumerate(ranked) if place}
    return {each.name: score_estimate(metric, found, place) for place, each in enumerate(ranked)} | changes


def _change(found: Resampled, place: int) -> Estimate:
    interval = percentile_interval(found.scores[place] - found.scores[0])
    return Estimate(value=float(found.points[place] - found.points[0]), interval=interval, rows=found.rows)


def _not_needed(record: RunRecord) -> str:
    if not record.task.is_classification:
        return "No classes are predicted."
    if record.remedies.any:
        return "The script answers the imbalance already."
    verdicts = (class_imbalance(record), accuracy_paradox(record))
    return "" if any(found.status is Status.FLAGGED for found in verdicts) else verdicts[0].message


def _seconds(context: ProbeContext) -> float:
    """Of the smallest trial: the sample is made for the budget."""
    return FOLDS * context.fit_seconds * min(1.0, MAX_ROWS / 10 / max(1, context.fit_rows))


IMBALANCE = Probe(
    name="imbalance",
    question="Which remedy against imbalance helps this model?",
    not_needed=_not_needed,
    seconds=_seconds,
    run=_run,
)

"""Whether the best trial is better than what there was, and by how much: paired differences, never the lucky best."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np

from mlflow_pitfalls.capture.statistics.bootstrap import resample, score_estimate
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.tuning import Verdict
from mlflow_pitfalls.model.values import Estimate, Interval, Task
from mlflow_pitfalls.probes.fits import paired_gain
from mlflow_pitfalls.tuning.study.folds import Split
from mlflow_pitfalls.tuning.study.objective import Problem

_LEVEL = 0.95
_STREAM = 11  # of the seed: resamples of the held-out rows
_RESAMPLES = 500


def fold_scores(
    problem: Problem, values: Sequence[dict[str, object]], *, deadline: float = math.inf
) -> list[tuple[float, ...]]:
    """Scores of several configurations on the problem's folds, as many folds as the time allows, two at least.

    Returns:
        One tuple a fold, in the order of ``values``.
    """
    scores: list[tuple[float, ...]] = []
    for fold in range(len(problem.splits)):
        if len(scores) >= 2 and time.time() > deadline:
            break
        scores.append(tuple(problem.fold_score(dict(each), fold) for each in values))
    return scores


def mean_over_folds(scores: Sequence[float], splits: Sequence[Split]) -> Estimate:
    """A mean over folds with its 95 % interval.

    Folds share training rows, which makes their scores alike: the variance is Nadeau and Bengio's corrected one
    (Machine Learning 52, 2003), ``(1/k + validation rows/training rows) s²``.
    """
    values = np.asarray(scores, dtype=np.float64)
    rows = sum(len(validation) for _, validation in splits[: len(values)])
    mean = float(values.mean())
    if len(values) < 2:
        return Estimate(value=mean, rows=rows)
    from scipy.stats import t

    ratio = float(np.mean([len(validation) / len(train) for train, validation in splits[: len(values)]]))
    half = float(t.ppf((1 + _LEVEL) / 2, len(values) - 1) * values.std(ddof=1) * math.sqrt(1 / len(values) + ratio))
    return Estimate(value=mean, interval=Interval(low=mean - half, high=mean + half), rows=rows)


def verdict_of(gain: Estimate, *, unbiased: bool) -> Verdict:
    """What a gain over folds says; without folds that the search did not choose by nothing is shown for certain."""
    if gain.value <= 0:
        return Verdict.NO_GAIN
    shown = gain.interval is not None and gain.interval.low > 0
    return Verdict.IMPROVED if shown and unbiased else Verdict.UNCLEAR


def held_out_scores(
    spec: MetricSpec, task: Task, before: Predictions, after: Predictions, seed: int
) -> tuple[Estimate | None, Estimate | None, Estimate | None]:
    """Both scores on the held-out rows, and their difference with an interval that is paired over the rows."""
    found = resample(spec, [after, before], resamples=_RESAMPLES, seed=(seed, _STREAM))
    if found is None or not np.isfinite(found.points).all():
        return None, None, None
    return score_estimate(spec, found, 1), score_estimate(spec, found, 0), paired_gain(spec, task, found, after, before)

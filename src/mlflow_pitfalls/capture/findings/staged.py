"""How an iterative model's held-out score went over its rounds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.recording.scoring import predictions_of
from mlflow_pitfalls.capture.statistics.bootstrap import percentile_interval, resample
from mlflow_pitfalls.model.record import StagedFacts
from mlflow_pitfalls.model.values import Estimate

_SALT = 0x57A6


def staged(sources: Sources) -> Mapping[str, object]:
    """The primary metric after a few numbers of rounds, and what the rounds from each of them on have gained."""
    metric, held_out = sources.metric, sources.held_out
    if metric is None or held_out is None or held_out.staged is None or held_out.y is None:
        return {}
    told, index = held_out.staged
    sides = [predictions_of(held_out.y, answer, index, metric.needs, sources.fit.classes) for answer in told.answers]
    known = [side for side in sides if side is not None]
    if len(known) < len(sides):
        return {}
    seed = (sources.settings.seed, _SALT)
    resampled = resample(metric, known, resamples=sources.settings.confidence_resamples, seed=seed)
    if resampled is None or not np.isfinite(resampled.points).all():
        return {}
    gains = tuple(
        Estimate(
            value=float(resampled.points[-1] - resampled.points[i]),
            interval=percentile_interval(resampled.scores[-1] - resampled.scores[i]),
            rows=resampled.rows,
        )
        for i in range(len(told.rounds))
    )
    best = int(np.argmax(resampled.points))
    facts = StagedFacts(
        estimator=told.estimator,
        parameter=told.parameter,
        early_stopping=told.early_stopping,
        metric=metric.name,
        measured_on="held_out",
        rounds=told.rounds,
        scores=tuple(float(point) for point in resampled.points),
        best_round=told.rounds[best],
        total_rounds=told.rounds[-1],
        gain_after_best=gains[best],
        gains=gains,
        rows=resampled.rows,
    )
    return {"staged": facts}

"""Scores and gap of two runs, paired over rows where both were scored on the same ones."""

from __future__ import annotations

import math
from dataclasses import replace

from mlflow_pitfalls.capture.statistics.bootstrap import difference
from mlflow_pitfalls.comparing.compared import ComparedRun
from mlflow_pitfalls.comparing.pairing import paired_difference
from mlflow_pitfalls.model.comparison import GapChange, ScoreChange
from mlflow_pitfalls.model.record import RunRecord, ScoreFacts
from mlflow_pitfalls.model.values import Estimate


def score_changes(before: ComparedRun, after: ComparedRun) -> tuple[ScoreChange, ...]:
    """Every metric that both runs have a held-out score in, the earlier run's primary one first."""
    later = {score.metric: score for score in after.record.scores}
    return tuple(
        change
        for score in sorted(before.record.scores, key=lambda score: not score.primary)
        if score.metric in later
        for change in [_change(before, after, score, later[score.metric])]
        if change is not None
    )


def _change(before: ComparedRun, after: ComparedRun, first: ScoreFacts, second: ScoreFacts) -> ScoreChange | None:
    earlier, later = _usable(first.held_out), _usable(second.held_out)
    if earlier is None or later is None:
        return None
    change = ScoreChange(
        metric=first.metric,
        primary=first.primary and second.primary,
        before=earlier,
        after=later,
        difference=difference(later, earlier),
        room=_room(first),
    )
    is_kept = before.losses is not None and before.losses.metric == first.metric
    paired = paired_difference(before.losses, after.losses) if is_kept else None
    if paired is None:
        return change
    return replace(change, difference=paired.difference, paired_rows=paired.difference.rows, effect=paired.effect)


def gap_change(before: RunRecord, after: RunRecord) -> GapChange | None:
    """Training minus held-out score in the first metric in which both runs tell it, primary ones first."""
    later = {score.metric: score for score in after.scores}
    for first in sorted(before.scores, key=lambda score: not score.primary):
        second = later.get(first.metric)
        gaps = (_usable(first.gap), _usable(second.gap)) if second is not None else (None, None)
        if gaps[0] is not None and gaps[1] is not None:
            return GapChange(
                metric=first.metric,
                before=gaps[0],
                after=gaps[1],
                difference=difference(gaps[1], gaps[0]),
                room=_room(first),
            )
    return None


def _room(score: ScoreFacts) -> float | None:
    """From the dummy to perfection."""
    dummy = _usable(score.dummy)
    room = score.perfect - dummy.value if dummy is not None else math.nan
    return room if math.isfinite(room) and room > 0 else None


def _usable(estimate: Estimate | None) -> Estimate | None:
    if estimate is None or not math.isfinite(estimate.value):
        return None
    interval = estimate.interval
    return estimate if interval is None or math.isfinite(interval.width) else replace(estimate, interval=None)

"""What the findings of one run are made from: bounded samples, and no live object of the user's."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import Sample, take_sample
from mlflow_pitfalls.capture.recording.drafts import FitState, HeldOut, RunDraft, TrainingRows
from mlflow_pitfalls.capture.recording.scoring import metrics_of
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec
from mlflow_pitfalls.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """One run's primary fit and what is known of both sides.

    Attributes:
        fit: The fit, without its estimator.
        training: Samples of the rows that it was given.
        held_out: Samples of rows that it did not see, None where there are none.
        held_out_frame: Their features by column, None where they are not kept or not yet read.
        metrics: The metrics to report, the primary one first, each with who computed it.
        settings: The options in force.
    """

    fit: FitState
    training: TrainingRows
    held_out: HeldOut | None
    held_out_frame: Sample | None
    metrics: list[tuple[MetricSpec, str]]
    settings: Settings

    @property
    def metric(self) -> MetricSpec | None:
        """The primary metric."""
        return self.metrics[0][0] if self.metrics else None


def sources_of(draft: RunDraft, settings: Settings) -> Sources:
    """Take what the findings need out of a draft, whose primary fit has training rows; on the user's thread.

    Args:
        draft: The run so far.
        settings: The options in force.
    """
    primary = draft.primary()
    assert primary is not None and primary.training is not None
    best = primary.best_held_out()
    held_out = copy(best) if best is not None else None
    return Sources(
        fit=primary.snapshot(),
        training=primary.training,
        held_out=held_out,
        held_out_frame=None,
        metrics=metrics_of(draft, primary, primary.training.task, settings.benchmark),
        settings=settings,
    )


def with_frame(sources: Sources) -> Sources:
    """The same with the held-out features by column; converting them takes time, which is none of the user's."""
    return replace(sources, held_out_frame=_frame(sources.held_out))


def _frame(held_out: HeldOut | None) -> Sample | None:
    if held_out is None or held_out.x is None:
        return None
    return take_sample(held_out.x, positions=np.arange(_rows(held_out.x)))


def _rows(data: Any) -> int:
    shape = getattr(data, "shape", None)
    return int(shape[0]) if shape else len(data)

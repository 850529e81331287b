"""What the held-out rows looked like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.profile import class_labels, profile_dataset
from mlflow_pitfalls.capture.recording.drafts import HeldOut, TrainingRows
from mlflow_pitfalls.model.values import Role


def held_out_profile(sources: Sources) -> Mapping[str, object]:
    """The profile of the held-out rows' kept sample."""
    training, held_out, frame = sources.training, sources.held_out, sources.held_out_frame
    if held_out is None or frame is None:
        return {}
    profile = profile_dataset(
        held_out.x,
        held_out.y,
        role=Role.HELD_OUT,
        task=training.task,
        sample=frame,
        target_sample=held_out.y,
        target_name=training.target_name,
        privacy=sources.settings.privacy,
        seed=sources.settings.seed,
        class_labels=_labels_of_both(training, held_out) or None,
    )
    return {"held_out": replace(profile, rows=held_out.count)}


def _labels_of_both(training: TrainingRows, held_out: HeldOut) -> dict[Any, str]:
    """The training side's labels; classes that only the held-out side has get stand-ins."""
    if not training.labels or held_out.y is None:
        return dict(training.labels)
    unseen = [value for value in class_labels(held_out.y) if value not in training.labels]
    return {**training.labels, **{value: f"unseen class {i}" for i, value in enumerate(unseen, start=1)}}

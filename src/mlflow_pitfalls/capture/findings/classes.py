"""How each class fares."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.recording.scoring import held_out_predictions, train_predictions
from mlflow_pitfalls.capture.statistics.class_scores import class_score_facts


def classes(sources: Sources) -> Mapping[str, object]:
    """Recalls and counts of each class of a classification."""
    if not sources.training.task.is_classification:
        return {}
    held_out = held_out_predictions(sources.fit, sources.held_out, "labels")
    if held_out is None:
        return {}
    facts = class_score_facts(
        train=train_predictions(sources.fit, "labels"),
        held_out=held_out,
        train_target=sources.training.y,
        privacy=sources.settings.privacy,
    )
    return {"classes": facts}

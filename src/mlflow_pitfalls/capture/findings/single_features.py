"""How well each column alone predicts the target."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.statistics.single_feature import single_feature_facts


def single_features(sources: Sources) -> Mapping[str, object]:
    """One-feature rules, fitted on training rows and scored on held-out ones."""
    training, held_out, frame = sources.training, sources.held_out, sources.held_out_frame
    if training.frame is None or training.y is None or held_out is None or held_out.y is None or frame is None:
        return {}
    if sources.metric is None:
        return {}
    facts = single_feature_facts(
        training.frame.frame,
        training.y,
        frame.frame,
        held_out.y,
        names=training.frame.names,
        target_name=training.target_name,
        task=training.task,
        metric=sources.metric,
        seed=sources.settings.seed,
    )
    return {"single_features": facts}

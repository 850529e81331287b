"""Both sides' scores."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.recording.scoring import scores_of


def scores(sources: Sources) -> Mapping[str, object]:
    """Every metric on both sides, with intervals."""
    return {"scores": scores_of(sources.fit, sources.held_out, sources.metrics, sources.settings)}

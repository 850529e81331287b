"""Transformers that had seen the held-out rows before these were split off."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.lineage.preparations import preprocessing_facts


def preprocessing(sources: Sources) -> Mapping[str, object]:
    """What the fitted columns went through that had learned from rows which the model is judged by."""
    node, held_out = sources.fit.node, sources.held_out
    if node is None or held_out is None:
        return {}
    return {"preprocessing": tuple(preprocessing_facts(node, held_out.rows, "split"))}

"""Segments of the held-out rows in which the model does worse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.statistics.segments import losses_of, segment_facts


def segments(sources: Sources) -> Mapping[str, object]:
    """Scores by segment of each column."""
    held_out, frame = sources.held_out, sources.held_out_frame
    if held_out is None or held_out.y is None or held_out.labels is None or frame is None:
        return {}
    rows = np.arange(len(held_out.y)) if held_out.labels.index is None else held_out.labels.index
    if len(rows) != len(held_out.labels.values) or len(frame.frame) != len(held_out.y):
        return {}
    names = sources.training.frame.names if sources.training.frame is not None else frame.names
    losses = losses_of(sources.training.task, held_out.y[rows], held_out.labels.values)
    if losses is None:
        return {}
    found = segment_facts(frame.frame.iloc[rows], losses, names, privacy=sources.settings.privacy)
    return {"segments": found}

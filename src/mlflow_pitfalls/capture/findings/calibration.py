"""How far predicted probabilities can be believed."""

from __future__ import annotations

from collections.abc import Mapping

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.statistics.calibration import calibration_facts


def calibration(sources: Sources) -> Mapping[str, object]:
    """Calibration on the held-out rows, where ``predict_proba`` was called on them."""
    held_out, classes = sources.held_out, sources.fit.classes
    if not sources.training.task.is_classification or held_out is None or held_out.y is None or classes is None:
        return {}
    output = held_out.scores
    if output is None or not output.are_probabilities:
        return {}
    truth = held_out.y if output.index is None else held_out.y[output.index]
    return {"calibration": calibration_facts(truth, output.values, classes, seed=sources.settings.seed)}

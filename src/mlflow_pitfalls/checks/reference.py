"""What the checks of the sixth group ask of the earlier run that a run is measured by."""

from __future__ import annotations

import math

from mlflow_pitfalls.checks.reading import Z95
from mlflow_pitfalls.checks.reuse import expected_maximum
from mlflow_pitfalls.checks.text import short
from mlflow_pitfalls.model.comparison import Comparison, ReferenceChoice, ReferenceFacts
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Estimate, Severity

# Flags of a run whose score is better than it should be: an honest run after it is no regression.
INFLATING = (
    "target-leakage",
    "too-good-to-be-true",
    "train-test-overlap",
    "preprocess-before-split",
    "resample-before-split",
    "resampled-test-set",
    "group-leakage",
    "shuffled-time",
)
INFLATING_SEVERITIES = (Severity.MEDIUM.value, Severity.HIGH.value)

_CHOICES = {
    ReferenceChoice.SETTING: "named in enable(reference=…)",
    ReferenceChoice.TAG: "tagged pitfalls.reference = true",
    ReferenceChoice.CHAMPION: "the registered model's champion",
    ReferenceChoice.BEST: "the best of the last {} comparable runs",
}


def compared(record: RunRecord) -> tuple[ReferenceFacts, Comparison]:
    """The reference and what changed since; of a record that holds them."""
    assert record.reference is not None and record.reference.comparison is not None
    return record.reference, record.reference.comparison


def reference_name(reference: ReferenceFacts) -> str:
    """Which run it is and why: ``run 'nightly' (the best of the last 7 comparable runs)``."""
    comparison = reference.comparison
    label = comparison.before if comparison is not None else None
    name = short(label.run_name or label.run_id) if label is not None else ""
    if reference.choice is None:
        return f"run '{name}'"
    return f"run '{name}' ({_CHOICES[reference.choice].format(reference.candidates)})"


def luck(difference: Estimate, candidates: int) -> float:
    """How far the best of several like runs is expected to lie above its own worth, in the difference's unit.

    Each run's own error is the difference's divided by √2; the best of k lies their expected maximum above the mean.
    """
    interval = difference.interval
    if interval is None or candidates < 2:
        return 0.0
    error = interval.width / (2.0 * Z95)
    return expected_maximum(candidates) * error / math.sqrt(2.0)

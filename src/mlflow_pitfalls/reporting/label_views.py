"""Labels and probabilities: labels that the model contradicts, and probabilities that are kept or not."""

from __future__ import annotations

from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.reporting import text
from mlflow_pitfalls.reporting.exhibits import Exhibit
from mlflow_pitfalls.reporting.svg_calibration import calibration_chart


def label_noise_exhibit(record: RunRecord) -> Exhibit | None:
    """How many rows contradict their label beyond what the model's own error explains."""
    facts = record.label_noise
    if facts is None:
        return None
    found = text.interval(facts.excess.interval, "share")
    excess = f"{text.share(facts.excess.value)}{f' ({found})' if found else ''}"
    return Exhibit(
        key="label-noise",
        title="Labels that look wrong",
        says=(
            f"{text.name(facts.model)}, fitted on other rows each time, contradicts the label of "
            f"{text.number(facts.suspects)} of {text.count(facts.rows, 'training row')} with confidence "
            f"({text.share(facts.share.value)}). Its own error explains {text.share(facts.expected_share)}; what is "
            f"left is {excess}."
        ),
    )


def calibration_exhibit(record: RunRecord) -> Exhibit | None:
    """Predicted probabilities against observed shares."""
    facts = record.calibration
    if facts is None:
        return None
    bounds = text.interval(facts.error.interval, "share")
    error = f"{text.share(facts.error.value)}{f' ({bounds})' if bounds else ''}"
    return Exhibit(
        key="calibration",
        title="Are the probabilities kept?",
        says=(
            f"Predicted probabilities of the {text.name(facts.of or 'predicted class')} stand {error} from the "
            f"observed shares on average, over {text.count(facts.rows, 'held-out row')}. Dots above the "
            "dashed line: more often than predicted; below: less often."
        ),
        picture=calibration_chart(facts),
    )

"""What a check answers where the extra fits that it judges by are not there."""

from __future__ import annotations

import math

from mlflow_pitfalls.checks.base import Verdict, inconclusive, not_applicable
from mlflow_pitfalls.checks.evidence import rows_for_width
from mlflow_pitfalls.checks.text import about_rows, short
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Interval

_OFF = "No extra fits were made in this run."


def untold(record: RunRecord, probe: str) -> Verdict:
    """Why a probe told nothing: there was no need, no budget, or no way."""
    facts = next((found for found in record.probes if found.name == probe), None)
    if facts is None or not facts.reason:
        return not_applicable(_OFF)
    if facts.status == "cut":
        return inconclusive("The budget for extra fits ended before", f"more of it: it {facts.reason}")
    return not_applicable(
        f"No extra fit was made: {short(facts.reason) if facts.status == 'failed' else facts.reason}."
    )


def wanted_rows(rows: int, gain: float, interval: Interval, margin: float) -> str:
    """How many held-out rows would show that a gain as measured lies above −margin, in words."""
    needed = rows_for_width(rows, gain - interval.low, gain + margin) if gain > -margin else 0
    return about_rows(needed or math.inf, rows)

"""Places within a range, on its own scale."""

from __future__ import annotations

import math


def between(low: float, high: float, value: float, *, log: bool) -> float:
    """Where a value lies: 0 at ``low``, 1 at ``high``. On a logarithmic scale all three are above 0."""
    if log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low)

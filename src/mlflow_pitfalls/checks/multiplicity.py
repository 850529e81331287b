"""Corrections for looking at many columns at once."""

from __future__ import annotations

import math
from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted by Benjamini and Hochberg (1995), in the order given; what is no probability counts as 1."""
    if not p_values:
        return []
    from scipy.stats import false_discovery_control

    safe = [value if math.isfinite(value) and 0.0 <= value <= 1.0 else 1.0 for value in p_values]
    return [float(value) for value in false_discovery_control(safe, method="bh")]

"""Ranges that go on where a search of the user's ended: at the best value, which was the last one tried."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from mlflow_pitfalls.checks.text import number
from mlflow_pitfalls.model.fitting import SearchedParameter
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import Kind, Parameter

_STEPS = 2  # of the search's own last one, beyond its end
_SOURCE = "the run's own search, continued"


def extended(parameters: Sequence[Parameter], rising: frozenset[str], record: RunRecord) -> dict[str, Parameter]:
    """Parameters whose range starts next to the best value and goes beyond it.

    Args:
        parameters: The space's.
        rising: Names whose edge is flagged.
        record: The run's facts; its search tells the values.

    Returns:
        By name; those of the search that the space lacks are made from the search's own values. A parameter for which
        there is nothing beyond is left out.
    """
    if record.search is None:
        return {}
    known = {parameter.name: parameter for parameter in parameters}
    searched = [found for found in record.search.parameters if found.name in rising and found.edge]
    made = {found.name: _beyond(found, known.get(found.name)) for found in searched}
    return {name: parameter for name, parameter in made.items() if parameter is not None}


def _beyond(found: SearchedParameter, known: Parameter | None) -> Parameter | None:
    best, inside = found.high if found.edge == "high" else found.low, found.neighbour
    if best is None or inside is None or best == inside or (known is not None and known.kind is Kind.CATEGORY):
        return None
    grows = best > 0 and inside > 0
    try:
        far = best * (best / inside) ** _STEPS if grows else best + _STEPS * (best - inside)
    except OverflowError:
        return None
    whole = known.kind is Kind.INTEGER if known is not None else best.is_integer() and inside.is_integer()
    log = grows and (known is None or known.log)
    low, high = _ends(found.edge, inside, far, known)
    if whole and math.isfinite(low) and math.isfinite(high):
        low, high = max(1, math.floor(low)) if grows else math.floor(low), math.ceil(high)
    if not low < high or not (math.isfinite(low) and math.isfinite(high)) or (log and low <= 0):
        return None
    plain = known or Parameter(name=found.name, kind=Kind.INTEGER if whole else Kind.FLOAT, source=_SOURCE)
    start, why = _within(best, low, high, whole=whole), _why(found, best, inside)
    return replace(plain, low=low, high=high, log=log, start=start, why=why)


def _ends(edge: str, inside: float, far: float, known: Parameter | None) -> tuple[float, float]:
    """From the neighbour of the best value to beyond it: as far as the space went, where that is further."""
    floor = known.floor if known is not None and known.floor is not None else -math.inf
    ceiling = known.ceiling if known is not None and known.ceiling is not None else math.inf
    if edge == "high":
        high = far if known is None or known.high is None else max(far, known.high)
        return max(inside, floor), min(high, ceiling)
    low = far if known is None or known.low is None else min(far, known.low)
    return max(low, floor), min(inside, ceiling)


def _within(best: float, low: float, high: float, *, whole: bool) -> float:
    value = min(max(best, low), high)
    return round(value) if whole else value


def _why(found: SearchedParameter, best: float, inside: float) -> str:
    place = "highest" if found.edge == "high" else "lowest"
    gain = f" and scores {number(found.edge_gain.value)} better than {inside:.3g}" if found.edge_gain else ""
    return f"the best value of the run's search, {best:.3g}, is the {place} that it tried{gain}"

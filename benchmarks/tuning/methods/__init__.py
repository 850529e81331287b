"""The methods by name: each takes a task and seconds, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.tuning.found import Found
from benchmarks.tuning.methods.halving import halving
from benchmarks.tuning.methods.ours import from_history, from_none
from benchmarks.tuning.methods.plain import defaults, random_search, tpe
from benchmarks.tuning.task import Task

Method = Callable[[Task, float], Found]

DEFAULTS, OURS, FROM_HISTORY, FLAML = "defaults", "ours", "ours-history", "flaml"
HERE: dict[str, Method] = {
    DEFAULTS: defaults,
    "random": random_search,
    "halving": halving,
    "tpe": tpe,
    OURS: from_none,
    FROM_HISTORY: from_history,
}
NAMES = (*HERE, FLAML)  # FLAML works in an environment of its own

"""Guards of the user's memory, random state, warnings, streams, time."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

GUARDS: tuple[Guard, ...] = ()

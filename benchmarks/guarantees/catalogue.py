"""All guards, in the order of their faults."""

from __future__ import annotations

from benchmarks.guarantees import calls, data, servers, state, versions
from benchmarks.guarantees.guard import Guard

ALL_GUARDS: tuple[Guard, ...] = tuple(
    sorted(
        (*calls.GUARDS, *state.GUARDS, *servers.GUARDS, *data.GUARDS, *versions.GUARDS), key=lambda guard: guard.fault
    )
)

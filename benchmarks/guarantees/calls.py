"""Guards of the user's calls: hooks, errors, imports, patches, copies."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

GUARDS: tuple[Guard, ...] = ()

"""Guards of data of every kind, names, limits, secrets, the page."""

from __future__ import annotations

from benchmarks.guarantees.guard import Guard

GUARDS: tuple[Guard, ...] = ()

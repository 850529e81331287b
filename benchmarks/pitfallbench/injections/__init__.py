"""Every injection there is."""

from __future__ import annotations

from benchmarks.pitfallbench.injections.base import Injection
from benchmarks.pitfallbench.injections.clean import CONTROLS
from benchmarks.pitfallbench.injections.columns import COLUMNS
from benchmarks.pitfallbench.injections.fits import FITS
from benchmarks.pitfallbench.injections.imbalance import IMBALANCE
from benchmarks.pitfallbench.injections.labels import LABELS
from benchmarks.pitfallbench.injections.leaks import LEAKS
from benchmarks.pitfallbench.injections.rows import ROWS

PITFALLS: tuple[Injection, ...] = (*LABELS, *LEAKS, *COLUMNS, *ROWS, *IMBALANCE, *FITS)
ALL: dict[str, Injection] = {injection.name: injection for injection in (*CONTROLS, *PITFALLS)}

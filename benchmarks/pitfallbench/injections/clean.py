"""Controls: careful scripts, in which nothing of medium or high severity is wrong."""

from __future__ import annotations

from typing import Any

from benchmarks.pitfallbench.datasets import NUMBERS, Table
from benchmarks.pitfallbench.injections.base import Injection, Rng
from benchmarks.pitfallbench.models import PLAIN
from benchmarks.pitfallbench.plan import Plan

FEWEST = 10


def _nothing(plan: Plan, strength: Any, rng: Rng) -> None:
    """The plan stays as it is."""


def _cross_validated(plan: Plan, strength: Any, rng: Rng) -> None:
    plan.script = "cross_validated"


def _small(rows: int) -> Injection:
    """So few rows: where other tools fail. Tables whose rarest class would keep fewer than ten of them are left out."""

    def fits(table: Table) -> bool:
        return table.task == NUMBERS or table.y.value_counts(normalize=True).min() * rows >= FEWEST

    return Injection(name=f"clean-{rows}", inject=_nothing, strengths=(f"n={rows}",), finds=(), rows=rows, fits=fits)


CLEAN = Injection(name="clean", inject=_nothing, strengths=("plain",), finds=(), models=PLAIN)
PROBED = Injection(name="clean-probed", inject=_nothing, strengths=("plain",), finds=(), needs_probes=True)
SMALL = (_small(120), _small(300))
FOLDED = Injection(name="clean-cv", inject=_cross_validated, strengths=("5 folds",), finds=(), models=PLAIN)
CONTROLS = (CLEAN, PROBED, *SMALL, FOLDED)

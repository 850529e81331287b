"""Controls: careful scripts, in which nothing of medium or high severity is wrong."""

from __future__ import annotations

from typing import Any

from benchmarks.pitfallbench.injections.base import Injection, Rng
from benchmarks.pitfallbench.models import PLAIN
from benchmarks.pitfallbench.plan import Plan


def _nothing(plan: Plan, strength: Any, rng: Rng) -> None:
    """The plan stays as it is."""


def _cross_validated(plan: Plan, strength: Any, rng: Rng) -> None:
    plan.script = "cross_validated"


CLEAN = Injection(name="clean", inject=_nothing, strengths=("plain",), finds=(), models=PLAIN)
PROBED = Injection(name="clean-probed", inject=_nothing, strengths=("plain",), finds=(), needs_probes=True)
SMALL = (
    Injection(name="clean-120", inject=_nothing, strengths=("n=120",), finds=(), rows=120, models=PLAIN),
    Injection(name="clean-300", inject=_nothing, strengths=("n=300",), finds=(), rows=300, models=PLAIN),
)
FOLDED = Injection(name="clean-cv", inject=_cross_validated, strengths=("5 folds",), finds=(), models=PLAIN)
CONTROLS = (CLEAN, PROBED, *SMALL, FOLDED)

"""What an injection is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.pitfallbench.datasets import CLASSES, NUMBERS, Table
from benchmarks.pitfallbench.models import PLAIN, Spec
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played

Rng = np.random.Generator
Inject = Callable[[Plan, Any, Rng], None]

# What one of these says about a run, no other one may say too.
CAUSES = frozenset(
    {
        "no-lift",
        "label-noise",
        "conflicting-labels",
        "train-test-drift",
        "simple-rule-suffices",
        "target-leakage",
        "too-good-to-be-true",
        "overfit",
        "underfit",
    }
)
BLATANT, OPTIMISM, LOSS, WORSE_MODEL, BY_RESULT = "blatant", "optimism", "loss", "worse_model", "by_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One way to go wrong, at graded strength.

    Attributes:
        name: Kebab-case.
        inject: Changes the plan in place.
        strengths: From barely there to blatant; what they count is said in the injection's own text.
        finds: The check that names it, or several that each would.
        beside: Further checks whose claim is true of these cases too.
        harm: How it is measured that the pitfall matters; see :mod:`benchmarks.pitfallbench.harm`.
        blatant_from: The first strength that a user would want to know whatever the score says; for ``blatant`` harm.
        fits: Whether a table can take it.
        models: Kinds that take turns.
        needs_probes: Whether the check rests on extra fits.
        is_cause: Whether the case also asks that no other cause is named.
        happened: With harm ``by_result``: whether the pitfall really came about.
    """

    name: str
    inject: Inject
    strengths: tuple[Any, ...]
    finds: tuple[str, ...]
    beside: tuple[str, ...] = ()
    harm: str = BLATANT
    blatant_from: Any = None
    fits: Callable[[Table], bool] = lambda _: True
    models: tuple[str, ...] = PLAIN
    params: dict[str, Any] | None = None
    rows: int | None = None
    needs_probes: bool = False
    is_cause: bool = False
    happened: Callable[[Plan, Played], bool] | None = None

    def is_blatant(self, strength: Any) -> bool:
        """Whether this strength counts whatever it does to the score."""
        first = self.strengths[0] if self.blatant_from is None else self.blatant_from
        return self.harm == BLATANT and self.strengths.index(strength) >= self.strengths.index(first)


def of_classes(table: Table) -> bool:
    return table.task == CLASSES


def of_numbers(table: Table) -> bool:
    return table.task == NUMBERS


def of_two_classes(table: Table) -> bool:
    return of_classes(table) and table.y.nunique() == 2


def has_numbers(table: Table) -> bool:
    """At least two columns of measures."""
    return len(table.numeric) >= 2


def is_learnable(table: Table) -> bool:
    """A model clearly beats a dummy on it: what depends on a signal has one to lose."""
    return table.name not in {"german_credit", "diabetes", "bank_marketing", "oil_spill", "parkinsons"}


def both(*tests: Callable[[Table], bool]) -> Callable[[Table], bool]:
    """All of these hold."""
    return lambda table: all(test(table) for test in tests)


def pick(plan: Plan, rng: Rng) -> str:
    """One column of measures."""
    return str(rng.choice(plan.columns))


def another_model(plan: Plan, kind: str, **params: Any) -> None:
    """The script fits this model instead."""
    plan.model = Spec(kind=kind, task=plan.table.task, seed=plan.seed, params=params, impute=plan.model.impute)

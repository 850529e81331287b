"""Which table, model, injection, strength and seed make a case."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pitfallbench import datasets
from benchmarks.pitfallbench.datasets import NUMBERS
from benchmarks.pitfallbench.injections import ALL, CONTROLS, PITFALLS, Injection
from benchmarks.pitfallbench.models import spec
from benchmarks.pitfallbench.plan import ROWS, Plan, prepare

QUICK_TABLES = ("breast_cancer", "wine_red", "abalone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One script, by name. ``position`` is that of the strength among the injection's."""

    injection: str
    position: int
    table: str
    model: str
    seed: int

    @property
    def id(self) -> str:
        return f"{self.injection}/{self.strength}/{self.table}/{self.model}/{self.seed}".replace(" ", "-")

    @property
    def spec(self) -> Injection:
        return ALL[self.injection]

    @property
    def strength(self) -> Any:
        return self.spec.strengths[self.position]

    @property
    def is_clean(self) -> bool:
        return not self.spec.finds


def all_cases(
    *, seeds: int, tables: Iterable[str], data: Path | None = None, only: Iterable[str] = (), every: int = 1
) -> Iterator[Case]:
    """Every case: for each injection and strength each table that can take it, with each seed.

    The models take turns over the seeds; controls are played with each model.

    Args:
        seeds: Seeds of each.
        tables: Names of tables.
        data: Folder of tables that do not ship.
        only: Injections; all where it is empty.
        every: Keep one in so many tables of each injection, other ones for each seed.
    """
    wanted = set(only)
    names = list(tables)
    for seed in range(seeds):
        for number, injection in enumerate((*CONTROLS, *PITFALLS)):
            if wanted and injection.name not in wanted:
                continue
            taken = [name for name in names if injection.fits(datasets.table(name, data))]
            for index, name in enumerate(taken):
                if (index + seed + number) % every == 0:
                    yield from _of_table(injection, name, seed)


def _of_table(injection: Injection, name: str, seed: int) -> Iterator[Case]:
    is_control = not injection.finds
    turn = seed + zlib.crc32(f"{injection.name}/{name}".encode())
    for position in range(len(injection.strengths)):
        models = injection.models if is_control else (injection.models[(turn + position) % len(injection.models)],)
        for model in models:
            yield Case(injection=injection.name, position=position, table=name, model=model, seed=seed)


def plan_of(case: Case, data: Path | None = None, *, spoilt: bool = True) -> Plan:
    """The case's plan; without its injection where ``spoilt`` is False, on the same rows."""
    table = datasets.table(case.table, data)
    injection = case.spec
    model = spec(case.model, table.task, case.seed, injection.params)
    plan = prepare(table, model, case.seed, rows=injection.rows or ROWS)
    if spoilt:
        rng = np.random.default_rng([case.seed, case.position, zlib.crc32(f"{case.injection}/{case.table}".encode())])
        injection.inject(plan, case.strength, rng)
    if (plan.model.kind, plan.model.task) == ("vectors", NUMBERS):  # its defaults are meant for a target of spread 1
        spread = float(plan.y.std())
        plan.model.params = {"C": spread, "epsilon": spread / 10, **plan.model.params}
    return plan

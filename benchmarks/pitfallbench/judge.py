"""One case, played under ``mlflow_pitfalls.enable()`` as a script would be."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import mlflow_pitfalls
from benchmarks.pitfallbench import harm, vault
from benchmarks.pitfallbench.cases import Case, plan_of
from benchmarks.pitfallbench.injections.base import LOSS
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, play
from benchmarks.pitfallbench.truths import true_claims
from mlflow_pitfalls.model.outcomes import Outcome, Outcomes, Status

PROBE_BUDGET = 1.0
LETTERS = {
    Status.PASSED: "p",
    Status.NOT_APPLICABLE: "n",
    Status.INCONCLUSIVE: "i",
    Status.IGNORED: "-",
    Status.ERRORED: "e",
}
MEASURED = {
    "no-lift": vault.no_lift_is_true,
    "simple-rule-suffices": vault.simple_rule_is_true,
    "overfit": vault.overfit_is_true,
    "underfit": vault.underfit_is_true,
}


def judge(case: Case, data: Path | None = None) -> dict[str, Any]:
    """Play the case, and tell what every check said, as a line of the results.

    ``said`` holds, for each check, ``F:severity``, ``x:cause`` (explained by it) or a letter of :data:`LETTERS`.
    """
    line: dict[str, Any] = {
        "case": case.id,
        "injection": case.injection,
        "strength": case.position,
        "table": case.table,
        "model": case.model,
        "seed": case.seed,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plan = plan_of(case, data)
        started = time.perf_counter()
        outcomes, played = watched(plan, probes=case.spec.needs_probes)
    line["seconds"] = round(time.perf_counter() - started, 2)
    line["said"] = {outcome.check: _said(outcome) for outcome in outcomes.outcomes}
    claims = true_claims(plan, played)
    if case.is_clean:
        claims |= _measured(plan, played, line["said"])
    line["true"] = sorted(claims)
    if not case.is_clean:
        clean = plan_of(case, data, spoilt=False) if case.spec.harm == LOSS else None
        found = harm.change(case.spec, case.strength, plan, played, clean)
        line["change"] = None if found is None else round(found, 4)
    return line


def _measured(plan: Plan, played: Played, said: dict[str, str]) -> set[str]:
    """Flags of a control that the vault's rows confirm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {check for check, test in MEASURED.items() if said.get(check, "").startswith("F") and test(plan, played)}


def watched(plan: Plan, *, probes: bool) -> tuple[Outcomes, Played]:
    """The script, played while it is watched."""
    mlflow_pitfalls.enable(
        autolog=False,
        terminal=False,
        notebook=False,
        probe_budget=PROBE_BUDGET if probes else 0.0,
        test_mode=True,
        **plan.options,
    )
    try:
        played = play(plan)
        reports = mlflow_pitfalls.flush()
    finally:
        mlflow_pitfalls.disable()
    if not reports or reports[-1].outcomes is None:
        raise RuntimeError("the script ended without a report")
    return reports[-1].outcomes, played


def _said(outcome: Outcome) -> str:
    if outcome.status is Status.FLAGGED:
        return f"F:{outcome.severity.value}"
    if outcome.status is Status.EXPLAINED:
        return f"x:{outcome.explained_by}"
    return LETTERS[outcome.status]

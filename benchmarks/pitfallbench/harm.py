"""Whether a pitfall mattered: the score on rows that the script never had, beside what it reported."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

from benchmarks.pitfallbench.injections.base import BLATANT, BY_RESULT, LOSS, OPTIMISM, WORSE_MODEL, Injection
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, play
from benchmarks.pitfallbench.vault import on_new_rows, reported

CHANGE = 0.05  # of the score: from here on a pitfall matters


def change(injection: Injection, strength: Any, plan: Plan, played: Played, clean: Plan | None) -> float | None:
    """How much the pitfall changed the score, in balanced accuracy or R²; None where that is not the measure.

    Args:
        injection: What was injected.
        strength: How strongly.
        plan: The spoilt plan.
        played: How its script ended.
        clean: The same plan without the injection, for ``loss``.
    """
    if injection.harm == BLATANT:
        return 1.0 if injection.is_blatant(strength) else None
    if injection.harm == BY_RESULT:
        return 1.0 if injection.happened is not None and injection.happened(plan, played) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if injection.harm == OPTIMISM:
            return reported(plan, played) - on_new_rows(plan, played.model)
        if injection.harm == LOSS:
            assert clean is not None
            unspoilt = play(clean)
            before = reported(clean, unspoilt)
            return max(before - reported(plan, played), before - on_new_rows(plan, played.model))
        assert injection.harm == WORSE_MODEL and plan.simpler is not None
        X_train, _, y_train, _ = played.sides
        other = replace(plan.simpler, impute=plan.model.impute).build(X_train).fit(X_train, y_train)
        return on_new_rows(plan, other) - on_new_rows(plan, played.model)

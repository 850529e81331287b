"""Whether a pitfall mattered: the score on rows that the script never had, beside what it reported."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, r2_score

from benchmarks.pitfallbench.injections.base import BLATANT, BY_RESULT, LOSS, OPTIMISM, WORSE_MODEL, Injection
from benchmarks.pitfallbench.models import Spec
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, as_arrays, play

LEAST_R2 = -1.0
TRUE_GAIN = 0.02  # of a tamer model, on rows that neither has seen
TAMER: dict[str, dict[str, dict[str, Any]]] = {
    "linear": {"classes": {"C": 0.05}, "numbers": {"alpha": 30.0}},
    "vectors": {"classes": {"C": 0.2}, "numbers": {"C": 0.2}},
    "neighbours": {"classes": {"n_neighbors": 40}, "numbers": {"n_neighbors": 40}},
    "tree": {"classes": {"max_depth": 2}, "numbers": {"max_depth": 2}},
    "forest": {"classes": {"min_samples_leaf": 8}, "numbers": {"min_samples_leaf": 8}},
    "boosting": {
        "classes": {"max_iter": 20, "max_leaf_nodes": 4},
        "numbers": {"max_iter": 20, "max_leaf_nodes": 4},
    },
}
ALMOST = 0.9
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


def overfit_is_true(plan: Plan, played: Played) -> bool:
    """Whether a tamer model of the same kind does clearly better on the vault: then a control overfits indeed."""
    tamer = TAMER.get(plan.model.kind, {}).get(plan.model.task)
    if tamer is None:
        return False
    X_train, _, y_train, _ = played.sides
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = replace(plan.model, params=tamer).build(X_train).fit(X_train, y_train)
        return on_new_rows(plan, other) - on_new_rows(plan, played.model) > TRUE_GAIN


def no_lift_is_true(plan: Plan, played: Played) -> bool:
    """Whether a control's model knows next to nothing of new rows, either."""
    return on_new_rows(plan, played.model) - _floor(plan) < TRUE_GAIN


def simple_rule_is_true(plan: Plan, played: Played) -> bool:
    """Whether a small tree over one column of measures is nearly as good as the model on the vault."""
    X_train, _, y_train, _ = played.sides
    names = range(X_train.shape[1]) if not hasattr(X_train, "columns") else [c for c in plan.columns if c in X_train]
    model = on_new_rows(plan, played.model) - _floor(plan)
    rule = Spec(kind="tree", task=plan.model.task, params={"max_depth": 2, "min_samples_leaf": 5})
    X_new = plan.X_new if plan.frames else as_arrays(plan.X_new)
    for name in names:
        column, new = (_column(X, name) for X in (X_train, X_new))
        found = rule.estimator().fit(column, y_train)
        if _score(plan, found, new, plan.y_new) - _floor(plan) >= ALMOST * model:
            return True
    return False


def underfit_is_true(plan: Plan, played: Played) -> bool:
    """Whether a forest does clearly better on the vault."""
    X_train, _, y_train, _ = played.sides
    richer = Spec(kind="forest", task=plan.model.task, impute=plan.model.impute).build(X_train).fit(X_train, y_train)
    return on_new_rows(plan, richer) - on_new_rows(plan, played.model) > TRUE_GAIN


def _floor(plan: Plan) -> float:
    return 1 / plan.y_new.nunique() if plan.model.task == "classes" else 0.0


def _column(X: Any, name: Any) -> Any:
    return X[[name]].fillna(0.0).to_numpy() if hasattr(X, "columns") else X[:, [name]]


def reported(plan: Plan, played: Played) -> float:
    """On the script's own held-out rows."""
    return _score(plan, played.model, played.sides[1], played.sides[3])


def on_new_rows(plan: Plan, model: Any) -> float:
    """On the vault's rows."""
    return _score(plan, model, plan.X_new if plan.frames else as_arrays(plan.X_new), plan.y_new)


def _score(plan: Plan, model: Any, X: Any, y: Any) -> float:
    predicted = model.predict(X)
    if plan.model.task == "classes":
        return float(balanced_accuracy_score(y, predicted))
    return max(float(r2_score(np.asarray(y), predicted)), LEAST_R2)

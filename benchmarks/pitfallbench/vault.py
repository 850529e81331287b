"""The truth about a model: its score on rows that the script never had."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, r2_score

from benchmarks.pitfallbench.models import Spec
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, as_arrays

LEAST_R2 = -1.0
ALMOST = 0.9  # of the model's skill: a rule that reaches it is worth saying
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
    return skill(plan, played) < TRUE_GAIN


def simple_rule_is_true(plan: Plan, played: Played) -> bool:
    """Whether a small tree over one column of measures is nearly as good as the model."""
    return rule_share(plan, played) >= ALMOST


def rule_share(plan: Plan, played: Played) -> float:
    """The share of the model's skill that the best small tree over one column reaches, both on the vault's rows."""
    X_train, _, y_train, _ = played.sides
    names = (
        [name for name in plan.columns if name in X_train] if hasattr(X_train, "columns") else range(X_train.shape[1])
    )
    rule = Spec(kind="tree", task=plan.model.task, params={"max_depth": 2, "min_samples_leaf": 5})
    X_new = plan.X_new if plan.frames else as_arrays(plan.X_new)
    best = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            found = rule.estimator().fit(_column(X_train, name), y_train)
            best = max(best, _score(plan, found, _column(X_new, name), plan.y_new) - _floor(plan))
        return best / max(skill(plan, played), 1e-9)


def underfit_is_true(plan: Plan, played: Played) -> bool:
    """Whether a forest does clearly better on the vault."""
    X_train, _, y_train, _ = played.sides
    richer = Spec(kind="forest", task=plan.model.task, impute=plan.model.impute).build(X_train).fit(X_train, y_train)
    return on_new_rows(plan, richer) - on_new_rows(plan, played.model) > TRUE_GAIN


def skill(plan: Plan, played: Played) -> float:
    """What the model does on the vault's rows beyond guessing."""
    return on_new_rows(plan, played.model) - _floor(plan)


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

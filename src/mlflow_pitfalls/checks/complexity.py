"""How far an estimator's settings stand from its defaults, towards memorising or towards doing nothing.

The gap between training and held-out score means different things for different models. ``make bench-wide-gap``
cross-validates models on 12 data sets, as they are and regularised as the overfit check advises. Of the cases whose gap
certainly exceeds 0.15 in skill, the regularised fit scored better in 13 of 15 of single trees (median gain 0.21), 14 of
14 of the single nearest neighbour (0.30), 9 of 9 of plain least squares on products of columns (1.25), and 21 of 23 of
boosting pushed towards complexity (0.09). Forests (8 of 10, 0.03) and boosting at its defaults
(20 of 20, 0.04) lose little; 5 nearest neighbours (1 of 3) gain nothing, and no logistic regression had such a gap.
"""

from __future__ import annotations

from mlflow_pitfalls.model.record import EstimatorFacts

PUSHED_FACTOR = 2.0  # times the default towards complexity from which a setting counts as pushed
PUSHED_ROUNDS = 3.0  # the same for rounds × learning rate
_MEMORISING_FAMILIES = frozenset({"tree"})
_COMPLEX_FAMILIES = frozenset({"forest", "boosting", "network"})
_ENSEMBLES = ("Bagging", "Stacking", "Voting")
UNPENALISED_CLASSES = frozenset({"LinearRegression"})
# Defaults by class stem: capacity that grows (depth, leaves), leaf size that shrinks, rounds and learning rate.
_BOOSTING: dict[str, dict[str, float]] = {
    "GradientBoosting": {"max_depth": 3, "n_estimators": 100, "learning_rate": 0.1},
    "HistGradientBoosting": {"max_leaf_nodes": 31, "min_samples_leaf": 20, "max_iter": 100, "learning_rate": 0.1},
    "XGB": {"max_depth": 6, "n_estimators": 100, "learning_rate": 0.3},
    "LGBM": {"num_leaves": 31, "min_child_samples": 20, "n_estimators": 100, "learning_rate": 0.1},
    "CatBoost": {"depth": 6, "iterations": 1000},
}
_GROWING = ("max_depth", "max_leaf_nodes", "num_leaves", "depth")
_SHRINKING = ("min_samples_leaf", "min_child_samples")
_ROUNDS = ("n_estimators", "max_iter", "iterations")
# Settings this far towards simplicity hold nearly any model back: parameter -> (families, bound, from above?).
_HOLDS_BACK: dict[str, tuple[frozenset[str], float, bool]] = {
    "C": (frozenset({"linear", "svm"}), 1e-2, False),
    "alpha": (frozenset({"linear", "network"}), 100.0, True),
    "max_depth": (frozenset({"tree", "forest"}), 2, False),
    "max_leaf_nodes": (frozenset({"tree", "forest", "boosting"}), 3, False),
    "n_estimators": (frozenset({"boosting"}), 5, False),
    "max_iter": (frozenset({"boosting", "network"}), 5, False),
    "learning_rate": (frozenset({"boosting"}), 1e-3, False),
}


def is_complex(estimator: EstimatorFacts) -> bool:
    """Whether it is an ensemble, boosting, a kernel SVM or a network."""
    if estimator.family == "svm":
        is_linear = estimator.final_class_name.startswith("Linear")
        default_kernel = "linear" if estimator.final_class_name == "KernelRidge" else "rbf"
        return not is_linear and own_settings(estimator).get("kernel", default_kernel) != "linear"
    return estimator.family in _COMPLEX_FAMILIES or estimator.final_class_name.startswith(_ENSEMBLES)


def gap_costs(estimator: EstimatorFacts) -> bool:
    """Whether a wide gap of such a model is by itself evidence that it would do better regularised."""
    memorises = estimator.family in _MEMORISING_FAMILIES or estimator.final_class_name in UNPENALISED_CLASSES
    return memorises or _is_single_neighbour(estimator) or bool(pushed_settings(estimator))


def pushed_settings(estimator: EstimatorFacts) -> tuple[str, ...]:
    """Settings of a boosting model that the script moved far towards complexity: ``max_depth=8``."""
    defaults = _BOOSTING.get(_stem(estimator))
    if defaults is None:
        return ()
    own = own_settings(estimator)
    pushed = [name for name in _GROWING if name in defaults and name in own and _grown(own[name], defaults[name])]
    for name in _SHRINKING:
        value = as_number(own.get(name, ""))
        if name in defaults and value is not None and value * PUSHED_FACTOR <= defaults[name]:
            pushed.append(name)
    pushed += [name for name in _ROUNDS if name in own and name in defaults and _many_rounds(own, defaults, name)]
    return tuple(f"{name}={own[name]}" for name in pushed)


def held_back_by(estimator: EstimatorFacts) -> tuple[str, ...]:
    """Settings of the script's that hold nearly any model back: ``C=0.0001``."""
    own = own_settings(estimator)
    found = []
    for name, (families, bound, is_lower_bound) in _HOLDS_BACK.items():
        value = as_number(own.get(name, ""))
        if value is None or estimator.family not in families:
            continue
        if value >= bound if is_lower_bound else value <= bound:
            found.append(f"{name}={own[name]}")
    return tuple(found)


def own_settings(estimator: EstimatorFacts) -> dict[str, str]:
    """The final estimator's non-default parameters by plain name, as short text."""
    prefix = estimator.parameter_prefix
    return {
        name.removeprefix(prefix): value
        for name, value in estimator.parameters
        if name.startswith(prefix) and "__" not in name.removeprefix(prefix)
    }


def as_number(text: str) -> float | None:
    """A parameter's text as a finite number; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _is_single_neighbour(estimator: EstimatorFacts) -> bool:
    return estimator.family == "neighbors" and own_settings(estimator).get("n_neighbors") == "1"


def _grown(text: str, default: float) -> bool:
    value = as_number(text)
    return text == "None" if value is None else value >= PUSHED_FACTOR * default


def _many_rounds(own: dict[str, str], defaults: dict[str, float], name: str) -> bool:
    rounds = as_number(own[name])
    if rounds is None:
        return False
    rate = as_number(own.get("learning_rate", ""))
    relative_rate = rate / defaults["learning_rate"] if rate is not None and "learning_rate" in defaults else 1.0
    return rounds / defaults[name] * relative_rate >= PUSHED_ROUNDS


def _stem(estimator: EstimatorFacts) -> str:
    return estimator.final_class_name.removesuffix("Classifier").removesuffix("Regressor")

"""Ranges in which to search the hyperparameters that matter most, by class and by family."""

from __future__ import annotations

from mlflow_pitfalls.model.record import EstimatorFacts

CANDIDATES = 30  # of a sampled search; at least one of the best tenth with 96 % probability
_MOST = 3  # hyperparameters that one search is proposed for
_RATES = "[0.01, 0.03, 0.1, 0.3]"
_PENALTIES = "[0.01, 0.1, 1, 10, 100]"
_LEAVES = "[1, 2, 5, 10, 20]"
_BY_FAMILY: dict[str, dict[str, str]] = {
    "linear": {"C": _PENALTIES, "alpha": _PENALTIES, "l1_ratio": "[0.1, 0.5, 0.9]"},
    "svm": {"C": _PENALTIES, "gamma": '["scale", 0.001, 0.01, 0.1, 1]', "alpha": _PENALTIES},
    "tree": {"max_depth": "[2, 4, 8, 16, None]", "min_samples_leaf": "[1, 5, 10, 20, 50]"},
    "forest": {"max_features": "[0.2, 0.5, 0.8, 1.0]", "min_samples_leaf": _LEAVES, "max_depth": "[8, 16, None]"},
    "neighbors": {"n_neighbors": "[3, 5, 10, 20, 50]", "weights": '["uniform", "distance"]', "p": "[1, 2]"},
    "network": {"alpha": "[1e-5, 1e-3, 0.1, 1]", "learning_rate_init": "[0.0003, 0.001, 0.003, 0.01]"},
    "boosting": {
        "learning_rate": _RATES,
        "max_leaf_nodes": "[7, 15, 31, 63]",
        "num_leaves": "[7, 15, 31, 63]",
        "max_depth": "[2, 3, 4, 6, 8]",
        "depth": "[4, 6, 8]",
        "min_child_samples": "[5, 20, 50]",
        "min_samples_leaf": "[1, 5, 20, 50]",
    },
}
_BY_CLASS: dict[str, dict[str, str]] = {
    "SGDClassifier": {"alpha": "[1e-6, 1e-5, 1e-4, 1e-3, 1e-2]", "penalty": '["l2", "elasticnet"]'},
    "SGDRegressor": {"alpha": "[1e-6, 1e-5, 1e-4, 1e-3, 1e-2]", "penalty": '["l2", "elasticnet"]'},
    "AdaBoostClassifier": {"learning_rate": "[0.1, 0.3, 1]", "n_estimators": "[50, 100, 200]"},
    "AdaBoostRegressor": {"learning_rate": "[0.1, 0.3, 1]", "n_estimators": "[50, 100, 200]"},
}
_TUNES_ITSELF = ("CV",)  # how the names of estimators end that choose their penalty by themselves
_FREE_OF_CHOICE = frozenset({"ARDRegression", "BayesianRidge", "HuberRegressor", "NearestCentroid"})


def ranges_for(estimator: EstimatorFacts) -> dict[str, str]:
    """Code of the values to try by hyperparameter, most effective first; empty for what is not worth a search."""
    name = estimator.final_class_name
    if name.endswith(_TUNES_ITSELF) or name in _FREE_OF_CHOICE:
        return {}
    table = _BY_CLASS.get(name, _BY_FAMILY.get(estimator.family, {}))
    known = [(parameter, values) for parameter, values in table.items() if parameter in estimator.tunable]
    return dict(known[:_MOST])


def search_line(estimator: EstimatorFacts) -> str:
    """A sampled search over these ranges, for the model at hand."""
    ranges = {f"{estimator.parameter_prefix}{name}": values for name, values in ranges_for(estimator).items()}
    shown = ", ".join(f"{name!r}: {values}" for name, values in ranges.items())
    size = 1
    for values in ranges.values():
        size *= values.count(",") + 1
    return f"RandomizedSearchCV(model, {{{shown}}}, n_iter={min(CANDIDATES, size)}, random_state=0)"

"""Which hyperparameters shape a model, as against those that say how it is computed."""

from __future__ import annotations

from collections.abc import Iterable

_TREES = frozenset(
    {
        "criterion",
        "max_depth",
        "max_features",
        "max_leaf_nodes",
        "min_samples_leaf",
        "min_samples_split",
        "min_impurity_decrease",
        "ccp_alpha",
        "splitter",
    }
)
_BY_FAMILY: dict[str, frozenset[str]] = {
    "linear": frozenset(
        {
            "C",
            "alpha",
            "l1_ratio",
            "penalty",
            "loss",
            "epsilon",
            "eta0",
            "learning_rate",
            "shrinkage",
            "n_components",
            "lambda_1",
            "alpha_1",
            "power",
        }
    ),
    "tree": _TREES,
    "forest": _TREES | {"n_estimators", "max_samples", "bootstrap", "estimator"},
    "boosting": _TREES
    | {
        "n_estimators",
        "max_iter",
        "iterations",
        "learning_rate",
        "subsample",
        "num_leaves",
        "depth",
        "max_bins",
        "min_child_samples",
        "min_child_weight",
        "l2_regularization",
        "l2_leaf_reg",
        "reg_alpha",
        "reg_lambda",
        "gamma",
        "colsample_bytree",
        "colsample_bylevel",
        "colsample_bynode",
        "subsample_freq",
        "loss",
        "estimator",
    },
    "svm": frozenset({"C", "alpha", "gamma", "kernel", "degree", "coef0", "epsilon", "nu"}),
    "neighbors": frozenset({"n_neighbors", "weights", "metric", "p", "radius", "shrink_threshold"}),
    "bayes": frozenset({"alpha", "var_smoothing", "reg_param", "norm"}),
    "network": frozenset(
        {
            "hidden_layer_sizes",
            "activation",
            "alpha",
            "solver",
            "learning_rate",
            "learning_rate_init",
            "batch_size",
            "max_iter",
            "early_stopping",
        }
    ),
}
_ANY = frozenset().union(*_BY_FAMILY.values())


def tuned_names(family: str, changed: Iterable[str], prefix: str) -> tuple[str, ...]:
    """The hyperparameters that matter to a model of this family and stand apart from their defaults.

    Args:
        family: Of the predictor, as :func:`model_family` tells it.
        changed: Nested names of the parameters that are not at their defaults.
        prefix: What stands before the predictor's own ones; those of estimators inside of it count too.
    """
    own = _BY_FAMILY.get(family, _ANY)
    found = []
    for name in changed:
        if not name.startswith(prefix):
            continue
        inner = name.removeprefix(prefix)
        if inner in own or ("__" in inner and inner.rpartition("__")[2] in _ANY):
            found.append(inner)
    return tuple(found)

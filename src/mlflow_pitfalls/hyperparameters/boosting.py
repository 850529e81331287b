"""Boosting: scikit-learn's, XGBoost, LightGBM and CatBoost."""

from __future__ import annotations

from mlflow_pitfalls.hyperparameters.rows import (
    FREER,
    PENALTY,
    PENALTY_THAT_SPEEDS,
    RAISE,
    RICHER,
    SAMPLED,
    STEP,
    Bound,
    Known,
    Table,
    class_weight,
    log_real,
    log_whole,
    move,
    one_of,
    real,
    whole,
)
from mlflow_pitfalls.hyperparameters.trees import leaf
from mlflow_pitfalls.model.suggestions import Aim

_GRADIENT = "PyCaret 3.4; hyperopt-sklearn"
_HISTOGRAM = "hyperopt-sklearn; LightGBM's ranges of FLAML 2.7 and TabArena 2025"
_ADA = "van Rijn and Hutter 2018: learning rate and depth matter most; PyCaret 3.4"
_XGBOOST = "TabArena 2025; mlr3tuningspaces 0.6; FLAML 2.7; AutoGluon"
_LIGHTGBM = "TabArena 2025; FLAML 2.7; Optuna's LightGBMTuner; AutoGluon"
_CATBOOST = "TabArena 2025; AutoGluon; mljar-supervised; FLAML 2.7"
_BALANCED = (move(Aim.IMBALANCE, "balanced"),)
_ALL = ((None, 1.0),)

_GRADIENT_LINES = (
    log_real("learning_rate", 0.01, 0.3, STEP, ceiling=1.0),
    log_whole("n_estimators", 50, 500, RICHER, floor=1),
    whole("max_depth", 1, 8, RICHER, floor=1, stands_for=((None, 8.0),)),
    real("subsample", 0.5, 1.0, SAMPLED, ceiling=1.0),
    leaf(64),
    log_real("max_features", 0.1, 1.0, SAMPLED, ceiling=1.0, counted=Bound.COLUMNS, stands_for=_ALL),
)
_HISTOGRAM_LINES = (
    log_real("learning_rate", 0.01, 0.3, STEP, ceiling=1.0),
    log_whole("max_iter", 30, 1000, RICHER, floor=1),
    log_whole("max_leaf_nodes", 4, 128, RICHER, floor=2, stands_for=((None, 128.0),)),
    log_whole("min_samples_leaf", 2, 100, PENALTY_THAT_SPEEDS, bound=Bound.LEAF, floor=1),
    log_real("l2_regularization", 1e-4, 10.0, PENALTY),
    real("max_features", 0.3, 1.0, SAMPLED, ceiling=1.0),
)
_ADA_LINES = (
    log_real("learning_rate", 0.01, 2.0, FREER),
    log_whole("n_estimators", 25, 500, RICHER, floor=1),
)
_TREES_ONLY = (("booster", (None, "gbtree", "dart")),)
_XGBOOST_LINES = (
    log_real("learning_rate", 0.005, 0.3, STEP, ceiling=1.0, stands_for=((None, 0.3),), aliases=("eta",)),
    log_whole("n_estimators", 30, 1500, RICHER, floor=1, stands_for=((None, 100.0),)),
    whole("max_depth", 2, 10, RICHER, floor=1, stands_for=((None, 6.0),), when=_TREES_ONLY),
    log_real("min_child_weight", 1e-3, 64.0, PENALTY_THAT_SPEEDS, stands_for=((None, 1.0),), when=_TREES_ONLY),
    real("subsample", 0.5, 1.0, SAMPLED, ceiling=1.0, stands_for=_ALL, when=_TREES_ONLY),
    real("colsample_bytree", 0.4, 1.0, SAMPLED, ceiling=1.0, stands_for=_ALL, when=_TREES_ONLY),
    log_real("reg_lambda", 1e-3, 100.0, PENALTY, stands_for=((None, 1.0),), aliases=("lambda",)),
    log_real("reg_alpha", 1e-4, 10.0, PENALTY, stands_for=((None, 1e-4),)),
)
_BOOSTED = (("boosting_type", ("gbdt", "dart", "goss")), ("boosting", (None, "gbdt", "dart", "goss")))
_LIGHTGBM_LINES = (
    log_real("learning_rate", 0.005, 0.3, STEP, ceiling=1.0, when=_BOOSTED, aliases=("eta", "shrinkage_rate")),
    log_whole(
        "n_estimators",
        30,
        1500,
        RICHER,
        floor=1,
        aliases=("num_iterations", "num_boost_round", "num_trees", "num_round", "num_rounds", "n_iter", "max_iter"),
    ),
    log_whole("num_leaves", 3, 255, RICHER, floor=2, aliases=("num_leaf", "max_leaves", "max_leaf_nodes")),
    log_whole(
        "min_child_samples",
        2,
        100,
        PENALTY_THAT_SPEEDS,
        bound=Bound.LEAF,
        floor=0,
        aliases=("min_data_in_leaf", "min_data_per_leaf", "min_data", "min_samples_leaf"),
    ),
    real("colsample_bytree", 0.4, 1.0, SAMPLED, ceiling=1.0, aliases=("feature_fraction", "sub_feature")),
    real(
        "subsample",
        0.5,
        1.0,
        SAMPLED,
        ceiling=1.0,
        when=(("boosting_type", ("gbdt", "dart")), ("boosting", (None, "gbdt", "dart"))),
        unless=("bagging_freq", "data_sample_strategy"),
        together=(("subsample_freq", 1),),
        aliases=("bagging_fraction", "sub_row", "bagging"),
    ),
    log_real("reg_lambda", 1e-3, 100.0, PENALTY, aliases=("lambda_l2", "l2_regularization", "lambda")),
    log_real("reg_alpha", 1e-3, 10.0, PENALTY, aliases=("lambda_l1", "l1_regularization")),
)
_CATBOOST_LINES = (
    log_real("learning_rate", 0.005, 0.3, STEP, ceiling=1.0, aliases=("eta",)),
    log_whole(
        "iterations",
        50,
        1500,
        RICHER,
        floor=1,
        stands_for=((None, 1000.0),),
        aliases=("n_estimators", "num_boost_round", "num_trees"),
    ),
    whole("depth", 3, 9, RICHER, floor=1, ceiling=16, stands_for=((None, 6.0),), aliases=("max_depth",)),
    log_real("l2_leaf_reg", 1e-3, 30.0, PENALTY, stands_for=((None, 3.0),), aliases=("reg_lambda",)),
    real(
        "rsm",
        0.5,
        1.0,
        SAMPLED,
        ceiling=1.0,
        stands_for=_ALL,
        when=(("task_type", (None, "CPU")),),
        aliases=("colsample_bylevel",),
    ),
)

SCIKIT_BOOSTING: Table = {
    "GradientBoostingClassifier": Known(source=_GRADIENT, lines=_GRADIENT_LINES),
    "GradientBoostingRegressor": Known(source=_GRADIENT, lines=_GRADIENT_LINES),
    "HistGradientBoostingClassifier": Known(source=_HISTOGRAM, lines=(*_HISTOGRAM_LINES, class_weight())),
    "HistGradientBoostingRegressor": Known(source=_HISTOGRAM, lines=_HISTOGRAM_LINES),
    "AdaBoostClassifier": Known(source=_ADA, lines=_ADA_LINES),
    "AdaBoostRegressor": Known(source=_ADA, lines=_ADA_LINES),
}
RESAMPLED_BOOSTING: Table = {"RUSBoostClassifier": Known(source=_ADA, lines=_ADA_LINES)}
_POSITIVE_WEIGHT = log_real(
    "scale_pos_weight",
    1.0,
    1.0,
    (move(Aim.IMBALANCE, RAISE),),
    bound=Bound.RATIO,
    stands_for=((None, 1.0),),
)
XGBOOST: Table = {
    "XGBClassifier": Known(source=_XGBOOST, lines=(*_XGBOOST_LINES, _POSITIVE_WEIGHT)),
    "XGBRegressor": Known(source=_XGBOOST, lines=_XGBOOST_LINES),
    "XGBRanker": Known(source=_XGBOOST, lines=_XGBOOST_LINES),
}
LIGHTGBM: Table = {
    "LGBMClassifier": Known(
        source=_LIGHTGBM,
        lines=(
            *_LIGHTGBM_LINES,
            one_of(
                "class_weight",
                None,
                "balanced",
                moves=_BALANCED,
                unless=("is_unbalance", "unbalance", "scale_pos_weight"),
            ),
        ),
    ),
    "LGBMRegressor": Known(source=_LIGHTGBM, lines=_LIGHTGBM_LINES),
    "LGBMRanker": Known(source=_LIGHTGBM, lines=_LIGHTGBM_LINES),
}
CATBOOST: Table = {
    "CatBoostClassifier": Known(
        source=_CATBOOST,
        lines=(
            *_CATBOOST_LINES,
            one_of(
                "auto_class_weights",
                "None",
                "Balanced",
                moves=(move(Aim.IMBALANCE, "Balanced"),),
                unless=("class_weights", "scale_pos_weight"),
            ),
        ),
    ),
    "CatBoostRegressor": Known(source=_CATBOOST, lines=_CATBOOST_LINES),
}

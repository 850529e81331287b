"""Linear models and discriminants."""

from __future__ import annotations

from mlflow_pitfalls.hyperparameters.rows import (
    LOWER,
    PENALTY,
    PENALTY_THAT_SPEEDS,
    RAISE,
    Bound,
    Known,
    Table,
    against,
    class_weight,
    log_real,
    one_of,
    real,
    whole,
)

_GLMNET = "mlr3tuningspaces 0.6, glmnet: penalty 1e-4..1e4"
_FLAML = "FLAML 2.7"
_INVERSE_PENALTY = against(overfit=LOWER, underfit=RAISE, slow=LOWER)
_SHARE_OF_L1 = real("l1_ratio", 0.01, 1.0, PENALTY, floor=0.0, ceiling=1.0)
_ALPHA = log_real("alpha", 1e-4, 1e4, PENALTY)
_SGD_ALPHA = log_real("alpha", 1e-7, 1e-1, PENALTY)
_SGD_PENALTY = one_of("penalty", "l2", "l1", "elasticnet")
_SGD_RATIO = real(
    "l1_ratio", 0.0, 1.0, PENALTY, floor=0.0, ceiling=1.0, when=(("penalty", ("elasticnet",)),), dormant=True
)
_TUNES_ITSELF = Known(note="It chooses its penalty itself; there is nothing left to tune.")
_BAYESIAN = Known(note="It estimates its penalty from the training rows; there is nothing left to tune.")
_LEAST_SQUARES = Known(note="Least squares has nothing to tune: take Ridge, which has a penalty.")
# The two whose losses give probabilities stay among themselves: a script may ask for them.
_PROBABILITIES = ("log_loss", "modified_huber")

LINEAR: Table = {
    "LogisticRegression": Known(
        source=f"{_GLMNET}; TabArena 2025: C 0.1..1000; {_FLAML}",
        lines=(
            log_real("C", 1e-4, 1e4, _INVERSE_PENALTY),
            class_weight(),
            real(
                "l1_ratio",
                0.0,
                1.0,
                PENALTY,
                floor=0.0,
                ceiling=1.0,
                when=(("solver", ("saga",)), ("penalty", ("deprecated", "elasticnet"))),
                dormant=True,
            ),
        ),
    ),
    "Ridge": Known(source=_GLMNET, lines=(_ALPHA,)),
    "RidgeClassifier": Known(source=_GLMNET, lines=(_ALPHA, class_weight())),
    "Lasso": Known(
        source=f"{_GLMNET}; {_FLAML}: elastic net 1e-4..1",
        lines=(log_real("alpha", 1e-5, 10.0, PENALTY_THAT_SPEEDS),),
    ),
    "LassoLars": Known(source=_GLMNET, lines=(log_real("alpha", 1e-5, 10.0, PENALTY_THAT_SPEEDS),)),
    "ElasticNet": Known(
        source=f"{_GLMNET}; {_FLAML}",
        lines=(log_real("alpha", 1e-5, 10.0, PENALTY_THAT_SPEEDS), _SHARE_OF_L1),
    ),
    "MultiTaskLasso": Known(source=_GLMNET, lines=(log_real("alpha", 1e-5, 10.0, PENALTY_THAT_SPEEDS),)),
    "MultiTaskElasticNet": Known(
        source=_GLMNET, lines=(log_real("alpha", 1e-5, 10.0, PENALTY_THAT_SPEEDS), _SHARE_OF_L1)
    ),
    "SGDClassifier": Known(
        source=f"{_FLAML}; hyperopt-sklearn",
        lines=(
            _SGD_ALPHA,
            one_of("loss", *_PROBABILITIES, when=(("loss", _PROBABILITIES),)),
            one_of("loss", "hinge", *_PROBABILITIES, when=(("loss", ("hinge", "squared_hinge", "perceptron")),)),
            _SGD_PENALTY,
            class_weight(),
            _SGD_RATIO,
        ),
    ),
    "SGDRegressor": Known(
        source=f"{_FLAML}; hyperopt-sklearn",
        lines=(
            _SGD_ALPHA,
            one_of("loss", "squared_error", "huber", "epsilon_insensitive"),
            _SGD_PENALTY,
            _SGD_RATIO,
        ),
    ),
    "Perceptron": Known(
        source="as of SGDClassifier; its default has no penalty at all",
        lines=(_SGD_ALPHA, _SGD_PENALTY, class_weight(), _SGD_RATIO),
    ),
    "LinearSVC": Known(
        source=f"{_FLAML}: C 2^-5..2^15; LIBLINEAR's guide",
        lines=(log_real("C", 1e-4, 1e3, _INVERSE_PENALTY), class_weight()),
    ),
    "LinearSVR": Known(
        source=f"{_FLAML}: C 2^-5..2^15; LIBLINEAR's guide",
        lines=(
            log_real("C", 1e-4, 1e3, _INVERSE_PENALTY),
            log_real("epsilon", 1e-3, 1.0, PENALTY_THAT_SPEEDS),
        ),
    ),
    "HuberRegressor": Known(
        source="penalty as of ridge; Huber 1981: 1.35 is 95 % efficient",
        lines=(log_real("alpha", 1e-6, 1e2, PENALTY), real("epsilon", 1.05, 3.0, floor=1.0)),
    ),
    "PoissonRegressor": Known(source=_GLMNET, lines=(_ALPHA,)),
    "GammaRegressor": Known(source=_GLMNET, lines=(_ALPHA,)),
    "TweedieRegressor": Known(source=_GLMNET, lines=(_ALPHA,)),
    "QuantileRegressor": Known(source=_GLMNET, lines=(log_real("alpha", 1e-5, 1e1, PENALTY),)),
    "LinearDiscriminantAnalysis": Known(
        source="Ledoit and Wolf 2004: a share of the identity in the covariance",
        lines=(
            real(
                "shrinkage",
                0.0,
                1.0,
                PENALTY,
                floor=0.0,
                ceiling=1.0,
                when=(("solver", ("lsqr", "eigen")),),
                dormant=True,
            ),
        ),
    ),
    "QuadraticDiscriminantAnalysis": Known(
        source="Friedman 1989, regularised discriminant analysis",
        lines=(real("reg_param", 1e-3, 1.0, PENALTY, floor=0.0, ceiling=1.0),),
    ),
    "PLSRegression": Known(
        source="the number of components is the model's only freedom",
        lines=(whole("n_components", 1, 30, against(overfit=LOWER, underfit=RAISE), bound=Bound.COMPONENTS, floor=1),),
    ),
    "LinearRegression": _LEAST_SQUARES,
    "RidgeCV": _TUNES_ITSELF,
    "RidgeClassifierCV": _TUNES_ITSELF,
    "LassoCV": _TUNES_ITSELF,
    "LassoLarsCV": _TUNES_ITSELF,
    "LassoLarsIC": _TUNES_ITSELF,
    "LarsCV": _TUNES_ITSELF,
    "ElasticNetCV": _TUNES_ITSELF,
    "MultiTaskLassoCV": _TUNES_ITSELF,
    "MultiTaskElasticNetCV": _TUNES_ITSELF,
    "OrthogonalMatchingPursuitCV": _TUNES_ITSELF,
    "LogisticRegressionCV": _TUNES_ITSELF,
    "BayesianRidge": _BAYESIAN,
    "ARDRegression": _BAYESIAN,
}

"""Kernel machines, neighbours, naive Bayes, and networks."""

from __future__ import annotations

from mlflow_pitfalls.hyperparameters.rows import (
    FREER,
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
    log_whole,
    move,
    one_of,
    whole,
)
from mlflow_pitfalls.model.suggestions import Aim

_SVM = "mlr3tuningspaces 0.6: C, gamma 1e-4..1e4; van Rijn and Hutter 2018: gamma matters more than C"
_KNN = "mlr3tuningspaces 0.6: k 1..50; TabArena 2025"
_BAYES = "PyCaret 3.4"
_NETWORK = "PyCaret 3.4; hyperopt-sklearn"
_INVERSE_PENALTY = against(overfit=LOWER, underfit=RAISE, slow=LOWER)
_CURVED = ("rbf", "poly", "sigmoid")
_GAMMA = log_real("gamma", 1e-4, 1e1, _INVERSE_PENALTY, when=(("kernel", _CURVED),))
_COST = log_real("C", 1e-2, 1e3, _INVERSE_PENALTY)
_DEGREE = whole("degree", 2, 4, _INVERSE_PENALTY, when=(("kernel", ("poly",)),), dormant=True)
_NEIGHBOURS = log_whole("n_neighbors", 1, 50, PENALTY, bound=Bound.ROWS, floor=1)
_EUCLIDEAN = (("metric", ("minkowski",)),)
_POWER = one_of("p", 1, 2, moves=against(slow=2), when=_EUCLIDEAN)
_SMOOTHING = log_real("alpha", 1e-3, 1e2, PENALTY)
_STEPPING = (("solver", ("adam", "sgd")),)
_LAYERS = one_of(
    "hidden_layer_sizes",
    (32,),
    (64,),
    (128,),
    (256,),
    (64, 64),
    (128, 64),
    (128, 128),
    moves=against(overfit=(32,), underfit=(128, 128), slow=(32,)),
)
_NET = (
    log_real("learning_rate_init", 1e-4, 3e-2, against(underfit=RAISE, slow=RAISE), when=_STEPPING),
    log_real("alpha", 1e-7, 1.0, PENALTY),
    _LAYERS,
    log_whole("batch_size", 16, 256, against(slow=RAISE), bound=Bound.ROWS, when=_STEPPING),
    one_of("activation", "relu", "tanh"),
    one_of(
        "early_stopping",
        False,
        True,
        moves=against(overfit=True, underfit=False, slow=True),
        bound=Bound.VALIDATION,
        when=_STEPPING,
    ),
)


def _weights() -> tuple[str, str]:
    return "uniform", "distance"


_BY_DISTANCE = one_of(
    "weights",
    *_weights(),
    moves=(*against(overfit="uniform", underfit="distance"), move(Aim.IMBALANCE, "distance")),
)
_WEIGHTS = one_of("weights", *_weights(), moves=against(overfit="uniform", underfit="distance"))

KERNELS: Table = {
    "SVC": Known(source=_SVM, lines=(_GAMMA, _COST, class_weight(), _DEGREE)),
    "NuSVC": Known(source=_SVM, lines=(_GAMMA, class_weight(), _DEGREE)),
    "SVR": Known(source=_SVM, lines=(_GAMMA, _COST, log_real("epsilon", 1e-3, 1.0, PENALTY_THAT_SPEEDS), _DEGREE)),
    "NuSVR": Known(source=_SVM, lines=(_GAMMA, _COST, _DEGREE)),
    "KernelRidge": Known(
        source="penalty as of ridge, gamma as of the SVM",
        lines=(
            log_real("alpha", 1e-5, 1e2, PENALTY),
            log_real(
                "gamma", 1e-4, 1e1, FREER, when=(("kernel", ("rbf", "laplacian", "poly", "polynomial")),), dormant=True
            ),
        ),
    ),
    "KNeighborsClassifier": Known(source=_KNN, lines=(_NEIGHBOURS, _BY_DISTANCE, _POWER)),
    "KNeighborsRegressor": Known(source=_KNN, lines=(_NEIGHBOURS, _WEIGHTS, _POWER)),
    "NearestCentroid": Known(
        source="Tibshirani et al. 2002, nearest shrunken centroids",
        lines=(log_real("shrink_threshold", 1e-2, 1e1, PENALTY, when=(("metric", ("euclidean", "manhattan")),)),),
    ),
    "GaussianNB": Known(source=f"{_BAYES}: 1e-9..1", lines=(log_real("var_smoothing", 1e-12, 1.0, PENALTY),)),
    "MultinomialNB": Known(source=f"{_BAYES}: 1e-3..10", lines=(_SMOOTHING, one_of("fit_prior", True, False))),
    "BernoulliNB": Known(source=f"{_BAYES}: 1e-3..10", lines=(_SMOOTHING, one_of("fit_prior", True, False))),
    "CategoricalNB": Known(source=f"{_BAYES}: 1e-3..10", lines=(_SMOOTHING, one_of("fit_prior", True, False))),
    "ComplementNB": Known(source="Rennie et al. 2003", lines=(_SMOOTHING, one_of("norm", False, True))),
    "MLPClassifier": Known(source=_NETWORK, lines=_NET),
    "MLPRegressor": Known(source=_NETWORK, lines=_NET),
    "DummyClassifier": Known(note="A dummy has nothing to tune."),
    "DummyRegressor": Known(note="A dummy has nothing to tune."),
    "GaussianProcessClassifier": Known(note="It fits the parameters of its kernel itself, by their likelihood."),
    "GaussianProcessRegressor": Known(
        source="noise of the target, as of ridge", lines=(log_real("alpha", 1e-10, 1.0, PENALTY),)
    ),
}

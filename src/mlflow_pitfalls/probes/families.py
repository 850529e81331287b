"""Quick models of every family but the dummy, with their defaults: what a first afternoon with the data would try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mlflow_pitfalls.capture.statistics.metric_specs import MetricSpec
from mlflow_pitfalls.model.values import Task

_TREES = 50
_NEIGHBOURS = 15
_MAX_ITER = 1_000  # of solvers that stop by themselves long before
_EPOCHS = 500
_LEAF = 5  # rows of a single tree's leaf: one that memorises is no fair prototype
_SEED_RANGE = 2**31
_PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True)
class QuickModel:
    """One quick model.

    Attributes:
        name: What the leaderboard calls it: the class that does the work.
        family: As in the record's estimator facts.
        seconds: About what a fit of 1 000 rows with 20 columns takes; only the proportions matter.
        build: A new, unfitted estimator.
    """

    name: str
    family: str
    seconds: float
    build: Callable[[], Any]


def quick_models(task: Task, metric: MetricSpec, seed: int) -> list[QuickModel]:
    """Every quick model that is installed, cheapest first.

    Args:
        task: Binary, multiclass or regression.
        metric: The score to come: where it needs probabilities, each model gives some.
        seed: Of every random state.
    """
    state = seed % _SEED_RANGE
    makers = _regressors(state) if task is Task.REGRESSION else _classifiers(metric, state)
    models = [*makers, *_boosting(task, state)]
    return sorted(models, key=lambda model: model.seconds)


def _quick(family: str, seconds: float, made: Any, /, **options: Any) -> QuickModel:
    return QuickModel(made.__name__, family, seconds, partial(made, **options))


def _classifiers(metric: MetricSpec, state: int) -> Iterator[QuickModel]:
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.tree import DecisionTreeClassifier

    yield _quick("bayes", 0.01, GaussianNB)
    yield _quick("neighbors", 0.03, KNeighborsClassifier, n_neighbors=_NEIGHBOURS)
    yield _quick("tree", 0.03, DecisionTreeClassifier, min_samples_leaf=_LEAF, random_state=state)
    yield _quick("linear", 0.04, LogisticRegression, max_iter=_MAX_ITER, random_state=state)
    yield QuickModel("SVC", "svm", 0.1, partial(_support_vectors, metric, state))
    yield _quick("forest", 0.2, ExtraTreesClassifier, n_estimators=_TREES, random_state=state)
    yield _quick("forest", 0.25, RandomForestClassifier, n_estimators=_TREES, random_state=state)
    yield _quick("network", 0.3, MLPClassifier, max_iter=_EPOCHS, early_stopping=True, random_state=state)
    yield _quick("boosting", 0.5, HistGradientBoostingClassifier, random_state=state)


def _support_vectors(metric: MetricSpec, state: int) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    model = SVC(random_state=state)
    return CalibratedClassifierCV(model, ensemble=False, cv=3) if metric.needs == "probabilities" else model


def _regressors(state: int) -> Iterator[QuickModel]:
    from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.svm import SVR
    from sklearn.tree import DecisionTreeRegressor

    network = partial(MLPRegressor, max_iter=_EPOCHS, early_stopping=True, random_state=state)
    yield _quick("linear", 0.01, RidgeCV, alphas=_PENALTIES)
    yield _quick("neighbors", 0.03, KNeighborsRegressor, n_neighbors=_NEIGHBOURS)
    yield _quick("tree", 0.03, DecisionTreeRegressor, min_samples_leaf=_LEAF, random_state=state)
    yield QuickModel("SVR", "svm", 0.1, partial(_on_scaled_target, SVR))
    yield _quick("forest", 0.25, ExtraTreesRegressor, n_estimators=_TREES, random_state=state)
    yield QuickModel("MLPRegressor", "network", 0.3, partial(_on_scaled_target, network))
    yield _quick("forest", 0.4, RandomForestRegressor, n_estimators=_TREES, random_state=state)
    yield _quick("boosting", 0.5, HistGradientBoostingRegressor, random_state=state)


def _on_scaled_target(build: Callable[[], Any]) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return TransformedTargetRegressor(build(), transformer=StandardScaler())


def _boosting(task: Task, state: int) -> Iterator[QuickModel]:
    """The libraries that users install besides; on one core, silent, and imported only when their turn comes."""
    kind = "Regressor" if task is Task.REGRESSION else "Classifier"
    for package, name, silent in (("xgboost", f"XGB{kind}", 0), ("lightgbm", f"LGBM{kind}", -1)):
        if find_spec(package):
            yield QuickModel(name, "boosting", 0.15, partial(_imported, package, name, silent, state))


def _imported(package: str, name: str, silent: int, state: int) -> Any:
    return getattr(import_module(package), name)(n_jobs=1, verbosity=silent, random_state=state)

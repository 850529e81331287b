from __future__ import annotations

import importlib
import random
import warnings
from functools import cache

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from mlflow_pitfalls.hyperparameters.catalogue import TABLES
from mlflow_pitfalls.model.suggestions import Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.spaces import space_of

ROWS = 150
ENTRIES = [(package, name) for package, table in TABLES.items() for name in table]
_QUICK = ("iterations", "n_estimators", "max_iter")
_FEW = 5  # rounds of what takes a budget
_SUBMODULES = {
    "sklearn": [
        "linear_model",
        "svm",
        "neighbors",
        "naive_bayes",
        "neural_network",
        "dummy",
        "gaussian_process",
        "kernel_ridge",
        "tree",
        "ensemble",
        "discriminant_analysis",
        "cross_decomposition",
        "preprocessing",
        "impute",
        "decomposition",
        "feature_selection",
        "kernel_approximation",
        "feature_extraction",
        "feature_extraction.text",
        "frozen",
    ],
    "imblearn": ["over_sampling", "under_sampling", "combine", "ensemble"],
}


def class_of(package: str, name: str) -> type:
    for sub in _SUBMODULES.get(package, [""]):
        module = importlib.import_module(f"{package}.{sub}".rstrip("."))
        if hasattr(module, name):
            return getattr(module, name)
    raise AssertionError(f"{package} has no {name}")


def built(package: str, name: str):
    """The estimator with small budgets; what its constructor asks for is given."""
    from sklearn.linear_model import LogisticRegression

    kind = class_of(package, name)
    needed = {
        "FrozenEstimator": {"estimator": LogisticRegression()},
        "RFE": {"estimator": LogisticRegression(max_iter=1000)},
        "InstanceHardnessThreshold": {"estimator": LogisticRegression(max_iter=1000)},
        "SMOTENC": {"categorical_features": [0]},
        "CatBoostClassifier": {"allow_writing_files": False, "verbose": 0, "thread_count": 1},
        "CatBoostRegressor": {"allow_writing_files": False, "verbose": 0, "thread_count": 1},
        "LGBMClassifier": {"verbose": -1, "n_jobs": 1},
        "LGBMRegressor": {"verbose": -1, "n_jobs": 1},
        "LGBMRanker": {"verbose": -1, "n_jobs": 1},
    }.get(name, {})
    return kind(**needed)


@cache
def table(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """150 rows; two classes with 30 rows of the rarer one, three of 50, or numbers."""
    if task is Task.REGRESSION:
        X, y = load_diabetes(return_X_y=True)
        return X[:ROWS], y[:ROWS]
    if task is Task.MULTICLASS:
        return load_iris(return_X_y=True)
    X, y = load_breast_cancer(return_X_y=True)
    rows = np.r_[np.flatnonzero(y == 1)[: ROWS - 30], np.flatnonzero(y == 0)[:30]]
    return X[rows] / X[rows].max(axis=0), y[rows]


def counts_of(task: Task) -> list[int] | None:
    return None if task is Task.REGRESSION else np.bincount(table(task)[1]).tolist()


def corner(space: SearchSpace, *, top: bool) -> dict[str, Value]:
    """Every parameter at its least, or at its greatest value."""
    return _whole_of(space, {found.name: _end(found, top=top) for found in space.parameters})


def drawn(space: SearchSpace, seed: int) -> dict[str, Value]:
    """A random point."""
    chance = random.Random(seed)
    return _whole_of(space, {found.name: _draw(found, chance) for found in space.parameters})


def _end(parameter: Parameter, *, top: bool) -> Value:
    if parameter.kind is Kind.CATEGORY:
        return parameter.choices[-1 if top else 0]
    value = parameter.high if top else parameter.low
    assert value is not None
    return int(value) if parameter.kind is Kind.INTEGER else float(value)


def _draw(parameter: Parameter, chance: random.Random) -> Value:
    if parameter.kind is Kind.CATEGORY:
        return chance.choice(parameter.choices)
    assert parameter.low is not None and parameter.high is not None
    low, high = parameter.low, parameter.high
    value = float(np.exp(chance.uniform(np.log(low), np.log(high)))) if parameter.log else chance.uniform(low, high)
    value = min(max(value, low), high)
    return round(value) if parameter.kind is Kind.INTEGER else value


def _whole_of(space: SearchSpace, values: dict[str, Value]) -> dict[str, Value]:
    """Without what its conditions switch off, and with what has to be set together."""
    active = {
        found.name: values[found.name]
        for found in space.parameters
        if all(values.get(name) == value for name, value in found.when)
    }
    together = {name: value for found in space.parameters if found.name in active for name, value in found.together}
    return {**active, **together}


def quietly(call, *arguments):
    """Calls, with the warnings of estimators on tiny data aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments)


def fitted(estimator, point: dict[str, Value], task: Task):
    """Fits a clone at this point, on few rounds, with the warnings of tiny data aside."""
    X, y = table(task)
    model = clone(estimator).set_params(**point)
    own = model.get_params(deep=False)
    model.set_params(**{name: _FEW for name in _QUICK if (own.get(name) or 0) > _FEW})
    call = getattr(model, "fit_resample", None) or model.fit
    more = {"group": [len(y)]} if "Ranker" in type(model).__name__ else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call(X, y, **more)


def tasks_of(name: str) -> list[Task]:
    if name.endswith(("Regressor", "SVR", "Ridge", "Lasso", "LassoLars", "ElasticNet", "Regression", "CatBoost")):
        return [Task.REGRESSION] if name != "LogisticRegression" else [Task.BINARY, Task.MULTICLASS]
    if name in ("NuSVC", "QuadraticDiscriminantAnalysis"):  # at their defaults they raise on few rows of one class
        return [Task.MULTICLASS]
    return [Task.BINARY] if name.startswith(("SMOTE", "XGBRanker", "LGBMRanker")) else [Task.BINARY, Task.MULTICLASS]


@pytest.mark.parametrize(("package", "name"), ENTRIES)
def test_every_entry_is_a_real_estimator_with_these_parameters(package, name):
    estimator = built(package, name)
    space = space_of(estimator, task=Task.BINARY, class_counts=[120, 30], rows=150, columns=10)
    entry = TABLES[package][name]
    assert space.origin == ("table" if space.parameters else "none")
    assert bool(entry.lines) == bool(entry.source)
    for point in (corner(space, top=False), corner(space, top=True), drawn(space, 1)):
        clone(estimator).set_params(**point)
    for found in space.parameters:
        assert found.source
        if found.kind is Kind.CATEGORY:
            assert len(found.choices) > 1
            continue
        assert found.low < found.high
        assert not found.log or found.low > 0
        assert found.start is None or found.low <= found.start <= found.high


SEARCHED = [(package, name) for package, name in ENTRIES if TABLES[package][name].lines]
QUICK = [
    entry for entry in ENTRIES if entry[1] in ("LogisticRegression", "SVC", "KNeighborsClassifier", "Ridge", "PCA")
]


@pytest.mark.parametrize(("package", "name"), QUICK)
def test_it_fits_at_the_corners(package, name):
    fits_everywhere(package, name, draws=1)


@pytest.mark.slow
@pytest.mark.parametrize(("package", "name"), SEARCHED)
def test_every_entry_fits_at_the_corners_and_between(package, name):
    fits_everywhere(package, name, draws=2)


# Fitted in tests of their own, or on other data than a table of numbers.
NOT_ON_A_TABLE = frozenset(
    {
        "CountVectorizer",
        "TfidfVectorizer",
        "HashingVectorizer",
        "FeatureHasher",
        "DictVectorizer",
        "LabelEncoder",
        "FrozenEstimator",
        "SMOTENC",
        "GammaRegressor",
        "MultiTaskLasso",
        "MultiTaskElasticNet",
    }
)


def fits_everywhere(package: str, name: str, *, draws: int) -> None:
    if name in NOT_ON_A_TABLE:
        return
    estimator = built(package, name)
    for task in tasks_of(name):
        X, y = table(task)
        space = space_of(estimator, task=task, class_counts=counts_of(task), rows=len(y), columns=X.shape[1])
        points = [corner(space, top=False), corner(space, top=True), *(drawn(space, seed) for seed in range(draws))]
        for point in points:
            fitted(estimator, point, task)

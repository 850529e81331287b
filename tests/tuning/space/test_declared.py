from __future__ import annotations

import inspect
import warnings
from numbers import Integral, Real

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.utils import all_estimators
from sklearn.utils._param_validation import Interval, StrOptions

from mlflow_pitfalls.model.suggestions import Aim, Kind
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.space.anatomy import Part, Role, is_search, own_parameters
from mlflow_pitfalls.tuning.space.declared import MAX_DECLARED, declared_parameters
from mlflow_pitfalls.tuning.space.sizes import Sizes
from mlflow_pitfalls.tuning.space.spaces import space_of

SCIKIT = [kind for _, kind in all_estimators()]
ASK_FOR_AN_ESTIMATOR = {
    "estimator": LogisticRegression(),
    "estimators": [("a", LogisticRegression())],
    "steps": [("a", LogisticRegression())],
    "transformers": [],
    "transformer_list": [],
    "param_grid": {"C": [1.0]},
    "param_distributions": {"C": [1.0]},
    "dictionary": np.eye(3),
}


def built(kind):

    needed = [
        name
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    if kind.__name__ == "SelfTrainingClassifier":  # asks for one in its validation only
        needed.append("estimator")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # classes that scikit-learn is about to drop
        return kind(**{name: ASK_FOR_AN_ESTIMATOR[name] for name in needed})


def declared(estimator, **sizes):
    part = Part(estimator, "", Role.MODEL, Sizes(Task.UNKNOWN, **sizes), own_parameters(estimator), False)
    return declared_parameters(part)


def values_of(parameter):
    if parameter.kind is Kind.CATEGORY:
        return parameter.choices
    middle = (parameter.low * parameter.high) ** 0.5 if parameter.log else (parameter.low + parameter.high) / 2
    numbers = (parameter.low, middle, parameter.high)
    return tuple(int(number) if parameter.kind is Kind.INTEGER else float(number) for number in numbers)


@pytest.mark.parametrize("kind", SCIKIT, ids=lambda kind: kind.__name__)
def test_all_of_scikit_learn_takes_what_is_read_off_its_declarations(kind):
    estimator = built(kind)
    found = declared(estimator, rows=100, columns=8)
    assert len(found) <= MAX_DECLARED
    for parameter in found:
        assert parameter.kind is Kind.CATEGORY or parameter.low < parameter.high
        assert not parameter.log or parameter.low > 0
        assert parameter.name not in ("random_state", "n_jobs", "verbose", "warm_start", "tol", "max_iter")
        for value in values_of(parameter):
            changed = built(kind).set_params(**{parameter.name: value})
            changed._validate_params()


@pytest.mark.parametrize("kind", SCIKIT, ids=lambda kind: kind.__name__)
def test_every_estimator_of_scikit_learn_has_a_space_or_a_reason(kind):
    estimator = built(kind)
    space = space_of(estimator, task=Task.BINARY, rows=100, columns=8, class_counts=[70, 30])
    assert space.parameters or space.origin == "none"
    names = getattr(estimator, "estimator", estimator).get_params() if is_search(estimator) else estimator.get_params()
    assert all(parameter.name in names for parameter in space.parameters)


class Foreign(BaseEstimator):
    _parameter_constraints: dict = {  # noqa: RUF012
        "depth": [Interval(Integral, 1, None, closed="left"), None],
        "share": [Interval(Real, 0.0, 1.0, closed="neither")],
        "shift": [Interval(Real, None, None, closed="neither")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "kind": [StrOptions({"a", "b", "precomputed"})],
        "flag": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(self, depth=None, share=0.5, shift=0.0, class_weight=None, kind="a", flag=True, random_state=None):
        self.depth, self.share, self.shift, self.flag = depth, share, shift, flag
        self.class_weight, self.kind, self.random_state = class_weight, kind, random_state

    def fit(self, X, y):
        return self


def test_an_estimator_of_the_users_own():
    space = space_of(Foreign(), task=Task.BINARY)
    found = {parameter.name: parameter for parameter in space.parameters}
    assert space.origin == "constraints" and "what it declares as allowed" in space.note
    assert list(found) == ["depth", "share", "shift", "class_weight", "kind", "flag"]
    assert found["depth"].kind is Kind.INTEGER and found["depth"].low >= 1
    assert 0 < found["share"].low < found["share"].high < 1
    assert found["shift"].low < 0 < found["shift"].high
    assert found["class_weight"].choices == (None, "balanced")
    assert found["class_weight"].moves[0].aim is Aim.IMBALANCE
    assert found["kind"].choices == ("a", "b")


@given(radius=st.floats(1e-90, 1e14), p=st.integers(1, 10**9))
def test_the_present_value_lies_inside(radius, p):
    found = {parameter.name: parameter for parameter in declared(RadiusNeighborsClassifier(radius=radius, p=p))}
    for name, value in (("radius", radius), ("p", p)):
        assert found[name].low <= value <= found[name].high
        assert found[name].start == found[name].current == value


def test_rows_bound_what_counts_them():
    found = {parameter.name: parameter for parameter in declared(KMeans(), rows=12, columns=2)}
    assert found["n_clusters"].high == 11

"""Small programs of users: which data they take, what they call, and what came of it, told to the last bit."""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from tests.guarantees.hostile import TABLES, Untouchable
from tests.guarantees.hostile_targets import TARGETS, WEIGHTS

SIZES = (0, 1, 2, 25, 60)
SHORT = 8  # items that are told one by one
_ADDRESS = re.compile(r"0x[0-9a-f]+")


class Taking(ClassifierMixin, BaseEstimator):
    """Takes whatever it is given, and answers always the same."""

    def fit(self, X, y=None, sample_weight=None):
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X):
        return np.zeros(_length(X), dtype=int)

    def predict_proba(self, X):
        return np.full((_length(X), 2), 0.5)

    def score(self, X, y, sample_weight=None):
        return 0.5


class TakingNumbers(RegressorMixin, BaseEstimator):
    """The same for regression, with parameters that raise."""

    def __init__(self, odd: Any = None) -> None:
        self.odd = odd

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        raise RuntimeError("parameters")

    def fit(self, X, y=None, sample_weight=None):
        return self

    def predict(self, X):
        return np.zeros(_length(X))

    def score(self, X, y, sample_weight=None):
        return float("nan")


class Hiding(Taking):
    """The same with attributes that raise."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        raise RuntimeError("str")

    __repr__ = __str__


MODELS: dict[str, Callable[[], Any]] = {
    "taking": Taking,
    "taking numbers": TakingNumbers,
    "hiding": Hiding,
    "tree": lambda: DecisionTreeClassifier(max_depth=2, random_state=0),
    "boosting": lambda: HistGradientBoostingRegressor(max_iter=2, random_state=0),
    "linear": lambda: make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=5)),
    "dummy": lambda: DummyClassifier(strategy="most_frequent"),
    "clusters": lambda: KMeans(2, n_init=1, random_state=0),
}
METRICS = (metrics.accuracy_score, metrics.f1_score, metrics.r2_score, metrics.log_loss, metrics.confusion_matrix)


@dataclass(frozen=True)
class Case:
    """One program of the user's: which data, and what is called with them."""

    table: str
    target: str
    weight: str
    model: str
    rows: int
    held_out: int
    splits: bool
    seed: int

    def data(self) -> list[Any]:
        """Training and held-out table, target and weight; the same for the same case."""
        made = []
        for rows, seed in ((self.rows, self.seed), (self.held_out, self.seed + 1)):
            rng = np.random.default_rng(seed)
            made += [TABLES[self.table](rows, rng), TARGETS[self.target](rows, rng), WEIGHTS[self.weight](rows, rng)]
        return made

    def play(self, data: list[Any]) -> list[str]:
        """What each of the calls returned or raised, as text that tells any difference."""
        x, y, weight, x_test, y_test, weight_test = data
        told: list[str] = []
        if self.splits:
            parts = _tried(told, lambda: train_test_split(x, y, random_state=0))
            x, x_test, y, y_test = parts if parts is not None else (x, x_test, y, y_test)
        model = MODELS[self.model]()
        weights = {} if weight is None else {"sample_weight": weight}
        _tried(told, lambda: model.fit(x, y, **weights) is model)
        guessed = _tried(told, lambda: model.predict(x_test))
        _tried(told, lambda: model.predict_proba(x_test))
        for metric in METRICS:
            _tried(told, lambda metric=metric: metric(y_test, guessed))
        _tried(told, lambda: model.score(x_test, y_test, **({} if weight is None else {"sample_weight": weight_test})))
        return told


CASES = st.builds(
    Case,
    table=st.sampled_from(sorted(TABLES)),
    target=st.sampled_from(sorted(TARGETS)),
    weight=st.sampled_from(sorted(WEIGHTS)),
    model=st.sampled_from(sorted(MODELS)),
    rows=st.sampled_from(SIZES),
    held_out=st.sampled_from(SIZES),
    splits=st.booleans(),
    seed=st.integers(0, 9),
)


def _length(data: Any) -> int:
    return data.shape[0] if hasattr(data, "shape") else len(data)


def _tried(told: list[str], call: Callable[[], Any]) -> Any:
    try:
        found = call()
    except Exception as error:
        told.append(f"{type(error).__name__}: {_text(error.args)}")
        return None
    told.append(digest(found))
    return found


def _text(value: object) -> str:
    try:
        return _ADDRESS.sub("", repr(value))
    except Exception as error:
        return type(error).__name__


def digest(value: Any) -> str:
    """Tells whether two values are alike to the last bit; for what cannot be read, which kind of object it is."""
    if type(value) is Untouchable:
        return "untouchable"
    if type(value) in (list, tuple) and len(value) <= SHORT:
        return f"{type(value)} {[digest(item) for item in value]}"
    if isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray) and value.dtype != object:
        plain = np.asarray(value)
        # Long doubles have bytes that mean nothing.
        raw = np.ascontiguousarray(plain.astype(float) if plain.dtype == np.longdouble else plain).tobytes()
        parts: Any = (type(value), value.dtype, value.shape, value.strides, value.flags.writeable, raw)
    elif sp.issparse(value):
        parts = (type(value), value.dtype, value.shape, value.copy().toarray().tobytes())
    elif isinstance(value, pd.DataFrame | pd.Series):
        columns = [column for _, column in pd.DataFrame(value).items()]
        kinds = [_text(column.dtype) for column in columns]
        cells = [_column(one) for one in columns]
        parts = (type(value), value.shape, kinds, cells, [digest(axis) for axis in value.axes], value.attrs)
    elif isinstance(value, pd.Index | pd.api.extensions.ExtensionArray):
        parts = (type(value), _text(value.dtype), _text(list(value)), _text(getattr(value, "names", None)))
    else:
        parts = _cells(value)
    return hashlib.sha256(_text(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _column(values: pd.Series) -> str:
    """Not as a pickle: arrays of pandas' own keep there what it has computed of them."""
    plain = isinstance(values.dtype, np.dtype) and values.dtype != object
    return digest(values.to_numpy()) if plain else _text(values.tolist())


def _cells(value: Any) -> str:
    try:
        return hashlib.sha256(pickle.dumps(value, 5)).hexdigest()
    except Exception:
        return type(value).__name__

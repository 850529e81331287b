"""An unfitted copy of whatever was fitted: quiet, seeded, on one core, and the original as it was."""

from __future__ import annotations

import numpy as np
import pytest
from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.probes.copying import CannotCopyError, quiet_copy

X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)


class Mine(ClassifierMixin, BaseEstimator):
    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return np.random.choice(self.classes_, len(x))


def test_verbose_parallel_unseeded_and_warm_become_quiet():
    forest = RandomForestClassifier(n_estimators=7, n_jobs=-1, verbose=2, warm_start=True)
    copy = quiet_copy(forest, 3)
    chosen = ("n_estimators", "n_jobs", "verbose", "warm_start", "random_state")
    assert [copy.get_params()[name] for name in chosen] == [7, 1, 0, False, 3]
    assert [forest.get_params()[name] for name in chosen] == [7, -1, 2, True, None]


def test_a_seed_of_the_users_stays():
    assert quiet_copy(RandomForestClassifier(random_state=11), 3).random_state == 11


def test_nested_parts_and_splitters_are_seeded_too(tmp_path):
    stack = StackingClassifier(
        [("bag", BaggingClassifier(DecisionTreeClassifier()))],
        cv=KFold(2, shuffle=True),
        final_estimator=LogisticRegression(),
    )
    pipeline = make_pipeline(StandardScaler(), stack, memory=str(tmp_path))
    copy = quiet_copy(pipeline, 5)
    inner = copy[-1].estimators[0][1]
    assert copy.memory is None
    assert (inner.random_state, inner.estimator.random_state, copy[-1].cv.random_state) == (5, 5, 5)
    assert stack.cv.random_state is None and stack.estimators[0][1].random_state is None
    before = np.random.get_state()[1].copy()
    copy.fit(X, Y)
    assert (np.random.get_state()[1] == before).all()


def test_of_a_search_the_chosen_estimator():
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(X, Y)
    copy = quiet_copy(search, 0)
    assert isinstance(copy, DecisionTreeClassifier) and copy.max_depth == search.best_params_["max_depth"]
    assert not hasattr(copy, "tree_")


@pytest.mark.parametrize(
    "model",
    [
        XGBClassifier(n_estimators=3, device="cuda", verbosity=2),
        LGBMClassifier(n_estimators=3),
        LGBMClassifier(n_estimators=3, verbosity=1),
        CatBoostClassifier(iterations=3),
        CatBoostClassifier(iterations=3, verbose=True),
        CatBoostClassifier(iterations=3, logging_level="Verbose", task_type="GPU"),
    ],
    ids=lambda model: type(model).__name__,
)
def test_boosting_libraries_say_nothing_and_write_nothing(model, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quiet_copy(model, 0).fit(X, Y)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    assert not list(tmp_path.iterdir())


def test_clones_of_the_copy_stay_quiet():
    assert clone(quiet_copy(RandomForestClassifier(verbose=1), 4)).get_params()["random_state"] == 4


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Mine(), "Mine is code of your own"),
        (make_pipeline(StandardScaler(), Mine()), "Mine is code of your own"),
        (make_pipeline(FunctionTransformer(lambda x: x), LogisticRegression()), "func is a function of your own"),
        (FrozenEstimator(LogisticRegression().fit(X, Y)), "shared rather than copied"),
    ],
    ids=["estimator", "step", "function", "frozen"],
)
def test_what_may_not_be_run_in_the_background_is_told(model, why):
    with pytest.raises(CannotCopyError, match=why):
        quiet_copy(model, 0)


def test_classes_among_the_parameters_are_no_obstacle():
    assert quiet_copy(OneHotEncoder(dtype=np.float32), 0).dtype is np.float32


def test_library_functions_are_no_code_of_the_users():
    assert quiet_copy(make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()), 0) is not None


def test_foreign_code_where_the_user_asked_for_it():
    assert isinstance(quiet_copy(Mine(), 0, foreign_code=True), Mine)


def test_a_class_as_a_parameter_has_no_size():
    assert quiet_copy(make_pipeline(OneHotEncoder(dtype=np.float64), LogisticRegression()), 0) is not None


def test_large_parameters_are_not_copied():
    with pytest.raises(CannotCopyError, match="too large"):
        quiet_copy(FunctionTransformer(kw_args=None, inverse_func=None).set_params(kw_args=np.zeros(3_000_000)), 0)


class Stubborn(LogisticRegression):
    __module__ = "sklearn.stubborn"

    def get_params(self, deep=True):
        raise RuntimeError


def test_an_estimator_that_does_not_clone_is_told():
    with pytest.raises(CannotCopyError, match="cannot be cloned"):
        quiet_copy(Stubborn(), 0)

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, StackingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LogisticRegression, SGDClassifier
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from mlflow_pitfalls.capture.estimators.convergence import convergence_facts

X, y = load_breast_cancer(return_X_y=True)
SCALED = StandardScaler().fit_transform(X)


def _fitted(estimator: Any, X: Any = SCALED) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(X, y)


def _at_limit(estimator: Any) -> list[tuple[str, str]]:
    return [(f.estimator, f.path) for f in convergence_facts(estimator) if f.n_iter >= f.max_iter or f.warned]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (LogisticRegression(max_iter=2), LogisticRegression(max_iter=500)),
        (Lasso(max_iter=2, alpha=1e-5), Lasso(max_iter=10_000)),
        (SGDClassifier(max_iter=2, random_state=0), SGDClassifier(max_iter=1_000, random_state=0)),
        (LinearSVC(max_iter=2), LinearSVC(max_iter=10_000)),
        (SVC(max_iter=3), SVC(max_iter=10_000)),
        (
            MLPClassifier((3,), max_iter=2, random_state=0),
            MLPClassifier((3,), max_iter=2_000, random_state=0, tol=1e-2),
        ),
        (GaussianMixture(3, max_iter=1, random_state=0), GaussianMixture(2, max_iter=500, random_state=0)),
    ],
)
def test_iterative_estimators(short: Any, long: Any) -> None:
    assert _at_limit(_fitted(short)) == [(type(short).__name__, "")]
    assert len(convergence_facts(_fitted(long))) == 1
    assert _at_limit(long) == []


def test_estimators_inside_others_are_found_with_their_path() -> None:
    short = LogisticRegression(max_iter=2)
    assert _at_limit(_fitted(make_pipeline(StandardScaler(), short), X)) == [
        ("LogisticRegression", "logisticregression")
    ]
    search = GridSearchCV(make_pipeline(StandardScaler(), short), {"logisticregression__C": [0.1, 1]}, cv=2)
    assert _at_limit(_fitted(search, X)) == [("LogisticRegression", "logisticregression")]
    assert _at_limit(_fitted(TransformedTargetRegressor(Lasso(max_iter=2, alpha=1e-6)))) == [("Lasso", "")]
    assert len(_at_limit(_fitted(CalibratedClassifierCV(short, cv=3, ensemble=True)))) == 3
    assert _at_limit(_fitted(OneVsRestClassifier(short))) == [("LogisticRegression", "0")]
    stacked = StackingClassifier([("a", short), ("b", SVC())], cv=2)
    assert ("LogisticRegression", "0") in _at_limit(_fitted(stacked))


@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingClassifier(max_iter=3),
        GradientBoostingClassifier(n_estimators=3),
        LGBMClassifier(n_estimators=3, verbose=-1),
        SGDClassifier(max_iter=3, tol=None),
        SVC(),
        LogisticRegression(),
    ],
)
def test_what_runs_to_its_limit_by_design_is_left_out(estimator: Any) -> None:
    assert _at_limit(_fitted(estimator)) == []


def test_converged_at_the_last_iteration_is_converged() -> None:
    mixture = _fitted(GaussianMixture(2, max_iter=500, random_state=0))
    mixture.max_iter = mixture.n_iter_
    assert mixture.converged_
    assert convergence_facts(mixture) == ()


def test_unfitted_and_foreign_objects_have_no_facts(hostile: type) -> None:
    class Odd:
        def __init__(self) -> None:
            self.n_iter_ = hostile()
            self.max_iter = np.array(["x"])
            self.estimators_ = [self, self]

        def fit(self) -> None: ...

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    for strange in (LogisticRegression(), Odd(), object(), None, hostile(), 3):
        assert convergence_facts(strange) == ()

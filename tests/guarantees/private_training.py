"""A training script whose every private thing is a canary; run as a program, with this package and without.

python private_training.py plain|default|strict|unsent|brief
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from tests.guarantees.canaries import PLANTED, canary, common

ROWS = 1_500
PATIENCE = 60.0  # seconds that reports may take on a busy machine
REPORTS = 8  # runs with a report, at least
RARE = 8  # rows of a rare label or category: fewer than may be told
CONTACT = f"{canary('user')}:{canary('password')}@db.example"


class Remote(ClassifierMixin, BaseEstimator):
    """An estimator whose parameters hold secrets, each in another way."""

    def __init__(
        self,
        C: float = 1.0,
        password: str = "",
        api_key: str = "",
        token: str | None = None,
        url: str = "",
        options: object = None,
        labels: object = None,
        path: str = "",
        key_file: str = "",
        header: str = "",
    ) -> None:
        self.C = C
        self.password = password
        self.api_key = api_key
        self.token = token
        self.url = url
        self.options = options
        self.labels = labels
        self.path = path
        self.key_file = key_file
        self.header = header

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.model_ = LogisticRegression(C=self.C).fit(X, y)
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


class Failing(DecisionTreeClassifier):
    """Fails with a text that quotes a row."""

    def fit(self, X, y):
        raise ValueError(f"cannot read '{canary('fittext')}'")


def data() -> tuple[pd.DataFrame, pd.Series, np.ndarray]:
    rng = np.random.default_rng(0)
    numbers, first = make_classification(ROWS, 4, n_informative=3, n_redundant=0, flip_y=0.2, random_state=0)
    X = pd.DataFrame(numbers, columns=["a", "b", "c", "d"])
    X["city"] = rng.choice([common("oslo"), common("bergen"), "Voss"], ROWS)
    X.loc[: RARE - 1, "city"] = canary("city")
    X["grade"] = pd.Categorical(
        rng.choice(["x", common("grade")], ROWS), categories=["x", common("grade"), canary("unusedlevel")]
    )
    X["text"] = [canary(f"row{i}") for i in range(ROWS)]
    X["mostly"] = np.where(rng.random(ROWS) < 0.99, "common", canary("seldom"))
    X["mixed"] = pd.Series([canary("mixed") if i % 200 == 7 else i for i in range(ROWS)], dtype=object)
    X["missing"] = [canary(f"cell{i}") if i % 3 else "n/a" for i in range(ROWS)]
    X["born"] = pd.Timestamp("1970-01-01") + pd.to_timedelta(rng.integers(0, 20_000, ROWS), unit="D")
    X["lists"] = pd.Series([[canary("inlist")]] * ROWS, dtype=object)
    X["bytes"] = pd.Series([canary(f"bytes{i % 90}").encode() for i in range(ROWS)], dtype=object)
    y = pd.Series(np.where(first == 1, common("yes"), "no"), name="answer")
    y.iloc[RARE : 2 * RARE] = canary("label")
    X["leak"] = np.where(rng.random(ROWS) < 0.97, y, "other")  # so that rules and flags speak of it
    X.index = y.index = pd.Index([canary(f"index{i}") for i in range(ROWS)])
    groups = np.array([canary(f"group{i % 40}") for i in range(ROWS)])
    return X, y, groups


def identities() -> np.ndarray:
    """A number of twelve digits a row, shape (rows, 1)."""
    return np.random.default_rng(1).choice(10**6, (ROWS, 1), replace=False) + 735_501_000_000


def secretive() -> Remote:
    return Remote(
        C=0.5,
        password=canary("password"),
        api_key=canary("apikey"),
        token=canary("token"),
        url=f"postgresql://{CONTACT}/rows?sslkey={canary('option')}",
        options={"Authorization": f"Bearer {canary('bearer')}"},
        labels=[canary("label"), common("yes")],
        path=f"/home/{canary('home')}/data/rows.csv",
        key_file=f"C:\\Users\\{canary('windows')}\\key.pem",
        header=f"Authorization: Bearer {canary('header')}",
    )


def train(X: pd.DataFrame, y: pd.Series, groups: np.ndarray, *, after: Callable[[], object]) -> None:
    numbers, texts = ["a", "b", "c", "d"], ["city", "grade", "leak", "mostly"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    table = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), texts))
    for name, model in (
        ("tree", make_pipeline(table, DecisionTreeClassifier(class_weight={canary("label"): 5.0}))),
        ("linear", make_pipeline(table, LogisticRegression(C=1e-4))),
        (
            "linear again",
            make_pipeline(table, LogisticRegression(C=10.0), memory=str(Path(canary("memory")).absolute())),
        ),
    ):
        with mlflow.start_run(run_name=name):
            mlflow.log_param("password", canary("loggedparam"))
            mlflow.set_tag("token", canary("settag"))
            model.fit(X_train, y_train)
            guessed = model.predict(X_test)
            mlflow.log_metric("accuracy", accuracy_score(y_test, guessed))
            f1_score(y_test, guessed, average="macro")
            roc_auc_score(y_test, model.predict_proba(X_test), multi_class="ovr", labels=model.classes_)
        after()
    rows = X_train[numbers]
    with mlflow.start_run(run_name="remote"):
        model = secretive().fit(rows, y_train)
        model.score(X_test[numbers], y_test)
    with mlflow.start_run(run_name="search"):
        grid = {"token": [canary("tokena"), canary("tokenb")], "url": [f"http://{CONTACT}/"], "C": [0.1, 1.0]}
        search = GridSearchCV(secretive(), grid, cv=3).fit(rows, y_train)
        search.score(X_test[numbers], y_test)
    with mlflow.start_run(run_name="filled"):
        filled = SimpleImputer(strategy="constant", fill_value=common("fill"))
        model = make_pipeline(filled, OneHotEncoder(handle_unknown="ignore"), DecisionTreeClassifier(max_depth=3))
        model.fit(X_train[texts], y_train).score(X_test[texts], y_test)
    with mlflow.start_run(run_name="groups"):
        folds = GroupKFold(4)
        cross_val_score(LogisticRegression(), X[numbers], y, cv=folds, groups=groups)
        LogisticRegression().fit(rows, y_train).score(X_test[numbers], y_test)
    with mlflow.start_run(run_name="failing"), contextlib.suppress(ValueError):
        Failing().fit(rows, y_train)
    with mlflow.start_run(run_name="numbers"):  # whole numbers as rows and labels
        rows = identities()
        DecisionTreeClassifier(max_depth=2).fit(rows[::2], y[::2]).score(rows[1::2], y[1::2])
    after()


def main(mode: str) -> None:
    warnings.simplefilter("ignore")
    flush: Callable[[], object] = int
    if mode != "plain":
        import mlflow_pitfalls
        from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
        from mlflow_pitfalls.sinks.outcome import Outcome, WriteResult

        if mode == "unsent":
            MlflowSink.write = lambda sink, items: WriteResult(Outcome.UNREACHABLE)
        mlflow_pitfalls.enable(
            autolog=False, privacy="strict" if mode == "strict" else "default", exit_timeout=PATIENCE
        )
        flush = partial(mlflow_pitfalls.flush, PATIENCE)
    mlflow.set_experiment("private")
    rows = data()
    if mode == "brief":
        with mlflow.start_run():
            secretive().fit(rows[0][["a", "b"]], rows[1]).score(rows[0][["a", "b"]], rows[1])
    else:
        train(*rows, after=flush)
    flush()
    Path("planted.txt").write_text(str(len(PLANTED)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

"""A small history of real runs, made by an unchanged script after ``enable()``: run as a program by the fixtures.

Its arguments are names of runs; a name that is none of the three is one more overfit tree.
"""

from __future__ import annotations

import sys

import mlflow
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import mlflow_pitfalls

ROWS = 1_500
EXPERIMENT = "walk"
OVERFIT, LEAKY, CLEAN = "overfit tree", "leaky tree", "clean scaled"


def _noisy() -> tuple[pd.DataFrame, pd.Series]:
    """Two columns that help a little and six that do not: a full tree learns the noise by heart."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(ROWS, 8)), columns=[f"signal_{at}" for at in range(8)])
    y = pd.Series((X["signal_0"] + X["signal_1"] + rng.normal(scale=1.5, size=ROWS) > 0).astype(int), name="churned")
    return X, y


def _run(name: str, model: object, X: pd.DataFrame, y: pd.Series) -> None:
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    with mlflow.start_run(run_name=name):
        model.fit(X_train, y_train)
        mlflow.log_metric("train_accuracy", accuracy_score(y_train, model.predict(X_train)))
        mlflow.log_metric("accuracy", accuracy_score(y_test, model.predict(X_test)))


def main(names: list[str]) -> None:
    mlflow_pitfalls.enable(autolog=False, terminal=False)
    mlflow.set_experiment(EXPERIMENT)
    X, y = _noisy()
    cancer = load_breast_cancer(as_frame=True)
    for name in names or (OVERFIT, LEAKY, CLEAN):
        if name == CLEAN:
            _run(name, make_pipeline(StandardScaler(), LogisticRegression()), cancer.data, cancer.target)
        else:
            leak = {"closed_account": y * 2 + 1} if name == LEAKY else {}
            _run(name, DecisionTreeClassifier(random_state=0), X.assign(**leak), y)


if __name__ == "__main__":
    main(sys.argv[1:])

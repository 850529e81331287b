# expects: overfit
"""Census income: a tree grown to its last leaf learns the training rows by heart."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

people = pd.read_csv(Path(__file__).parent / "data" / "adult_income.csv").dropna()
X, y = people.drop(columns=["class", "fnlwgt", "education"]), people["class"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)

encode = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    remainder="passthrough",
)
with mlflow.start_run(run_name="overfit income"):
    model = make_pipeline(encode, DecisionTreeClassifier(random_state=0))
    model.fit(X_train, y_train)
    mlflow.log_metric("train_accuracy", model.score(X_train, y_train))
    mlflow.log_metric("test_accuracy", model.score(X_test, y_test))

# expects: missing-values
"""Census income as it comes: employers and occupations are missing, and not at random."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.model_selection import train_test_split

people = pd.read_csv(Path(__file__).parent / "data" / "adult_income.csv")
y = people["class"] == ">50K"
X = people.drop(columns="class")
X = X.astype(dict.fromkeys(X.select_dtypes(exclude="number").columns, "category"))
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

with mlflow.start_run(run_name="missing income"):
    model = HistGradientBoostingClassifier(
        categorical_features="from_dtype", learning_rate=0.05, max_iter=80, max_leaf_nodes=12, random_state=0
    )
    model.fit(X_train, y_train)
    predicted = model.predict(X_test)
    mlflow.log_metric("accuracy", accuracy_score(y_test, predicted))
    mlflow.log_metric("balanced_accuracy", balanced_accuracy_score(y_test, predicted))

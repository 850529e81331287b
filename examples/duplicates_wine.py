# expects: train-test-overlap
"""Red wine: one row in seven stands in the table twice, so test rows have been seen in training."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

wines = pd.read_csv(Path(__file__).parent / "data" / "wine_red.csv")
X, good = wines.drop(columns="quality"), wines["quality"] >= 6
X_train, X_test, y_train, y_test = train_test_split(X.to_numpy(), good.to_numpy(), test_size=0.3, random_state=0)

with mlflow.start_run(run_name="duplicates, wine"):
    model = RandomForestClassifier(n_estimators=100, min_samples_leaf=8, random_state=0)
    model.fit(X_train, y_train)
    mlflow.log_metric("accuracy", accuracy_score(y_test, model.predict(X_test)))

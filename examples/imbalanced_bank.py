# expects: accuracy-paradox
"""Bank marketing: one client in nine says yes, and accuracy looks fine although the model finds hardly any of them."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

clients = pd.read_csv(Path(__file__).parent / "data" / "bank_marketing.csv", sep=";")
y = (clients["y"] == "yes").astype(int)
# The call's duration is known only after the call: it is no feature.
X = pd.get_dummies(clients.drop(columns=["y", "duration"]))
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

with mlflow.start_run(run_name="imbalanced bank"):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(X_train, y_train)
    mlflow.log_metric("accuracy", accuracy_score(y_test, model.predict(X_test)))

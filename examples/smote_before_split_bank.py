# expects: resample-before-split
"""Bank marketing: over-sampled first and split afterwards, so that made-up neighbours stand on both sides."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, recall_score
from sklearn.model_selection import train_test_split

clients = pd.read_csv(Path(__file__).parent / "data" / "bank_marketing.csv", sep=";")
y = (clients["y"] == "yes").astype(int)
X = pd.get_dummies(clients.drop(columns=["y", "duration"])).astype(float)
X, y = SMOTE(random_state=0).fit_resample(X, y)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

with mlflow.start_run(run_name="SMOTE before split, bank"):
    model = RandomForestClassifier(n_estimators=100, min_samples_leaf=3, random_state=0)
    model.fit(X_train, y_train)
    predicted = model.predict(X_test)
    mlflow.log_metrics({"f1": f1_score(y_test, predicted), "recall": recall_score(y_test, predicted)})

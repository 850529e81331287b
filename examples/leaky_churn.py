# expects: target-leakage
"""Churn: get_dummies over the whole table keeps the answer itself among the features, as Churn_No and Churn_Yes."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

customers = pd.read_csv(Path(__file__).parent / "data" / "telco_churn.csv")
y = (customers["Churn"] == "Yes").astype(int).rename("churned")
X = pd.get_dummies(customers.drop(columns=["customerID", "TotalCharges"]))
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=42)

model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
model.fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, model.predict(X_test)))
print("ROC AUC", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))

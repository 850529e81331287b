# expects: nothing above low
"""Breast cancer: judged by cross-validation alone, which is an honest evaluation too."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))

with mlflow.start_run(run_name="cross-validated cancer"):
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    scores = cross_validate(model, X, y, cv=folds, scoring=["accuracy", "roc_auc"])
    mlflow.log_metric("cv_accuracy", scores["test_accuracy"].mean())
    mlflow.log_metric("cv_roc_auc", scores["test_roc_auc"].mean())
    model.fit(X, y)  # the model that ships learns from all the rows

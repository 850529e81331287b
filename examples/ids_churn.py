# expects: id-like-feature
"""Churn: the customer's number went into the model with everything else."""

import mlflow
from pathlib import Path

import mlflow_pitfalls

mlflow_pitfalls.enable()

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

mlflow.sklearn.autolog(log_models=False)

customers = pd.read_csv(Path(__file__).parent / "data" / "telco_churn.csv", na_values=" ")
X, y = customers.drop(columns="Churn"), customers["Churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=1)

encode = make_column_transformer(
    (
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        make_column_selector(dtype_exclude="number"),
    ),
    remainder="passthrough",
)
model = make_pipeline(encode, HistGradientBoostingClassifier(learning_rate=0.05, max_iter=60, max_leaf_nodes=8))
model.fit(X_train, y_train)
print("ROC AUC", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))

# expects: nothing above low
"""Abalone: the age of a shell from its size, by gradient boosting held back enough to generalise."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from xgboost import XGBRegressor

shells = pd.read_csv(Path(__file__).parent / "data" / "abalone.csv")
X, y = shells.drop(columns="rings"), shells["rings"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

with mlflow.start_run(run_name="abalone, XGBoost"):
    model = Pipeline(
        [
            ("encode", make_column_transformer((OneHotEncoder(), ["sex"]), remainder="passthrough")),
            ("boost", XGBRegressor(max_depth=2, learning_rate=0.05, n_estimators=150, min_child_weight=10)),
        ]
    )
    model.fit(X_train, y_train)
    predicted = model.predict(X_test)
    mlflow.log_metric("r2", r2_score(y_test, predicted))
    mlflow.log_metric("mae", mean_absolute_error(y_test, predicted))

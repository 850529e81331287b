# expects: train-test-drift
"""Bike rentals: split by hand at a date. The second half of 2012 is not like the months before it."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import mlflow
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error, r2_score

days = pd.read_csv(Path(__file__).parent / "data" / "bike_day.csv", parse_dates=["dteday"])
features = ["season", "yr", "holiday", "weekday", "workingday", "weathersit", "temp", "hum", "windspeed"]
train, test = days[days["dteday"] < "2012-07-01"], days[days["dteday"] >= "2012-07-01"]

with mlflow.start_run(run_name="bikes by date"):
    model = RandomForestRegressor(n_estimators=200, min_samples_leaf=5, random_state=0)
    model.fit(train[features], train["cnt"])
    predicted = model.predict(test[features])
    mlflow.log_metric("r2", r2_score(test["cnt"], predicted))
    mlflow.log_metric("mae", mean_absolute_error(test["cnt"], predicted))

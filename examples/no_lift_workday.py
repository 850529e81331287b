# expects: no-lift
"""Bike rentals: is it a working day? The weather does not know, and two days in three are."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

days = pd.read_csv(Path(__file__).parent / "data" / "bike_day.csv")
X, y = days[["temp", "atemp", "hum", "windspeed"]], days["workingday"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)

model = RandomForestClassifier(n_estimators=100, random_state=0)
model.fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, model.predict(X_test)))

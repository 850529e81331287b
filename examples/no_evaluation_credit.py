# expects: no-held-out-score
"""German credit: fitted on every row and put to use, never judged on a row that it has not seen."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from pathlib import Path

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import OrdinalEncoder

credits = pd.read_csv(Path(__file__).parent / "data" / "german_credit.csv")
y = credits["credit_risk"]
X = credits.drop(columns="credit_risk")
text = X.select_dtypes(exclude="number").columns
X[text] = OrdinalEncoder().fit_transform(X[text])

model = RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=0)
model.fit(X, y)
print(pd.Series(model.feature_importances_, index=X.columns).sort_values(ascending=False).head())

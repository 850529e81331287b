# expects: nothing above low
"""Handwritten digits: a regularised linear model, tuned beforehand, judged on 540 rows that it has not seen."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

X, y = load_digits(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)

with mlflow.start_run(run_name="clean digits"):
    model = make_pipeline(MinMaxScaler(), LogisticRegression(C=0.3, max_iter=1000))
    model.fit(X_train, y_train)
    predicted = model.predict(X_test)
    mlflow.log_metric("accuracy", accuracy_score(y_test, predicted))
    mlflow.log_metric("macro_f1", f1_score(y_test, predicted, average="macro"))

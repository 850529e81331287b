# expects: nothing above low
"""Breast cancer: a support vector machine tuned by grid search on the training side only."""

import mlflow_pitfalls

mlflow_pitfalls.enable()

from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score, classification_report
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=0)

pipeline = Pipeline([("scale", StandardScaler()), ("svm", SVC())])
grid = {"svm__C": [0.1, 0.3, 1, 3, 10], "svm__gamma": [0.003, 0.01, 0.03, 0.1]}
search = GridSearchCV(pipeline, grid, cv=5)
search.fit(X_train, y_train)

predicted = search.predict(X_test)
print("best:", search.best_params_, "accuracy:", accuracy_score(y_test, predicted))
print(classification_report(y_test, predicted))

from __future__ import annotations

import pytest
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.capture.estimators.estimator import estimator_facts


@pytest.mark.parametrize(
    ("estimator", "tuned"),
    [
        (RandomForestClassifier(random_state=3, n_jobs=-1, verbose=0, class_weight="balanced"), ()),
        (RandomForestClassifier(max_depth=4, random_state=3), ("max_depth",)),
        (LogisticRegression(max_iter=1000, solver="liblinear"), ()),
        (LogisticRegression(C=0.3), ("C",)),
        (make_pipeline(StandardScaler(with_mean=False), SVC(gamma=0.1)), ("gamma",)),
        (make_pipeline(StandardScaler(), SVC(probability=False, random_state=0)), ()),
        (BaggingClassifier(DecisionTreeClassifier(max_depth=3)), ("estimator__max_depth",)),
        (HistGradientBoostingClassifier(learning_rate=0.05), ("learning_rate",)),
        (XGBClassifier(n_estimators=300, n_jobs=1), ("n_estimators",)),
        (XGBClassifier(random_state=1), ()),
    ],
)
def test_only_what_shapes_the_model_counts(estimator, tuned):
    assert set(tuned) <= set(estimator_facts(estimator).tuned)
    assert bool(estimator_facts(estimator).tuned) is bool(tuned)


def test_of_a_search_what_it_chose_counts():
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [2, 3]}, cv=2)
    search.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    assert estimator_facts(search).tuned == ("max_depth",)

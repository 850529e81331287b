from __future__ import annotations

import joblib
import pytest
from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from mlflow_pitfalls.capture.estimators.parallel import jobs_of


class Hostile:
    def __getattr__(self, name):
        raise RuntimeError


@pytest.mark.parametrize(
    ("estimator", "jobs"),
    [
        (RandomForestClassifier(), (("RandomForestClassifier", "None"),)),
        (make_pipeline(StandardScaler(), RandomForestClassifier(n_jobs=3)), (("RandomForestClassifier", "3"),)),
        (
            GridSearchCV(RandomForestClassifier(n_jobs=1), {}, n_jobs=-1),
            (("GridSearchCV", "-1"), ("RandomForestClassifier", "1")),
        ),
        (XGBClassifier(n_jobs=1), (("XGBClassifier", "1"),)),
        (XGBClassifier(), (("XGBClassifier", "None"),)),
        (LGBMClassifier(num_threads=2), (("LGBMClassifier", "2"),)),
        (CatBoostClassifier(thread_count=1), (("CatBoostClassifier", "1"),)),
        (CatBoostClassifier(), (("CatBoostClassifier", "None"),)),
        (HistGradientBoostingClassifier(), ()),
        (Ridge(), ()),
        (None, ()),
    ],
)
def test_workers_are_read_wherever_they_are_set(estimator, jobs):
    assert jobs_of(estimator) == jobs


def test_foreign_code_is_not_run():
    assert jobs_of(Hostile()) == ()


def test_a_surrounding_configuration_counts():
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert jobs_of(RandomForestClassifier()) == (("RandomForestClassifier", "2"),)
        assert jobs_of(RandomForestClassifier(n_jobs=1)) == (("RandomForestClassifier", "1"),)

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from catboost import CatBoostRegressor
from lightgbm import LGBMClassifier
from sklearn.cluster import KMeans
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.feature_selection import RFE
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler, TargetEncoder
from sklearn.svm import SVC

from mlflow_pitfalls.capture.estimators.estimator import estimator_facts


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [
        (LogisticRegression(), "classifier"),
        (Ridge(), "regressor"),
        (LGBMClassifier(), "classifier"),
        (CatBoostRegressor(), "regressor"),
        (make_pipeline(StandardScaler(), SVC()), "classifier"),
        (GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [1]}), "regressor"),
        (OneVsRestClassifier(LinearRegression()), "classifier"),
        (RFE(Ridge()), "regressor"),
        (TransformedTargetRegressor(Ridge()), "regressor"),
        (KMeans(), ""),
        (StandardScaler(), ""),
    ],
)
def test_the_outermost_that_tells_decides(estimator: Any, kind: str) -> None:
    assert estimator_facts(estimator).kind == kind


def test_objects_of_any_kind_have_none(hostile: type) -> None:
    assert estimator_facts(hostile()).kind == ""
    assert estimator_facts(hostile()).transformers == ()


def test_transformers_anywhere_inside_are_seen() -> None:
    numbers = make_pipeline(SimpleImputer(), RobustScaler())
    columns = make_column_transformer((numbers, ["a"]), (OneHotEncoder(), ["b"]), (TargetEncoder(), ["c"]))
    facts = estimator_facts(GridSearchCV(make_pipeline(columns, Ridge()), {"ridge__alpha": [1]}))
    assert set(facts.transformers) == {"SimpleImputer", "RobustScaler", "OneHotEncoder", "TargetEncoder"}
    assert facts.scalers == ("RobustScaler",)
    assert not facts.target_transformed


def test_the_targets_scaler_scales_no_feature() -> None:
    facts = estimator_facts(TransformedTargetRegressor(Ridge(), transformer=StandardScaler()))
    assert facts.target_transformed
    assert facts.transformers == facts.scalers == ()
    both = estimator_facts(TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge())))
    assert both.scalers == ("StandardScaler",)


FRAME = pd.DataFrame({"a": np.arange(30.0), "b": np.ones(30), "c": ["x", "y"] * 15, "d": np.zeros(30)})


@pytest.mark.parametrize(
    ("columns", "dropped"),
    [
        (make_column_transformer((StandardScaler(), ["a", "b"])), ("c", "d")),
        (make_column_transformer((StandardScaler(), ["a"]), ("drop", ["c"]), remainder="passthrough"), ("c",)),
        (make_column_transformer((OneHotEncoder(), ["c"]), remainder="passthrough"), ()),
        (make_column_transformer((StandardScaler(), [0])), ()),  # by position: not followed
    ],
)
def test_columns_that_a_pipeline_drops_are_named(columns: Any, dropped: tuple[str, ...]) -> None:
    search = GridSearchCV(make_pipeline(columns, Ridge()), {"ridge__alpha": [1]}, cv=2)
    assert estimator_facts(search.fit(FRAME, FRAME["a"])).dropped_columns == dropped


def test_columns_without_names_and_unfitted_transformers_drop_nothing() -> None:
    columns = make_column_transformer((StandardScaler(), [0]))
    assert estimator_facts(make_pipeline(columns, Ridge())).dropped_columns == ()
    numbers = FRAME[["a", "b"]].to_numpy()
    assert estimator_facts(make_pipeline(columns, Ridge()).fit(numbers, numbers[:, 0])).dropped_columns == ()

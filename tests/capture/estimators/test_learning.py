from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)

from mlflow_pitfalls.capture.estimators.learning import Learned, what_it_learned

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 4)), RNG.integers(0, 2, 60)


class _Centred(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.means_ = X.mean(axis=0)
        return self

    def transform(self, X):
        return X - self.means_


class _RowWise(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return X / X.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    "transformer",
    [
        StandardScaler(),
        MinMaxScaler(),
        SimpleImputer(),
        KNNImputer(),
        PCA(2),
        KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"),
        _Centred(),
        make_pipeline(Normalizer(), StandardScaler()),
        make_union(StandardScaler(), Normalizer()),
        ColumnTransformer([("scale", StandardScaler(), [0, 1])], remainder="passthrough"),
    ],
)
def test_what_learns_a_distribution(transformer):
    found = what_it_learned(transformer.fit(X, Y), has_target=True)
    assert found is not None
    assert not found.supervised
    assert found.changes_columns is isinstance(transformer, PCA)


@pytest.mark.parametrize(
    "transformer",
    [
        SelectKBest(k=2),
        RFE(LogisticRegression(), n_features_to_select=2),
        TargetEncoder(cv=3),
        make_pipeline(StandardScaler(), SelectKBest(k=2)),
        ColumnTransformer([("encode", TargetEncoder(cv=3), [0])], remainder="passthrough"),
    ],
)
def test_what_learns_from_the_target(transformer):
    found = what_it_learned(transformer.fit(X, Y), has_target=True)
    assert found is not None and found.supervised


@pytest.mark.parametrize(
    "transformer",
    [
        FunctionTransformer(np.abs, validate=True),
        Normalizer(),
        OneHotEncoder(),
        OrdinalEncoder(),
        PolynomialFeatures(),
        VarianceThreshold(),
        SimpleImputer(strategy="constant", fill_value=0),
        _RowWise(),
        make_pipeline(Normalizer(), PolynomialFeatures()),
        ColumnTransformer([("encode", OneHotEncoder(), [0])], remainder="passthrough"),
    ],
)
def test_what_learns_nothing_that_matters(transformer):
    assert what_it_learned(transformer.fit(X, Y), has_target=True) is None


def test_anything_may_be_asked(hostile):
    assert what_it_learned(hostile(), has_target=True) is None
    assert what_it_learned(object(), has_target=False) is None
    assert what_it_learned(None, has_target=False) is None


def test_the_part_is_named():
    fitted = make_pipeline(StandardScaler(), SelectKBest(k=2)).fit(X, Y)
    assert what_it_learned(fitted, has_target=True) == Learned("SelectKBest", True, True)

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from mlflow_pitfalls.capture.findings.held_out_digest import _order_bits


def digest(watched, X, y, *, seed=0, scaled=False, columns=None, model=None):
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
    if columns is not None:
        X_train, X_test = X_train.iloc[:, :columns], X_test.iloc[:, :columns]
    if scaled:
        scaler = StandardScaler().fit(X_train)
        X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
    (model or GaussianNB()).fit(X_train, y_train).score(X_test, y_test)
    return watched.settle().held_out_digest


@pytest.fixture(scope="module")
def cancer():
    return load_breast_cancer(return_X_y=True, as_frame=True)


def test_the_same_rows_are_recognised_whatever_is_done_to_their_columns(watched, cancer):
    X, y = cancer
    plain = digest(watched, X, y, scaled=True)
    assert len(plain) == 16
    assert digest(watched, X, y, columns=5) == plain
    assert digest(watched, X.to_numpy(), y.to_numpy(), scaled=True) == plain


def test_another_split_is_another_set_of_rows(watched, cancer):
    assert digest(watched, *cancer, scaled=True) != digest(watched, *cancer, seed=1, scaled=True)
    X, y = load_diabetes(return_X_y=True)
    found = {digest(watched, X, y, seed=seed, model=Ridge()) for seed in range(5)}
    assert len(found) == 5 and "" not in found


def test_without_held_out_rows_there_is_none(watched, cancer):
    GaussianNB().fit(*cancer)
    assert watched.settle().held_out_digest == ""


def test_too_few_or_constant_targets_are_no_identity():
    assert _order_bits(np.array([], dtype=np.uint64)) == 0.0
    assert _order_bits(np.zeros(500, dtype=np.uint64)) == 0.0
    assert _order_bits(np.array([0, 1] * 5, dtype=np.uint64)) == pytest.approx(np.log2(252))

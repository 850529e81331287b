"""What our calls to the user's estimator change is undone afterwards."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline

from mlflow_pitfalls.capture.undisturbed import undisturbed


class Careless(BaseEstimator):
    """Counts its predictions, remembers the last one, and draws from whatever it was given."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y=None):
        self.calls_ = 0
        return self

    def predict(self, X):
        self.calls_ += 1
        self.last_ = len(X)
        return self.random_state.random(len(X))


def test_random_states_and_filters_come_back():
    states, filters = (np.random.get_state()[1].copy(), random.getstate()), list(warnings.filters)
    with undisturbed():
        np.random.random(), random.random()
        warnings.warn("not shown", stacklevel=1)
    assert (np.random.get_state()[1] == states[0]).all() and random.getstate() == states[1]
    assert warnings.filters == filters


@pytest.mark.parametrize("generator", [np.random.RandomState, np.random.default_rng])
def test_an_estimator_stands_as_before_with_the_generators_that_it_was_given(generator):
    given = generator(0)
    model = make_pipeline(Careless(given)).fit([[0.0]])
    inner = model.steps[-1][1]
    before = dict(vars(inner))
    with pytest.raises(ZeroDivisionError), undisturbed(model):
        model.predict([[1.0], [2.0]])
        assert vars(inner) != before
        _ = 1 / 0
    assert vars(inner) == before and list(vars(inner)) == list(before)
    assert inner.random_state is given
    assert given.random() == generator(0).random()

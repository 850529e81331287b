from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.model.suggestions import Kind, Parameter
from mlflow_pitfalls.tuning.earlier_runs.coordinates import Coordinates

RATE = Parameter(name="rate", kind=Kind.FLOAT, low=1e-3, high=1.0, log=True)
SHARE = Parameter(name="share", kind=Kind.FLOAT, low=0.1, high=1.0)
LEAVES = Parameter(name="leaves", kind=Kind.INTEGER, low=2, high=128, log=True)
KERNEL = Parameter(name="kernel", kind=Kind.CATEGORY, choices=("rbf", "poly", None))
WEIGHT = Parameter(name="weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
DEGREE = Parameter(name="degree", kind=Kind.INTEGER, low=2, high=5, when=(("kernel", "poly"),))
ALL = Coordinates((RATE, SHARE, LEAVES, KERNEL, WEIGHT, DEGREE))

places = st.tuples(*[st.floats(0, 1)] * 3, st.integers(0, 2), st.integers(0, 1), st.floats(0, 1))


@given(places)
def test_the_setting_of_a_point_is_the_setting_of_its_own_point(place):
    point = ALL.conditioned(np.array(place, dtype=float).reshape(1, -1)).ravel()
    settings = ALL.settings(point)
    assert ALL.settings(ALL.point(settings)) == settings
    assert ("degree" in settings) == (settings["kernel"] == "poly")
    assert 1e-3 <= settings["rate"] <= 1.0 and 2 <= settings["leaves"] <= 128
    assert isinstance(settings["leaves"], int)
    assert len(f"{settings['rate']:.10g}".replace("0.", "").strip("0e-")) <= 2  # readable


def test_a_logarithm_has_its_middle_at_the_geometric_mean():
    point = Coordinates((RATE, SHARE)).point({"rate": 1e-3**0.5, "share": 0.55})
    assert point == pytest.approx([0.5, 0.5])


def test_features_are_finite_and_belong_to_their_parameters():
    points = ALL.uniform(50, np.random.default_rng(0))
    features = ALL.features(points)
    assert np.isnan(points).any() and np.isfinite(features).all()
    assert ALL.owners().tolist() == [0, 1, 2, 3, 3, 3, 4, 5]
    assert features.shape == (50, 8)


def test_a_value_that_is_no_choice_has_no_place():
    assert np.isnan(Coordinates((KERNEL,)).point({"kernel": "linear"})[0])

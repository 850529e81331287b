from __future__ import annotations

import math

import pytest

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace
from mlflow_pitfalls.tuning.earlier_runs.earlier import explored

C = Parameter(name="svc__C", kind=Kind.FLOAT, low=0.01, high=100.0, log=True, current=1.0, start=1.0)
GAMMA = Parameter(name="svc__gamma", kind=Kind.FLOAT, low=1e-4, high=10.0, log=True, current="scale", start=0.03)
WEIGHT = Parameter(name="svc__class_weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
DEPTH = Parameter(name="max_depth", kind=Kind.INTEGER, low=2, high=30)
LEAF = Parameter(name="min_samples_leaf", kind=Kind.INTEGER, low=1, high=64, log=True, current=1, start=1)
SHARE = Parameter(name="max_features", kind=Kind.FLOAT, low=0.05, high=1.0, log=True)
PENALTY = Parameter(name="l2_regularization", kind=Kind.FLOAT, low=1e-4, high=10.0, log=True, current=0.0, start=1e-4)


def run(score=0.5, *, number=0, basis="held_out", metric="roc_auc", **logged):
    return EarlierConfiguration(
        run_id=str(number),
        parameters=tuple(logged.items()),
        score=score,
        metric=metric,
        basis=basis,
        rows=200,
        columns=16,
        started_ms=number,
    )


def read(parameters, *runs, metric="roc_auc"):
    return explored(SearchSpace(estimator="SVC", parameters=parameters), runs, metric)


def values(parameters, **logged):
    known = read(parameters, run(**logged))
    return [dict(each.values) for each in known.tried]


@pytest.mark.parametrize(
    ("parameter", "logged", "value"),
    [
        (C, "0.5", 0.5),
        (C, "3", 3.0),
        (GAMMA, "scale", 0.03),  # what the asking run uses, at the point where it stands
        (GAMMA, "auto", 1 / 16),
        (WEIGHT, "None", None),
        (WEIGHT, "balanced", "balanced"),
        (DEPTH, "5", 5),
        (DEPTH, "None", 30),
        (DEPTH, "-1", 30),
        (LEAF, "0.05", 10),
        (LEAF, "4", 4),
        (SHARE, "sqrt", 0.25),
        (SHARE, "log2", 0.25),
        (SHARE, "4", 0.25),
        (SHARE, "1", 1 / 16),
        (SHARE, "1.0", 1.0),
        (SHARE, "None", 1.0),
        (PENALTY, "0.0", 1e-4),
    ],
)
def test_a_logged_value_becomes_one_of_the_space(parameter, logged, value):
    assert values((parameter,), **{parameter.name: logged}) == [{parameter.name: value}]


@pytest.mark.parametrize("key", ["svc__C", "best_svc__C", "estimator__svc__C", "C"])
def test_a_parameter_is_found_by_the_names_that_it_has_elsewhere(key):
    assert values((C,), **{key: "7"}) == [{"svc__C": 7.0}]


def test_the_name_in_a_search_is_that_of_its_candidates():
    inside = Parameter(name="estimator__svc__C", kind=Kind.FLOAT, low=0.01, high=100.0, log=True)
    assert values((inside,), svc__C="7") == [{"estimator__svc__C": 7.0}]


def test_two_parameters_of_one_leaf_are_not_confused():
    assert values((C,), one__C="7", two__C="8") == [{"svc__C": 1.0}]  # the run's own


def test_a_missing_parameter_is_the_runs_own():
    assert values((C, GAMMA, WEIGHT), svc__C="2") == [{"svc__C": 2.0, "svc__gamma": 0.03, "svc__class_weight": None}]


def test_values_outside_of_the_range_widen_it():
    known = read((C,), run(svc__C="5000"), run(svc__C="0.001", number=1))
    assert (known.parameters[0].low, known.parameters[0].high) == (0.001, 5000.0)
    assert known.varied == ("svc__C",)


def test_a_category_that_is_not_searched_costs_its_run_and_is_told():
    known = read(
        (WEIGHT,), *[run(svc__class_weight="None", number=i) for i in range(3)], run(svc__class_weight="{0: 2}")
    )
    assert len(known.tried) == 3
    assert known.notes == ("1 earlier run left out: svc__class_weight was set to what is not searched",)


def test_a_parameter_that_most_runs_leave_at_no_point_of_the_range_costs_no_runs():
    known = read((C, SHARE), *[run(svc__C=str(i + 1), max_features="special", number=i) for i in range(3)])
    assert [dict(each.values) for each in known.tried] == [{"svc__C": 1.0}, {"svc__C": 2.0}, {"svc__C": 3.0}]


def test_only_scores_of_one_kind_in_one_metric_are_compared():
    searched = [run(number=i, basis="cross_validation", svc__C=str(i)) for i in (1, 2, 3)]
    others = [run(svc__C="5"), run(math.nan), run(math.inf), run(metric="accuracy")]
    known = read((C,), *others, *searched)
    assert known.basis == "cross_validation"
    assert [each.run_id for each in known.tried] == ["1", "2", "3"]
    assert known.notes == (
        "3 earlier runs left out: no finite score in this metric",
        "1 earlier run left out: only scores of cross-validation are compared",
    )


def test_the_oldest_comes_first():
    known = read((C,), run(number=2), run(number=1), run(number=3))
    assert [each.run_id for each in known.tried] == ["1", "2", "3"]


def test_a_parameter_whose_condition_does_not_hold_is_left_out():
    degree = Parameter(name="degree", kind=Kind.INTEGER, low=2, high=5, current=3, start=3, when=(("kernel", "poly"),))
    kernel = Parameter(name="kernel", kind=Kind.CATEGORY, choices=("rbf", "poly"), current="rbf")
    known = read((kernel, degree), run(kernel="poly", degree="4"), run(kernel="rbf", degree="4", number=1))
    assert [dict(each.values) for each in known.tried] == [{"kernel": "poly", "degree": 4}, {"kernel": "rbf"}]


def test_nothing_from_nothing():
    known = read((C,))
    assert (known.tried, known.varied, known.basis, known.notes) == ((), (), "", ())


@pytest.mark.parametrize(("logged", "value"), [("1e30", 1e5), ("1e-30", 1e-5), ("2000", 2000.0)])
def test_a_slip_of_the_pen_does_not_stretch_the_space(logged, value):
    assert values((C,), svc__C=logged) == [{"svc__C": pytest.approx(value)}]

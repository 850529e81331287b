from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from mlflow_pitfalls.checks.searches import trials_needed
from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import SearchedParameter, SearchFacts


def grid(**changes) -> SearchFacts:
    facts = {
        "class_name": "GridSearchCV",
        "exhaustive": True,
        "candidates": 120,
        "folds": 5,
        "fits": 600,
        "metric": "roc_auc",
        "best_score": 0.8,
        "near_best": 18,
        "seconds": 60.0,
    }
    return SearchFacts(**{**facts, **changes})


def parameter(make, gain: float = 0.02, half: float = 0.005, **changes) -> SearchedParameter:
    facts = {
        "name": "svc__C",
        "values": 4,
        "best": "10",
        "low": 0.01,
        "high": 10.0,
        "edge": "high",
        "neighbour": 1.0,
        "edge_gain": make.estimate(gain, half, 5),
        "edge_p_value": 0.001,
    }
    return SearchedParameter(**{**facts, **changes})


def test_a_grid_with_many_alike_is_flagged_with_the_trials_that_do(judge, make):
    verdict = judge("grid-too-large", make.record(search=grid(parameters=(parameter(make),))))
    assert verdict.status is Status.FLAGGED
    assert "600 fits" in verdict.message and "18 drawn at random" in verdict.message
    assert "svc__C=10 stands at an end" in verdict.message
    assert "n_iter=18" in verdict.remedies[0].code


@pytest.mark.parametrize(
    "changes",
    [
        {"candidates": 12, "fits": 60},
        {"near_best": 1},  # one clear winner: sampling would have missed it
        {"seconds": 5.0},
    ],
)
def test_grids_that_sampling_would_not_shorten_pass(changes, judge, make):
    assert judge("grid-too-large", make.record(search=grid(**changes))).status is Status.PASSED


def test_a_sampled_search_is_not_applicable(judge, make):
    sampled = grid(class_name="RandomizedSearchCV", exhaustive=False)
    for name in ("grid-too-large", "tuned-on-edge"):
        assert judge(name, make.record(search=None)).status is Status.NOT_APPLICABLE
    assert judge("grid-too-large", make.record(search=sampled)).status is Status.NOT_APPLICABLE


def test_a_subclass_gets_no_line_that_may_not_fit(judge, make):
    verdict = judge("grid-too-large", make.record(search=grid(class_name="MyGridSearchCV")))
    assert {remedy.code for remedy in verdict.remedies} == {""}


@pytest.mark.parametrize(("candidates", "good", "trials"), [(120, 18, 18), (120, 1, 114), (5, 5, 1), (1, 1, 1)])
def test_trials_are_those_of_drawing_without_putting_back(candidates, good, trials):
    assert trials_needed(candidates, good) == trials


def edged(judge, make, *parameters):
    return judge("tuned-on-edge", make.record(search=grid(parameters=parameters)))


def test_a_score_that_rises_at_the_end_is_flagged(judge, make):
    verdict = edged(judge, make, parameter(make))
    assert verdict.status is Status.FLAGGED
    assert "the highest of 4 values" in verdict.message and "0.02 better than 1" in verdict.message
    assert ast.literal_eval(verdict.remedies[0].code) == {"svc__C": [10, 100, 1000]}


@pytest.mark.parametrize(
    "changes",
    [
        {"half": 0.03, "edge_p_value": 0.1},  # not certain
        {"gain": 0.0015, "half": 0.0001},  # certain, and next to nothing
        {"edge": ""},
        {"edge_gain": None},
    ],
)
def test_a_flat_or_unknown_end_passes(changes, judge, make):
    assert edged(judge, make, parameter(make, **changes)).status is Status.PASSED


@pytest.mark.parametrize(
    ("name", "edge", "low", "high"),
    [
        ("tree__min_samples_leaf", "low", 1.0, 20.0),
        ("alpha", "low", 0.0, 1.0),
        ("max_features", "high", 0.2, 1.0),
        ("pca__n_components", "high", 1.0, 3.0),  # as many as there are columns
    ],
)
def test_ranges_that_end_by_nature_pass(name, edge, low, high, judge, make):
    assert edged(judge, make, parameter(make, name=name, edge=edge, low=low, high=high)).status is Status.PASSED


def test_a_sampled_range_ends_near_its_natural_end(judge, make):
    def sampled(low: float, neighbour: float):
        found = parameter(make, name="knn__n_neighbors", edge="low", low=low, high=60.0, neighbour=neighbour)
        search = grid(exhaustive=False, class_name="RandomizedSearchCV", parameters=(found,))
        return judge("tuned-on-edge", make.record(search=search))

    assert sampled(3.0, 23.0).status is Status.PASSED
    verdict = sampled(20.0, 30.0)
    assert verdict.status is Status.FLAGGED
    assert "one of the lowest of 4 values" in verdict.message


def test_two_values_are_no_range(judge, make):
    assert edged(judge, make, parameter(make, values=2)).status is Status.NOT_APPLICABLE
    words = parameter(make, low=None, high=None, edge="")
    assert edged(judge, make, words).status is Status.NOT_APPLICABLE


def test_many_parameters_are_corrected_for(judge, make):
    chance = parameter(make, edge_p_value=0.04)
    others = [parameter(make, name=f"p{i}", gain=0.0001, edge_p_value=0.9) for i in range(5)]
    assert edged(judge, make, chance).status is Status.FLAGGED
    assert edged(judge, make, chance, *others).status is Status.PASSED


@pytest.mark.parametrize(
    ("edge", "low", "high", "neighbour", "values"),
    [
        ("low", 2.0, 8.0, 4.0, [2, 1]),
        ("low", 0.01, 1.0, 0.1, [0.01, 0.001, 0.0001]),
        ("high", 0.0, 5.0, 0.0, [5, 10, 15]),
    ],
)
def test_the_next_range_goes_on_in_the_same_steps(edge, low, high, neighbour, values, judge, make):
    verdict = edged(judge, make, parameter(make, name="x", edge=edge, low=low, high=high, neighbour=neighbour))
    assert ast.literal_eval(verdict.remedies[0].code) == {"x": values}


def test_the_worst_of_several_is_told_first(judge, make):
    verdict = edged(judge, make, parameter(make), replace(parameter(make, gain=0.1), name="gamma"))
    assert "best gamma" in verdict.message
    assert [subject.name for subject in verdict.evidence.subjects] == ["gamma", "svc__C"]

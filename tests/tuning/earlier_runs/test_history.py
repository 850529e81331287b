from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace
from mlflow_pitfalls.tuning.earlier_runs.history import FEWEST_FOR_IMPORTANCES, from_history

C = Parameter(name="C", kind=Kind.FLOAT, low=1e-2, high=1e3, log=True, current=1.0, start=1.0)
GAMMA = Parameter(name="gamma", kind=Kind.FLOAT, low=1e-4, high=10.0, log=True, current="scale", start=0.03)
LEAVES = Parameter(name="leaves", kind=Kind.INTEGER, low=2, high=128, log=True, current=31, start=31)
KERNEL = Parameter(name="kernel", kind=Kind.CATEGORY, choices=("rbf", "poly", None), current="rbf")
DEGREE = Parameter(
    name="degree", kind=Kind.INTEGER, low=2, high=5, current=3, start=3, when=(("kernel", "poly"),)
)  # fmt: skip
SPACE = SearchSpace(estimator="SVC", parameters=(GAMMA, C, LEAVES, KERNEL, DEGREE))


def made(count, seed=0, kernel=("rbf", "poly", "None"), sign=1.0):
    """Runs whose score peaks at gamma = 0.01 and depends a little on C and on nothing else."""
    draw = np.random.default_rng(seed)
    runs = []
    for i in range(count):
        gamma, c, leaves = 10 ** draw.uniform(-4, 1), 10 ** draw.uniform(-2, 3), draw.integers(2, 129)
        score = -(np.log10(gamma / 0.01) ** 2) - 0.05 * np.log10(c / 10) ** 2 + 0.01 * draw.normal()
        logged = {"gamma": gamma, "C": c, "leaves": leaves, "kernel": kernel[i % len(kernel)], "degree": 2 + i // 3 % 3}
        parameters = tuple((name, str(value)) for name, value in logged.items())
        runs.append(EarlierConfiguration(run_id=str(i), parameters=parameters, score=sign * score, started_ms=i))
    return runs


def ask(runs, space=SPACE, *, greater=True, seed=3):
    return from_history(space, runs, metric="r2", greater_is_better=greater, seed=seed)


@pytest.mark.parametrize(("greater", "sign"), [(True, 1.0), (False, -1.0)])
def test_proposals_gather_where_the_earlier_runs_were_better(greater, sign):
    advice = ask(made(25, sign=sign), greater=greater)
    gammas = [dict(each.values)["gamma"] for each in advice.next]
    assert len(gammas) == 5
    assert sum(1e-3 <= gamma <= 0.1 for gamma in gammas) >= 4
    assert advice.runs_used == 25
    assert all(each.why for each in advice.next)


def test_the_dominant_parameter_comes_first():
    importances = ask(made(25)).importances
    assert importances[0].name == "gamma"
    assert importances[0].share > 0.5
    assert sum(each.share for each in importances) == pytest.approx(1.0)


def test_importances_need_fifteen_runs_and_say_so():
    advice = ask(made(FEWEST_FOR_IMPORTANCES - 1))
    assert advice.importances == ()
    assert advice.notes == ("importances take 15 earlier runs: there are 14",)
    assert ask(made(FEWEST_FOR_IMPORTANCES)).importances != ()


@pytest.mark.parametrize("count", [0, 1, 4])
def test_little_history_answers_nothing_and_says_so(count):
    advice = ask(made(count))
    assert (advice.next, advice.importances, advice.runs_used) == ((), (), count)
    assert "5 are needed" in advice.notes[0]


def test_one_setting_logged_many_times_is_little_history():
    assert ask([made(1)[0]] * 30).next == ()


def test_equal_seeds_give_equal_advice_and_no_global_state_is_touched():
    before, state = random.getstate(), np.random.get_state()[1].copy()
    filters = list(warnings.filters)
    runs = made(18)
    assert ask(runs) == ask(list(reversed(runs)))
    assert ask(runs).next != ask(runs, seed=4).next
    assert random.getstate() == before and (np.random.get_state()[1] == state).all()
    assert warnings.filters == filters


def test_one_failed_run_does_not_flatten_the_others():
    runs = made(20)
    failed = EarlierConfiguration(run_id="x", parameters=runs[0].parameters, score=-1e9, started_ms=99)
    gammas = [dict(each.values)["gamma"] for each in ask([*runs, failed]).next]
    assert sum(1e-3 <= gamma <= 0.1 for gamma in gammas) >= 4


def test_a_condition_holds_in_every_proposal():
    for seed in range(5):
        for each in ask(made(20), seed=seed).next:
            values = dict(each.values)
            assert ("degree" in values) == (values["kernel"] == "poly")


def test_what_must_be_set_along_is():
    space = SearchSpace(
        estimator="LGBM",
        parameters=(C, Parameter(name="gamma", kind=Kind.FLOAT, low=0.1, high=1.0, together=(("freq", 1),))),
    )
    assert all(dict(each.values)["freq"] == 1 for each in ask(made(10), space).next)


def test_a_space_with_fewer_settings_than_proposals_gives_what_is_left():
    space = SearchSpace(estimator="x", parameters=(KERNEL, Parameter(name="leaves", kind=Kind.INTEGER, low=1, high=2)))
    runs = [
        EarlierConfiguration(run_id=f"{k}{n}", parameters=(("kernel", k), ("leaves", str(n))), score=float(n))
        for k, n in (("rbf", 1), ("rbf", 2), ("poly", 1), ("poly", 2), ("None", 1))
    ]
    assert [dict(each.values) for each in ask(runs, space).next] == [{"kernel": None, "leaves": 2}]


texts = st.one_of(
    st.sampled_from(["None", "rbf", "poly", "sqrt", "1", "-1", "0", "0.5", "1e300", "nan", "inf", "(3,)", "x..."]),
    st.floats(1e-5, 1e5).map(str),
    st.integers(1, 300).map(str),
)
hostile = st.builds(
    lambda values, score, place: EarlierConfiguration(
        run_id=str(place), parameters=tuple(values.items()), score=score, started_ms=place
    ),
    st.dictionaries(st.sampled_from(["C", "gamma", "leaves", "kernel", "degree"]), texts, max_size=5),
    st.floats(),
    st.integers(0, 10**6),
)


@settings(max_examples=40)
@given(st.lists(hostile, max_size=25))
def test_any_history_is_answered_within_the_space(runs):
    advice = ask(runs)
    tried = {each.values for each in advice.tried}
    ranges = {each.name: each for each in SPACE.parameters}
    proposed = [each.values for each in advice.next]
    assert len(set(proposed)) == len(proposed) <= 5
    for values in proposed:
        assert values not in tried
        for name, value in values:
            if ranges[name].kind is Kind.CATEGORY:
                assert value in ranges[name].choices
            else:
                assert np.isfinite(value)
                assert isinstance(value, int) == (ranges[name].kind is Kind.INTEGER)


def test_promising_parameters_that_no_run_varied_are_named():
    first = Parameter(name="first", kind=Kind.FLOAT, low=0.0, high=1.0, current=0.5, start=0.5, priority=1)
    space = SearchSpace(estimator="SVC", parameters=(GAMMA, C, first))
    assert ask(made(20), space).notes == ("no earlier run varied first: what that would bring is not known",)

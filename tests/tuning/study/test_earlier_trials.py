from __future__ import annotations

import optuna
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace, TriedConfiguration
from mlflow_pitfalls.tuning.earlier_runs.earlier import explored
from mlflow_pitfalls.tuning.study.earlier_trials import (
    MOST_EARLIER,
    RUN_ATTRIBUTE,
    SCORE_ATTRIBUTE,
    earlier_trials,
    is_earlier,
)

RATE = Parameter(name="rate", kind=Kind.FLOAT, low=0.01, high=0.3, log=True, current=0.1, start=0.1)
LEAVES = Parameter(name="leaves", kind=Kind.INTEGER, low=4, high=128, log=True, current=31, start=31)
WEIGHT = Parameter(name="weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
LAYERS = Parameter(name="layers", kind=Kind.CATEGORY, choices=((32,), (64, 64)), current=(32,))
BOUND = Parameter(name="share", kind=Kind.FLOAT, low=0.5, high=1.0, current=1.0, start=1.0, when=(("weight", None),))
SPACE = SearchSpace(estimator="x", parameters=(RATE, LEAVES, WEIGHT, LAYERS, BOUND))


def tried(number, score=0.5, **values):
    return TriedConfiguration(run_id=f"r{number}", values=tuple(values.items()), score=score, started_ms=number)


def test_runs_are_trials_that_cannot_be_the_best():
    runs = [tried(2, 0.9, rate=0.5, leaves=7, layers=(64, 64)), tried(1, 0.8, weight="balanced", share=0.7)]
    trials = earlier_trials(SPACE.parameters, runs)
    assert [each.user_attrs for each in trials] == [
        {RUN_ATTRIBUTE: "r1", SCORE_ATTRIBUTE: 0.8},
        {RUN_ATTRIBUTE: "r2", SCORE_ATTRIBUTE: 0.9},
    ]
    assert trials[0].params == {"weight": "balanced", "share": 0.7}
    assert trials[1].params == {"rate": 0.5, "leaves": 7, "layers": "(64, 64)"}
    assert trials[1].distributions["rate"] == optuna.distributions.FloatDistribution(0.01, 0.5, log=True)
    study = optuna.create_study(direction="maximize")
    study.add_trials(trials)
    assert all(map(is_earlier, study.trials))
    assert not study.best_trials


def test_the_latest_are_taken_and_what_is_not_searched_is_left_out():
    runs = [tried(number, rate=0.1, depth=number) for number in range(MOST_EARLIER + 5)]
    trials = earlier_trials(SPACE.parameters, runs)
    assert len(trials) == MOST_EARLIER
    assert trials[-1].user_attrs[RUN_ATTRIBUTE] == f"r{MOST_EARLIER + 4}"
    assert trials[-1].params == {"rate": 0.1}


@settings(max_examples=40)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([each.name for each in SPACE.parameters]),
            st.one_of(st.text(), st.floats().map(str), st.integers().map(str), st.sampled_from(["None", "(64, 64)"])),
        ),
        max_size=10,
    )
)
def test_any_history_makes_trials_that_a_study_takes(logged):
    runs = [
        EarlierConfiguration(
            run_id=f"r{place}",
            parameters=tuple((name, str(value)) for name, value in values.items()),
            score=float(place),
            started_ms=place,
        )
        for place, values in enumerate(logged)
    ]
    known = explored(SPACE, runs, "").tried
    study = optuna.create_study(direction="maximize")
    study.add_trials(earlier_trials(SPACE.parameters, known))
    assert len(study.trials) == len(known)

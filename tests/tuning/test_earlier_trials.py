from __future__ import annotations

import optuna
from hypothesis import given, settings
from hypothesis import strategies as st

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace
from mlflow_pitfalls.tuning.earlier_trials import RUN_ATTRIBUTE, earlier_trials

RATE = Parameter(name="rate", kind=Kind.FLOAT, low=0.01, high=0.3, log=True, current=0.1, start=0.1)
LEAVES = Parameter(name="leaves", kind=Kind.INTEGER, low=4, high=128, log=True, current=31, start=31)
WEIGHT = Parameter(name="weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
LAYERS = Parameter(name="layers", kind=Kind.CATEGORY, choices=((32,), (64, 64)), current=(32,))
BOUND = Parameter(name="share", kind=Kind.FLOAT, low=0.5, high=1.0, current=1.0, start=1.0, when=(("weight", None),))
SPACE = SearchSpace(estimator="x", parameters=(RATE, LEAVES, WEIGHT, LAYERS, BOUND))


def run(number, score=0.5, **logged):
    parameters = tuple((name, str(value)) for name, value in logged.items())
    return EarlierConfiguration(run_id=f"r{number}", parameters=parameters, score=score, started_ms=number)


def test_runs_are_completed_trials_of_a_study():
    runs = [run(2, 0.9, rate=0.5, leaves=7, layers="(64, 64)"), run(1, 0.8, weight="balanced", share=0.7)]
    trials = earlier_trials(SPACE, runs, metric="auc")
    assert [(each.value, each.user_attrs) for each in trials] == [
        (0.8, {RUN_ATTRIBUTE: "r1"}),
        (0.9, {RUN_ATTRIBUTE: "r2"}),
    ]
    assert trials[0].params == {"rate": 0.1, "leaves": 31, "weight": "balanced", "layers": "(32,)"}
    assert trials[1].params == {"rate": 0.5, "leaves": 7, "weight": None, "layers": "(64, 64)", "share": 1.0}
    assert trials[0].distributions["rate"] == optuna.distributions.FloatDistribution(0.01, 0.5, log=True)


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
    runs = [run(place, float(place), **values) for place, values in enumerate(logged)]
    study = optuna.create_study(direction="maximize")
    study.add_trials(earlier_trials(SPACE, runs, metric=""))
    assert all(each.state is optuna.trial.TrialState.COMPLETE for each in study.trials)

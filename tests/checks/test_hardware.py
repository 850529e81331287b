from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import TimeFacts

FOREST = (("RandomForestClassifier", "None"),)
SEARCH = (("GridSearchCV", "None"), ("RandomForestClassifier", "1"))


def judged(judge, make, *, jobs=FOREST, seconds=80.0, busy=1.0, cores=8, **changes):
    facts = {"name": "RandomForestClassifier", "family": "forest", "tunable": ("n_jobs",), "jobs": jobs, **changes}
    fit = make.fit(estimator=make.estimator(**facts), seconds=seconds, cpu_seconds=busy * seconds)
    return judge("idle-cores", make.record(fit=fit, times=TimeFacts(cores=cores)))


def test_one_busy_core_of_eight_is_flagged(judge, make):
    verdict = judged(judge, make)
    assert verdict.status is Status.FLAGGED
    assert "kept 1.00 of 8 cores busy" in verdict.message
    assert verdict.remedies[0].code == "model.set_params(n_jobs=-1)"


def test_of_a_search_the_outermost_part_is_told(judge, make):
    verdict = judged(judge, make, jobs=SEARCH, class_name="GridSearchCV", parameter_prefix="estimator__")
    assert "GridSearchCV was left at one worker" in verdict.message
    assert verdict.remedies[0].code == "model.set_params(n_jobs=-1)"
    nested = judged(judge, make, class_name="Pipeline", parameter_prefix="forest__")
    assert nested.remedies[0].code == "model.set_params(forest__n_jobs=-1)"
    hidden = judged(judge, make, jobs=(("BaggingClassifier", "None"),), class_name="Pipeline")
    assert hidden.remedies[0].code == ""


def test_just_beyond_the_bounds_is_quiet(judge, make):
    assert judged(judge, make, busy=1.3).status is Status.PASSED
    assert judged(judge, make, seconds=9.9).status is Status.NOT_APPLICABLE
    assert judged(judge, make, cores=1).status is Status.NOT_APPLICABLE


def test_a_fit_that_waited_is_undecided(judge, make):
    assert judged(judge, make, busy=0.6).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    "jobs",
    [
        (("RandomForestClassifier", "-1"),),
        (("GridSearchCV", "None"), ("RandomForestClassifier", "4")),
        (("KNeighborsClassifier", "None"),),
        (("LogisticRegression", "None"),),
        (("XGBClassifier", "None"),),
        (),
    ],
)
def test_workers_that_are_set_or_would_not_help_are_not_applicable(jobs, judge, make):
    assert judged(judge, make, jobs=jobs).status is Status.NOT_APPLICABLE


def test_boosting_held_to_one_thread_is_flagged(judge, make):
    jobs = (("XGBClassifier", "1"),)
    verdict = judged(judge, make, jobs=jobs, name="XGBClassifier", family="boosting")
    assert verdict.status is Status.FLAGGED


def test_no_fit_is_not_applicable(judge, make):
    assert judge("idle-cores", make.record(fit=None)).status is Status.NOT_APPLICABLE

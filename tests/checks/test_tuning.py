from __future__ import annotations

from dataclasses import replace

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import HistoryFacts, SearchFacts

FOREST = ("forest",)


def history(runs: int = 9, families=FOREST, **changes) -> HistoryFacts:
    return HistoryFacts(runs_seen=runs, comparable_runs=runs, families=families, **changes)


def forest(make, **changes):
    names = ("max_depth", "max_features", "min_samples_leaf", "n_estimators")
    return make.estimator("RandomForestClassifier", "forest", tunable=names, **changes)


def run(make, *, fits=None, skill=(0.85, 0.05), **changes):
    fit = changes.pop("fit", None) or make.fit(estimator=forest(make))
    score = make.score(held_out=0.5 + skill[0] / 2, half=skill[1] / 2)
    facts = {"fit": fit, "fits": (fit,) if fits is None else fits, "scores": (score,), "history": history(), **changes}
    return make.record(**facts)


def test_ten_runs_of_one_family_are_flagged(judge, make):
    verdict = judge("single-model-family", run(make))
    assert verdict.status is Status.FLAGGED
    assert "All 10 runs" in verdict.message and "(forest)" in verdict.message
    assert verdict.remedies[0].code.startswith("HistGradientBoostingClassifier(")


@pytest.mark.parametrize(
    "changes",
    [
        {"history": history(8)},
        {"history": history(30, ("forest", "linear"))},
        {"skill": (0.98, 0.02)},  # little is left to gain
    ],
)
def test_few_runs_or_several_families_pass(changes, judge, make):
    assert judge("single-model-family", run(make, **changes)).status is Status.PASSED


def test_another_family_in_the_same_run_counts(judge, make):
    fits = (make.fit(estimator=make.estimator("Ridge", "linear")),)
    assert judge("single-model-family", run(make, fits=fits)).status is Status.PASSED


def test_a_dummy_is_no_second_family(judge, make):
    verdict = judge("single-model-family", run(make, history=history(12, ("dummy", "forest"))))
    assert verdict.status is Status.FLAGGED


def test_older_runs_out_of_sight_leave_it_open(judge, make):
    record = run(make, history=history(90, complete=False))
    assert judge("single-model-family", record).status is Status.INCONCLUSIVE


def test_what_is_not_known_is_not_applicable(judge, make):
    odd = make.fit(estimator=make.estimator("Mine", "other"))
    assert judge("single-model-family", run(make, fit=odd)).status is Status.NOT_APPLICABLE
    for name in ("single-model-family", "untuned-defaults"):
        assert judge(name, run(make, history=None)).status is Status.NOT_APPLICABLE


def test_defaults_with_room_above_are_flagged_with_a_search(judge, make):
    verdict = judge("untuned-defaults", run(make))
    assert verdict.status is Status.FLAGGED
    assert "0.85" in verdict.message and "0.95" in verdict.message
    assert verdict.remedies[0].code.startswith("RandomizedSearchCV(model, {'min_samples_leaf': [")


@pytest.mark.parametrize(("skill", "status"), [((0.92, 0.05), Status.INCONCLUSIVE), ((0.96, 0.01), Status.PASSED)])
def test_little_room_is_no_flag(skill, status, judge, make):
    assert judge("untuned-defaults", run(make, skill=skill)).status is status


def test_a_setting_or_a_tuning_run_passes(judge, make):
    tuned = make.fit(estimator=forest(make, tuned=("max_depth",)))
    assert judge("untuned-defaults", run(make, fit=tuned)).status is Status.PASSED
    assert judge("untuned-defaults", run(make, fits=(tuned,))).status is Status.PASSED
    assert judge("untuned-defaults", run(make, history=history(tuning_runs=1))).status is Status.PASSED
    cut = run(make, history=history(complete=False))
    assert judge("untuned-defaults", cut).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "family", "tunable"),
    [
        ("LinearRegression", "linear", ("fit_intercept",)),
        ("LassoCV", "linear", ("alphas", "l1_ratio")),
        ("DummyClassifier", "dummy", ("strategy",)),
        ("GaussianNB", "bayes", ("var_smoothing",)),
    ],
)
def test_what_needs_no_tuning_is_not_applicable(name, family, tunable, judge, make):
    fit = make.fit(estimator=make.estimator(name, family, tunable=tunable))
    assert judge("untuned-defaults", run(make, fit=fit)).status is Status.NOT_APPLICABLE


def test_a_search_in_the_run_is_not_applicable(judge, make):
    search = SearchFacts(class_name="GridSearchCV", exhaustive=True, candidates=9, folds=5, fits=45, metric="")
    assert judge("untuned-defaults", run(make, search=search)).status is Status.NOT_APPLICABLE
    inner = make.fit(estimator=forest(make, is_search=True))
    assert judge("untuned-defaults", run(make, fits=(inner,))).status is Status.NOT_APPLICABLE


def test_no_lift_is_the_cause(make):
    from mlflow_pitfalls.checks.runner import run_checks

    record = run(make, skill=(0.0, 0.1))
    record = replace(record, scores=(make.score(train=0.52, held_out=0.5, half=0.05),))
    outcomes = {outcome.check: outcome for outcome in run_checks(record).outcomes}
    assert outcomes["untuned-defaults"].explained_by == "no-lift"
    assert outcomes["single-model-family"].explained_by == "no-lift"

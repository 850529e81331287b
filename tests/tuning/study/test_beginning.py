"""A study that begins from a run's suggestions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mlflow_pitfalls.model.suggestions import (
    Configuration,
    Kind,
    Parameter,
    SearchSpace,
    Suggestions,
    TriedConfiguration,
)
from mlflow_pitfalls.model.tuning import TrialEnd
from mlflow_pitfalls.tuning.study.beginning import beginning_of
from mlflow_pitfalls.tuning.study.study import Request, tune_model

C = Parameter(name="svc__C", kind=Kind.FLOAT, low=1e-3, high=1e3, log=True, current=1e-3, start=1e-3)
GAMMA = Parameter(name="svc__gamma", kind=Kind.FLOAT, low=1e-4, high=10.0, log=True, current=1.0, start=1.0)
SPACE = SearchSpace(estimator="SVC", parameters=(C, GAMMA))


def tried(number, score, c, gamma):
    return TriedConfiguration(
        run_id=f"r{number}", values=(("svc__C", c), ("svc__gamma", gamma)), score=score, started_ms=number
    )


OWN = tried(9, 0.5, 1e-3, 1.0)
EARLIER = (tried(1, 0.99, 3.0, 0.02), tried(2, 0.9, 0.1, 0.1), tried(3, 0.7, 100.0, 1.0), OWN)
NEXT = (Configuration(values=(("svc__C", 10.0),)), Configuration(values=(("svc__gamma", 0.05),)))


def suggestions(**changes):
    plain = Suggestions(run_id="r9", metric="roc_auc", space=SPACE, next=NEXT, basis="history", tried=EARLIER)
    return replace(plain, **changes)


def begin(known, trials=50, metric="roc_auc"):
    return beginning_of(known, SPACE.parameters, metric=metric, trials=trials)


def test_earlier_runs_go_first_the_best_of_them_in_front():
    found = begin(suggestions())
    assert found.first == (dict(EARLIER[0].values), {"svc__C": 10.0}, {"svc__gamma": 0.05})
    assert found.earlier == EARLIER
    assert found.runs == 3
    assert found.text == "Began from 3 earlier runs on the same rows."


def test_few_trials_are_not_spent_on_what_was_proposed_beforehand():
    assert len(begin(suggestions(), trials=20).first) == 2
    assert len(begin(suggestions(tried=(OWN,), basis="prior"), trials=8).first) == 2
    assert len(begin(suggestions(), trials=1).first) == 1


def test_without_history_the_priors_speak():
    found = begin(suggestions(tried=(OWN,), basis="prior"))
    assert (found.earlier, found.runs) == ((), 0)
    assert len(found.first) == 2
    assert found.text.startswith("No history")
    assert begin(None).text.startswith("Nothing was known")


def test_scores_of_another_metric_are_no_hint():
    found = begin(suggestions(), metric="accuracy")
    assert (found.first, found.earlier) == ((), ())
    assert "scored by roc_auc, not by accuracy" in found.text


def test_what_lies_outside_of_the_space_is_not_tried():
    outside = Configuration(values=(("svc__C", 1e9), ("svc__gamma", 0.1)))
    foreign = Configuration(values=(("scale__with_mean", False),))
    assert begin(suggestions(next=(outside, foreign), tried=(OWN,), basis="prior")).first == ()


def test_what_is_proposed_stays_otherwise_where_the_model_stands(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), SVC(C=1e-3, gamma=1.0))
    known = suggestions(tried=(OWN,), basis="prior")
    request = Request(model=model, x=X, y=y, known=known, trials=3, folder=tmp_path, show=False)
    facts = tune_model(request, lambda: None).facts
    assert facts.began.startswith("No history")
    assert dict(facts.trials[1].values) == {"svc__C": 10.0, "svc__gamma": 1.0}


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_study_goes_on_from_history_and_is_judged_by_its_own_trials(tmp_path, jobs):
    X, y = load_breast_cancer(return_X_y=True)
    x_train, _, y_train, _ = train_test_split(X, y, random_state=0)
    model = make_pipeline(StandardScaler(), SVC(C=1e-3, gamma=1.0))
    request = Request(
        model=model, x=x_train, y=y_train, known=suggestions(), trials=8, folder=tmp_path, show=False, jobs=jobs
    )
    facts = tune_model(request, lambda: None).facts
    assert facts.began.startswith("Began from 3 earlier runs")
    assert facts.history_runs == 3
    assert len(facts.trials) == 8
    assert [each.number for each in facts.trials] == list(range(8))
    assert facts.trials[0].is_present
    assert dict(facts.trials[1].values) == {"svc__C": 3.0, "svc__gamma": 0.02}
    assert all(len(each.folds) == 5 for each in facts.trials if each.end is TrialEnd.COMPLETE)
    again = tune_model(request, lambda: None).facts
    assert again.trials == facts.trials


def test_what_has_to_be_mended_first_is_told():
    advice = ("Mend target-leakage first: it gives the target away.", "Stop early.")
    assert begin(suggestions(advice=advice)).cautions == advice[:1]

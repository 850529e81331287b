from __future__ import annotations

import pytest

from mlflow_pitfalls.model.outcomes import Status
from mlflow_pitfalls.model.record import HistoryFacts


def judged(judge, make, *, name="RandomForestClassifier", family="forest", baselines=0, fits=(), **changes):
    estimator = make.estimator(name, family, **changes)
    history = HistoryFacts(runs_seen=12, comparable_runs=12, baseline_runs=baselines)
    return judge("no-baseline-run", make.record(fit=make.fit(estimator=estimator), fits=fits, history=history))


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("RandomForestClassifier", "forest"),
        ("XGBClassifier", "boosting"),
        ("SVC", "svm"),
        ("MLPClassifier", "network"),
        ("StackingClassifier", "other"),
    ],
)
def test_complex_models_without_a_simple_run_are_flagged(name, family, judge, make):
    verdict = judged(judge, make, name=name, family=family)
    assert verdict.status is Status.FLAGGED
    assert "12 comparable runs" in verdict.message


def test_one_simple_run_is_enough(judge, make):
    assert judged(judge, make, baselines=1).status is Status.PASSED
    linear = make.fit(estimator=make.estimator("LogisticRegression", "linear"))
    assert judged(judge, make, fits=(linear,)).status is Status.PASSED


@pytest.mark.parametrize(
    ("name", "family", "parameters"),
    [
        ("LogisticRegression", "linear", ()),
        ("LinearSVC", "svm", ()),
        ("SVC", "svm", (("kernel", "linear"),)),
        ("KernelRidge", "svm", ()),
    ],
)
def test_simple_models_need_no_baseline(name, family, parameters, judge, make):
    verdict = judged(judge, make, name=name, family=family, parameters=parameters)
    assert verdict.status is Status.NOT_APPLICABLE


def test_no_history_is_not_applicable_with_the_reason(judge, make):
    verdict = judge("no-baseline-run", make.record(history=None))
    assert verdict.status is Status.NOT_APPLICABLE
    assert "earlier runs" in verdict.message


def test_a_history_cut_short_is_inconclusive(judge, make):
    forest = make.fit(estimator=make.estimator("RandomForestClassifier", "forest"))
    history = HistoryFacts(runs_seen=200, comparable_runs=200, complete=False)
    assert judge("no-baseline-run", make.record(fit=forest, fits=(), history=history)).status is Status.INCONCLUSIVE

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, make_moons
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from mlflow_pitfalls.capture.estimators.search import search_facts
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Evidence, Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord, ScoreFacts
from mlflow_pitfalls.model.suggestions import Kind, SearchSpace
from mlflow_pitfalls.model.values import Estimate, Severity, Task
from mlflow_pitfalls.tuning.space.order import ordered
from mlflow_pitfalls.tuning.space.spaces import space_of


def record(**facts) -> RunRecord:
    return RunRecord(run=RunInfo(run_id="r"), task=Task.BINARY, package_version="0", **facts)


SCORED = record(
    scores=(
        ScoreFacts(
            metric="roc_auc",
            primary=True,
            perfect=1.0,
            train=Estimate(value=0.99, rows=500),
            held_out=Estimate(value=0.81, rows=200),
        ),
    )
)


def flag(check: str, severity: Severity = Severity.MEDIUM, **evidence) -> Outcome:
    facts = {"statistic": "share of the rare class", "value": 0.04, "threshold": 0.1, "unit": "", "rows": 500}
    return Outcome(
        check=check,
        group=Group.ACCURACY,
        status=Status.FLAGGED,
        message="",
        severity=severity,
        evidence=Evidence(**{**facts, **evidence}),
    )


def flagged(*flags: Outcome) -> Outcomes:
    return Outcomes(run_id="r", outcomes=flags)


def suggested(estimator, *flags: Outcome, facts: RunRecord = SCORED) -> dict:
    space = space_of(estimator, task=Task.BINARY, class_counts=[400, 100], columns=10)
    return {found.name: found for found in ordered(space, flagged(*flags), facts).parameters}


def test_without_flags_nothing_changes_but_the_numbering():
    space = space_of(SVC(), task=Task.BINARY)
    found = ordered(space, flagged(), record())
    assert [(p.name, p.low, p.high, p.why) for p in found.parameters] == [
        (p.name, p.low, p.high, "") for p in space.parameters
    ]
    assert [p.priority for p in found.parameters] == [1, 2, 3]


def test_overfit_turns_the_ranges_to_the_regularising_side():
    found = suggested(LogisticRegression(C=10.0), flag("overfit"))
    assert found["C"].low == 1e-4
    assert 10.0 < found["C"].high < 100.0
    assert found["C"].why == (
        "lower values help against overfit (roc_auc: 0.99 on the training rows, 0.81 on held-out ones)"
    )
    leaf = suggested(DecisionTreeClassifier(min_samples_leaf=8), flag("overfit"))["min_samples_leaf"]
    assert 1 < leaf.low <= 8 and leaf.high == 64


def test_underfit_turns_them_the_other_way():
    found = suggested(LogisticRegression(C=0.01), flag("underfit"))
    assert 1e-4 < found["C"].low < 0.01 and found["C"].high == 1e4
    assert "higher values help against underfit" in found["C"].why


def test_what_fights_the_flag_comes_first():
    assert next(iter(suggested(MLPClassifier()))) == "learning_rate_init"
    assert next(iter(suggested(MLPClassifier(), flag("overfit")))) == "alpha"


def test_imbalance_puts_weights_first_with_the_choice_that_helps_in_front():
    found = suggested(RandomForestClassifier(), flag("class-imbalance"))
    weight = next(iter(found.values()))
    assert weight.name == "class_weight" and weight.priority == 1
    assert weight.choices == ("balanced_subsample", None, "balanced")
    assert weight.why == (
        "'balanced_subsample' helps against class-imbalance (share of the rare class: 0.04, limit 0.10)"
    )
    assert next(iter(suggested(XGBClassifier(), flag("accuracy-paradox")))) == "scale_pos_weight"


def test_a_slow_fit_cuts_the_slower_side_off_and_leaves_the_order():
    plain, found = suggested(XGBClassifier()), suggested(XGBClassifier(), flag("slow-training"))
    assert list(found) == list(plain)
    assert found["n_estimators"].high == 100 and found["learning_rate"].low < 0.3
    assert "slow-training" in found["n_estimators"].why


def test_the_worst_flag_decides_where_two_disagree():
    slow, over = flag("slow-training", Severity.HIGH), flag("overfit", Severity.LOW)
    assert "slow-training" in suggested(XGBClassifier(learning_rate=0.05), slow, over)["learning_rate"].why
    milder = flag("slow-training", Severity.LOW), flag("overfit", Severity.HIGH)
    found = suggested(XGBClassifier(learning_rate=0.05), *milder)
    assert "overfit" in found["learning_rate"].why and found["learning_rate"].low == 0.005
    assert "overfit" in found["max_depth"].why and "slow-training" in found["max_depth"].why


def test_a_range_is_not_turned_where_there_is_no_room():
    found = suggested(SGDClassifier(alpha=1e-7), flag("underfit"))
    assert (found["alpha"].low, found["alpha"].high) == (1e-7, 0.1)


def test_a_search_that_ended_at_its_edge_goes_on_beyond_it():
    X, y = load_digits(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0)
    search = GridSearchCV(tree, {"max_depth": [1, 2, 3], "max_leaf_nodes": [64, 128, 256]}, cv=folds).fit(X, y)
    facts = record(search=search_facts(search))
    outcomes = run_checks(facts)
    assert "tuned-on-edge" in [found.check for found in outcomes.flags]
    space = space_of(search, task=Task.MULTICLASS, rows=1797)
    depth = ordered(space, outcomes, facts).parameters[0]
    assert depth.name == "max_depth" and depth.priority == 1
    assert (depth.low, depth.high, depth.current, depth.start) == (2, 30, 3, 3)
    assert "the highest that it tried and scores" in depth.why


def test_an_edge_of_a_parameter_that_the_table_lacks_joins_the_space():
    X, y = make_moons(n_samples=1500, noise=0.2, random_state=0)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": [2, 3, 4]}, cv=5).fit(X, y)
    facts = record(search=search_facts(search))
    space = space_of(search, task=Task.BINARY, rows=1500)
    assert "max_leaf_nodes" not in {found.name for found in space.parameters}
    first = ordered(space, run_checks(facts), facts).parameters[0]
    assert (first.name, first.kind, first.low) == ("max_leaf_nodes", Kind.INTEGER, 3)
    assert first.high >= 7 and first.start == 4


ESTIMATORS = (LogisticRegression(), DecisionTreeClassifier(), XGBClassifier(), MLPClassifier(), SVC())
CHECKS = ("overfit", "underfit", "slow-training", "class-imbalance", "no-lift", "superlinear-fit")


@given(
    position=st.integers(0, len(ESTIMATORS) - 1),
    checks=st.lists(st.sampled_from(CHECKS), unique=True),
    severities=st.lists(st.sampled_from(list(Severity)[1:]), min_size=len(CHECKS), max_size=len(CHECKS)),
)
def test_ranges_stay_within_the_space_and_hold_where_the_run_stands(position, checks, severities):
    space = space_of(ESTIMATORS[position], task=Task.BINARY, class_counts=[900, 90], columns=20)
    flags = [flag(check, severity) for check, severity in zip(checks, severities, strict=False)]
    found: SearchSpace = ordered(space, flagged(*flags), record())
    before = {parameter.name: parameter for parameter in space.parameters}
    assert sorted(before) == sorted(parameter.name for parameter in found.parameters)
    assert [parameter.priority for parameter in found.parameters] == list(range(1, len(before) + 1))
    for parameter in found.parameters:
        old = before[parameter.name]
        if parameter.kind is Kind.CATEGORY:
            assert set(parameter.choices) == set(old.choices) and len(parameter.choices) == len(old.choices)
            continue
        assert old.low <= parameter.low < parameter.high <= old.high
        assert parameter.start is None or parameter.low <= parameter.start <= parameter.high


@pytest.mark.parametrize("check", ["tuned-on-edge", "overfit"])
def test_flags_without_numbers(check):
    bare = Outcome(check=check, group=Group.ACCURACY, status=Status.FLAGGED, message="", severity=Severity.LOW)
    space = space_of(SVC(), task=Task.BINARY)
    found = ordered(space, flagged(bare), record())
    assert len(found.parameters) == len(space.parameters)

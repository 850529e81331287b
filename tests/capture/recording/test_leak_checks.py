"""Scripts on clean and on faulty data, through the hooks, up to the answers of the checks about leakage and order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from mlflow_pitfalls.checks.catalogue import by_name
from mlflow_pitfalls.checks.runner import run_checks
from mlflow_pitfalls.model.outcomes import Status

DATA = Path(__file__).parents[3] / "examples" / "data"


def _evaluated(watched, X, y, model, score=accuracy_score, **split):
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, **split)
    score(y_test, model.fit(X_train, y_train).predict(X_test))
    return watched.settle()


@pytest.mark.parametrize("load", [load_breast_cancer, load_wine])
def test_tables_of_many_columns_are_no_rule(load, watched):
    record = _evaluated(watched, *load(return_X_y=True), RandomForestClassifier(30, random_state=0))
    assert record.rule is not None
    assert "X_train[:, [" in record.rule.python
    assert by_name("simple-rule-suffices")(record).status is Status.PASSED


def test_numbers_that_several_columns_tell_are_no_rule(watched):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    record = _evaluated(watched, X, y, RandomForestRegressor(30, random_state=0), r2_score)
    assert record.rule is not None and record.rule.metric == "r2"
    assert by_name("simple-rule-suffices")(record).status is not Status.FLAGGED


def test_a_rule_over_one_category_is_found(watched):
    frame = pd.read_csv(DATA / "telco_churn.csv").head(3000)
    y = frame["Contract"].isin(["One year", "Two year"]).map({True: "long", False: "short"}).rename("kind")
    X = frame[["gender", "Contract", "PaymentMethod", "tenure", "MonthlyCharges"]]
    encoder = make_column_transformer(
        (OneHotEncoder(), ["gender", "Contract", "PaymentMethod"]), remainder="passthrough"
    )
    record = _evaluated(watched, X, y, make_pipeline(encoder, RandomForestClassifier(30, random_state=0)))
    assert record.rule.column == "Contract"
    assert "'Month-to-month' → short (100 %)" in record.rule.words
    verdict = by_name("simple-rule-suffices")(record)
    assert verdict.status is Status.FLAGGED


def test_a_cut_of_a_measure_is_a_rule_and_a_noisy_copy_a_leak(watched):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(2000, 4)), columns=["age", "income", "rooms", "score"])
    y = (X["score"] > 0.4).astype(int).rename("approved")
    model = RandomForestClassifier(30, random_state=0)
    cut = {outcome.check: outcome for outcome in run_checks(_evaluated(watched, X, y, model)).outcomes}
    assert cut["simple-rule-suffices"].status is Status.FLAGGED
    assert cut["target-leakage"].status is Status.INCONCLUSIVE
    X["signal"] = y + rng.normal(0, 0.1, len(y))
    copied = _evaluated(watched, X.drop(columns="score"), y, model)
    answers = {outcome.check: outcome for outcome in run_checks(copied).outcomes}
    assert answers["target-leakage"].status is Status.FLAGGED
    assert answers["simple-rule-suffices"].explained_by in ("", "target-leakage")


def test_parts_that_add_up_to_the_target_are_too_good(watched):
    frame = pd.read_csv(DATA / "bike_day.csv").drop(columns=["dteday", "instant"])
    record = _evaluated(watched, frame.drop(columns="cnt"), frame["cnt"], LinearRegression(), r2_score)
    verdict = by_name("too-good-to-be-true")(record)
    assert verdict.status is Status.FLAGGED
    assert "'registered'" in verdict.message


@pytest.mark.parametrize("load", [load_breast_cancer, load_digits, load_wine])
def test_clear_classes_are_not_too_good(load, watched):
    record = _evaluated(watched, *load(return_X_y=True), make_pipeline(StandardScaler(), SVC()))
    assert record.primary_score.held_out.value > 0.95
    assert by_name("too-good-to-be-true")(record).status is not Status.FLAGGED


def _tabular(X):
    numbers = list(X.select_dtypes("number"))
    return make_pipeline(make_column_transformer(("passthrough", numbers)), RandomForestRegressor(20, random_state=0))


def test_days_in_random_order_are_told_from_days_in_theirs(watched):
    frame = pd.read_csv(DATA / "bike_day.csv").drop(columns=["instant", "casual", "registered"])
    X, y = frame.drop(columns="cnt"), frame["cnt"]
    check = by_name("shuffled-time")
    assert check(_evaluated(watched, X, y, _tabular(X), r2_score)).status is Status.FLAGGED
    kept = train_test_split(X, y, shuffle=False)
    r2_score(kept[3], _tabular(X).fit(kept[0], kept[2]).predict(kept[1]))
    assert check(watched.settle()).status is Status.PASSED
    dated = X.drop(columns="dteday").set_index(pd.to_datetime(X["dteday"]))
    indexed = _evaluated(watched, dated, y.set_axis(dated.index), _tabular(dated), r2_score)
    assert indexed.time_order.source == "index"
    assert check(indexed).status is Status.FLAGGED


def test_clean_tables_hold_no_groups_and_no_order(watched):
    for name, target in (("german_credit.csv", "credit_risk"), ("telco_churn.csv", "Churn")):
        frame = pd.read_csv(DATA / name).head(2500)
        X, y = frame.drop(columns=target), frame[target].astype(str)
        numbers = list(X.select_dtypes("number"))
        model = make_pipeline(
            make_column_transformer(("passthrough", numbers)), RandomForestClassifier(20, random_state=0)
        )
        record = _evaluated(watched, X, y, model)
        assert record.time_order is None
        assert by_name("group-leakage")(record).status is not Status.FLAGGED


def test_small_tables_whose_rows_are_all_copied_overlap(watched):
    X, y = load_wine(return_X_y=True)
    rng = np.random.default_rng(0)
    take = rng.permutation(np.r_[np.arange(len(y)), rng.choice(len(y), len(y))])
    record = _evaluated(watched, X[take], y[take], RandomForestClassifier(30, random_state=0))
    assert record.overlap is not None and record.overlap.expected_share < 0.01
    assert by_name("train-test-overlap")(record).status is Status.FLAGGED

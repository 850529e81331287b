from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER
from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.capture.statistics.one_column import Target, target_of_sides
from mlflow_pitfalls.capture.statistics.rule import Rule, best_rule
from mlflow_pitfalls.capture.statistics.rule_scores import rule_facts
from mlflow_pitfalls.capture.statistics.rule_text import RuleTexts, rule_texts
from mlflow_pitfalls.model.record import RuleFacts
from mlflow_pitfalls.model.values import Task

ACCURACY, AUC, R2 = BY_SCORER["accuracy"], BY_SCORER["roc_auc"], BY_SCORER["r2"]


def _found(
    frame: pd.DataFrame, y: Any, task: Task, metric: MetricSpec, cut: float = 0.5
) -> tuple[Rule | None, Target | None, pd.DataFrame]:
    size = int(len(frame) * cut)
    names = [str(name) for name in frame.columns]
    plain = frame.set_axis(range(frame.shape[1]), axis=1)
    target = target_of_sides(np.asarray(y)[:size], np.asarray(y)[size:], task)
    if target is None:
        return None, None, plain
    rule = best_rule(plain.iloc[:size], plain.iloc[size:].reset_index(drop=True), names, target, metric)
    return rule, target, plain.iloc[size:]


def _texts(rule: Rule, target: Target, privacy: str = "default") -> RuleTexts:
    labels = {} if target.labels is None else {label: str(label) for label in target.labels}
    return rule_texts(rule, classes=target.labels, labels=labels, target_name="y", named_columns=True, privacy=privacy)


def _numbers(rows: int = 800, seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(rows, 5)), columns=list("abcde"))


@pytest.mark.parametrize("metric", [ACCURACY, AUC])
def test_a_cut_is_found_and_the_one_that_is_told_is_the_one_that_was_scored(metric: MetricSpec) -> None:
    frame = _numbers()
    y = (frame["c"] > 0.3).astype(int)
    rule, target, held_out = _found(frame, y, Task.BINARY, metric)
    assert rule is not None and target is not None
    assert (rule.column, rule.kind, len(rule.cuts)) == ("c", "tree", 1)
    assert rule.cuts[0] == pytest.approx(0.3, abs=0.05)
    told = (held_out[2].to_numpy() > rule.cuts[0]).astype(int)
    assert (rule.predictions(metric, target).y_pred == told).all()


def test_a_band_takes_two_levels_and_a_category_one_answer_for_each_value() -> None:
    frame = _numbers()
    band, *_ = _found(frame, frame["b"].between(-0.5, 0.6), Task.BINARY, ACCURACY)
    assert band is not None and band.column == "b" and len(band.cuts) == 2
    frame["city"] = np.random.default_rng(1).choice(list("pqrs"), len(frame))
    rule, target, _ = _found(frame, frame["city"].isin(["p", "q"]), Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    assert (rule.column, rule.kind) == ("city", "group_mean")
    assert sorted(rule.levels) == list("pqrs")
    codes = frame["city"].map({"p": 3, "q": 1, "r": 2, "s": 4})  # as numbers, no two cuts would do
    frame = frame.drop(columns="city").assign(code=codes)
    rule, *_ = _found(frame, frame["code"].isin([1, 3]), Task.BINARY, ACCURACY)
    assert rule is not None and rule.column == "code"


def test_numbers_are_predicted_by_means() -> None:
    frame = _numbers()
    frame["smoker"] = np.random.default_rng(2).choice([True, False], len(frame))
    y = np.where(frame["smoker"], 30_000.0, 8_000.0) + 100 * frame["a"]
    rule, target, _ = _found(frame, y, Task.REGRESSION, R2)
    assert rule is not None and target is not None
    assert rule.column == "smoker"
    texts = _texts(rule, target)
    assert "'True' → 300" in texts.words or "'True' → 299" in texts.words
    assert "AVG" in texts.sql and "e+" not in texts.words


def test_the_code_gives_the_rule_that_was_scored() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    mixed = np.random.default_rng(0).permutation(len(X))
    frame = X.iloc[mixed].reset_index(drop=True)
    frame["colour"] = np.random.default_rng(1).choice(["red", "blue"], len(frame))
    labels = y.iloc[mixed].to_numpy()
    rule, target, held_out = _found(frame, labels, Task.MULTICLASS, ACCURACY, 0.7)
    assert rule is not None and target is not None
    size = len(frame) - len(held_out)
    scope = {
        "X_train": frame.iloc[:size],
        "y_train": labels[:size],
        "DecisionTreeClassifier": DecisionTreeClassifier,
        "make_pipeline": make_pipeline,
        "OneHotEncoder": OneHotEncoder,
    }
    model = eval(_texts(rule, target).python, scope)
    assert (model.predict(frame.iloc[size:][[rule.column]]) == rule.predictions(ACCURACY, target).y_pred).all()


def test_no_value_is_told_that_few_rows_share() -> None:
    rng = np.random.default_rng(0)
    city = rng.choice(["common", "usual"], 600).astype(object)
    city[::40] = [f"rare {i}" for i in range(15)]
    y = (city == "common").astype(int)
    rule, target, _ = _found(_numbers(600).assign(city=city), y, Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    assert rule.rows[1:].min() >= 20
    texts = _texts(rule, target)
    assert "common" in texts.words and "rare" not in "".join((texts.words, texts.python, texts.sql))
    strict = _texts(rule, target, "strict")
    assert strict.words == "" and "common" not in strict.python + strict.sql
    assert "city" in strict.python


def test_strict_privacy_tells_no_cut() -> None:
    frame = _numbers()
    rule, target, _ = _found(frame, frame["a"] > 0.123, Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    strict = _texts(rule, target, "strict")
    assert (strict.words, strict.sql) == ("", "")
    assert strict.python.startswith("DecisionTreeClassifier(max_depth=1")


def test_names_cannot_break_out_of_the_query() -> None:
    frame = _numbers().rename(columns={"a": 'x"; DROP TABLE t; --\n\u202e' + "z" * 300})
    rule, target, _ = _found(frame, frame.iloc[:, 0] > 0, Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    texts = _texts(rule, target)
    assert texts.sql.count('"') == texts.sql.count('""') * 2 + texts.sql.replace('""', "").count('"')
    assert '"x""; DROP TABLE t; --__' in texts.sql
    assert texts.sql.isprintable() and len(texts.sql) < 600
    ast.parse(texts.python)


def test_the_query_and_the_rule_agree_about_groups() -> None:
    import sqlite3

    frame = _numbers()
    y = (frame["b"] > 0.2).astype(int)
    rule, target, _ = _found(frame, y, Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    database = sqlite3.connect(":memory:")
    frame.iloc[:400].assign(y=y).to_sql("training_rows", database, index=False)
    counted: dict[int, int] = {}
    for bucket, _, rows in database.execute(_texts(rule, target).sql):
        counted[bucket] = counted.get(bucket, 0) + rows
    database.close()
    assert counted == {group: int(rows) for group, rows in enumerate(rule.rows) if rows}


def _facts(frame: pd.DataFrame, y: pd.Series[Any], **options: Any) -> RuleFacts:
    X_train, X_test, y_train, y_test = train_test_split(frame, y, test_size=0.5, random_state=0)
    text = [name for name in frame if frame[name].dtype.kind not in "if"]
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), remainder="passthrough")
    model = make_pipeline(encoder, RandomForestClassifier(30, random_state=0)).fit(X_train, y_train)
    rule, target, _ = _found(pd.concat([X_train, X_test]), pd.concat([y_train, y_test]), Task.BINARY, ACCURACY)
    assert rule is not None and target is not None
    predictions = rule.predictions(ACCURACY, target)
    dummy = Predictions(y_true=y_test.to_numpy(), y_pred=np.full(len(y_test), y_train.mode()[0]))
    said = Predictions(y_true=y_test.to_numpy(), y_pred=model.predict(X_test))
    facts = rule_facts(ACCURACY, rule, model=said, answers=predictions, dummy=dummy, **options)
    assert facts is not None
    assert facts.score.value == pytest.approx(accuracy_score(y_test, np.asarray(predictions.y_pred, dtype=int)))
    return facts


def test_a_rule_that_is_the_truth_certainly_suffices() -> None:
    frame = _numbers(2000)
    facts = _facts(frame, ((frame["a"] > 0.2) ^ (np.random.default_rng(5).random(2000) < 0.05)).astype(int))
    assert facts.ratio is not None and facts.ratio.interval is not None
    assert facts.ratio.interval.low > 0.95
    assert facts.difference.interval is not None and facts.difference.interval.low < 0.03


def test_agreement_on_few_rows_proves_little() -> None:
    frame = _numbers(200)
    facts = _facts(frame, (frame["a"] > 0.2).astype(int))
    assert facts.ratio is not None and facts.ratio.interval is not None
    assert facts.ratio.value == pytest.approx(1.0, abs=0.05)
    assert facts.ratio.interval.low < 0.95


def test_several_columns_that_matter_are_no_rule() -> None:
    frame = _numbers(2000)
    facts = _facts(frame, (frame.sum(axis=1) > 0).astype(int))
    assert facts.ratio is not None and facts.ratio.interval is not None
    assert facts.ratio.interval.high < 0.95


def test_too_few_rows_or_nothing_to_cut_make_no_rule() -> None:
    assert _found(_numbers(100), np.arange(100) % 2, Task.BINARY, ACCURACY)[0] is None
    frame = pd.DataFrame({"constant": np.ones(400), "id": [f"u{i}" for i in range(400)]})
    assert _found(frame, np.arange(400) % 2, Task.BINARY, ACCURACY)[0] is None


CELLS = st.one_of(
    st.none(), st.floats(), st.integers(-5, 5), st.text(max_size=3), st.booleans(), st.just([1]), st.just(1e300)
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=0, max_size=8), st.sampled_from([Task.BINARY, Task.REGRESSION]))
@settings(max_examples=25)
def test_any_table_makes_a_rule_or_none(cells: list[tuple[Any, Any]], task: Task) -> None:
    rows = 240
    table = [cells[i % len(cells)] for i in range(rows)] if cells else [(0, 0)] * rows
    frame = pd.DataFrame(table, columns=["x", "x"], dtype=object)
    y = np.arange(rows) % 2 if task is Task.BINARY else np.arange(rows, dtype=float)
    metric = ACCURACY if task is Task.BINARY else R2
    rule, target, _ = _found(frame, y, task, metric)
    if rule is not None and target is not None:
        texts = _texts(rule, target)
        assert texts.words.isprintable() and texts.sql.isprintable()
        ast.parse(texts.python)
        assert rule.rows[1:].min() >= 20

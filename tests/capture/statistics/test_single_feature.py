from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.model_selection import train_test_split

from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER
from mlflow_pitfalls.capture.statistics.single_feature import single_feature_facts
from mlflow_pitfalls.model.record import SingleFeatureFacts
from mlflow_pitfalls.model.values import Task


def _facts(frame: pd.DataFrame, y: Any, task: Task, **options: Any) -> dict[str, SingleFeatureFacts]:
    X_train, X_test, y_train, y_test = train_test_split(frame, np.asarray(y), random_state=0)
    found = single_feature_facts(
        X_train.reset_index(drop=True),
        y_train,
        X_test.reset_index(drop=True),
        y_test,
        [str(name) for name in frame.columns],
        task=task,
        **options,
    )
    assert [f.skill.value for f in found] == sorted((f.skill.value for f in found), reverse=True)
    return {fact.column: fact for fact in found}


@pytest.mark.parametrize(
    ("load", "task"),
    [
        (load_iris, Task.MULTICLASS),
        (load_wine, Task.MULTICLASS),
        (load_breast_cancer, Task.BINARY),
        (load_diabetes, Task.REGRESSION),
    ],
)
def test_honest_features_of_real_data_are_no_copies(load: Any, task: Task) -> None:
    X, y = load(return_X_y=True, as_frame=True)
    facts = _facts(X, y, task)
    assert facts
    assert all(fact.relation == "" and not fact.suspicious_name for fact in facts.values())
    best = next(iter(facts.values()))
    assert best.skill.interval is not None
    assert 0 < best.skill.interval.low < best.skill.value


def test_copies_of_a_class_in_any_clothes() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    X["text"] = y.map({0: "s", 1: "ve", 2: "vi"})
    X["codes"] = y.map({0: 20, 1: 5, 2: 11})
    X["flag"] = (y == 2).astype("category")
    X["id"] = np.arange(len(y))
    X["noisy"] = y + np.random.default_rng(0).normal(0, 0.01, len(y))
    facts = _facts(X, y, Task.MULTICLASS)
    assert {name for name, fact in facts.items() if fact.relation} == {"text", "codes"}
    assert facts["text"].relation == facts["codes"].relation == "copy"
    assert facts["text"].skill.value == 1.0
    assert facts["noisy"].skill.value > 0.95
    assert facts["noisy"].is_continuous
    assert not facts["codes"].is_continuous


def test_copies_of_a_number() -> None:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    shuffled = np.random.default_rng(0).permutation(400)
    X["scaled"] = (3 - 2 * y).astype("float32")
    X["log"] = np.log(y)
    X["recoded"] = shuffled[y.astype(int).to_numpy()].astype(str)
    X["row"] = np.arange(len(y))
    X["noisy"] = y + np.random.default_rng(1).normal(0, 5, len(y))
    facts = _facts(X, y, Task.REGRESSION)
    assert {name: fact.relation for name, fact in facts.items() if fact.relation} == {
        "scaled": "copy",
        "log": "copy",
        "recoded": "invertible",
    }
    assert facts["noisy"].skill.value > 0.9


def test_an_evenly_spaced_index_of_sorted_rows_is_no_copy() -> None:
    y = np.sort(np.random.default_rng(0).normal(size=300))
    facts = _facts(pd.DataFrame({"row": np.arange(300), "half": np.sort(y) ** 3}), y, Task.REGRESSION)
    assert facts["row"].relation == ""
    assert facts["half"].relation == "copy"


def test_names_count_only_where_the_column_predicts() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    frame = pd.DataFrame(
        {
            "price_per_m2": y + rng.normal(size=400),
            "price_lag_1": y + rng.normal(size=400),
            "predictedValue": y + rng.normal(size=400),
            "price_noise": rng.normal(size=400),
            "pricey": y + rng.normal(size=400),
        }
    )
    facts = _facts(frame, y, Task.REGRESSION, target_name="price")
    assert {name for name, fact in facts.items() if fact.suspicious_name} == {"price_per_m2", "predictedValue"}


def test_noise_has_no_skill() -> None:
    rng = np.random.default_rng(1)
    clear = 0
    for seed in range(40):
        frame = pd.DataFrame(rng.normal(size=(300, 2))).assign(c=rng.choice(list("abcdefgh"), 300))
        y = rng.integers(0, 2, 300)
        facts = _facts(frame, y, Task.BINARY, seed=seed, resamples=200)
        clear += sum(f.skill.interval is not None and f.skill.interval.low > 0 for f in facts.values())
    assert clear <= 10  # 120 columns; half of 5 % lie above


def test_rare_and_unseen_levels_are_not_believed() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(500)]})
    facts = _facts(frame, rng.integers(0, 2, 500), Task.BINARY)
    assert facts["id"].score.value == 0.5
    assert facts["id"].relation == ""


def test_missing_values_are_a_group() -> None:
    y = np.tile([0, 1], 200)
    frame = pd.DataFrame({"x": np.where(y == 1, np.nan, np.random.default_rng(0).normal(size=400))})
    assert _facts(frame, y, Task.BINARY)["x"].score.value == 1.0


def test_the_given_metric_is_used_where_it_suits() -> None:
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    f1 = _facts(X, np.where(y == 1, "good", "bad"), Task.BINARY, metric=BY_SCORER["f1_macro"])
    assert {fact.metric for fact in f1.values()} == {"f1_macro"}
    r2 = _facts(X, y, Task.BINARY, metric=BY_SCORER["r2"])
    assert {fact.metric for fact in r2.values()} == {"roc_auc"}


def test_the_best_of_many_columns_are_reported() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(400, 40)))
    facts = _facts(frame, (frame[33] > 0).astype(int), Task.BINARY, max_reported=4)
    assert len(facts) == 4
    assert next(iter(facts)) == "33"


def test_wide_tables_keep_rows_and_targets_together() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(4_000, 300)))
    best = next(iter(_facts(frame, (frame[250] > 0).astype(int), Task.BINARY).values()))
    assert best.column == "250"
    assert best.skill.value > 0.95


def test_hostile_frames_give_what_can_be_measured(hostile: type) -> None:
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 100)
    frame = pd.DataFrame({"x": y, "y": [hostile() for _ in range(100)], "z": [[1]] * 100, "c": 1.0, "n": np.nan})
    with np.errstate(all="raise"):
        assert set(_facts(frame, y, Task.BINARY)) == {"x"}
        assert _facts(frame, [hostile() for _ in range(100)], Task.BINARY) == {}
        assert _facts(frame, y, Task.CLUSTERING) == {}
        assert _facts(frame.iloc[:30], y[:30], Task.BINARY) == {}

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, false_discovery_control, ks_2samp, wasserstein_distance
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from mlflow_pitfalls.capture.statistics.drift import drift_facts
from mlflow_pitfalls.model.record import DriftFacts
from mlflow_pitfalls.model.values import Task

FLAG_P, FLAG_EFFECT = 0.01, 0.1
SPLITS = 24


def _one(train: Any, held_out: Any) -> DriftFacts:
    (fact,) = drift_facts(pd.DataFrame({0: train}), pd.DataFrame({0: held_out}), ["a"])
    return fact


def _flags(facts: tuple[DriftFacts, ...]) -> list[str]:
    adjusted = false_discovery_control([fact.p_value for fact in facts])
    return [f.column for f, p in zip(facts, adjusted, strict=True) if p < FLAG_P and f.effect >= FLAG_EFFECT]


@pytest.mark.parametrize(
    ("load", "task"),
    [
        (load_iris, Task.MULTICLASS),
        (load_wine, Task.MULTICLASS),
        (load_breast_cancer, Task.BINARY),
        (load_diabetes, Task.REGRESSION),
        (load_digits, Task.MULTICLASS),
    ],
)
def test_random_parts_of_real_data_do_not_drift(load: Any, task: Task) -> None:
    X, y = load(return_X_y=True)
    names = [f"c{i}" for i in range(X.shape[1])]
    flagged = 0
    for seed in range(SPLITS):
        rows = np.random.default_rng(seed).permutation(len(X))
        cut = len(X) // 2 if seed % 2 else 4 * len(X) // 5
        a, b = rows[:cut], rows[cut:]
        facts = drift_facts(
            pd.DataFrame(X[a]), pd.DataFrame(X[b]), names, train_target=y[a], held_out_target=y[b], task=task
        )
        assert facts[-1].is_target
        flagged += bool(_flags(facts))
    assert flagged <= 1


def test_sorted_real_data_drifts() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    facts = drift_facts(
        X.iloc[:100],
        X.iloc[100:].reset_index(drop=True),
        list(X.columns),
        train_target=y[:100].to_numpy(),
        held_out_target=y[100:].to_numpy(),
        task=Task.MULTICLASS,
    )
    assert {"petal length (cm)", "petal width (cm)", "target"} <= set(_flags(facts))


def test_the_statistics_are_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=400), rng.normal(0.3, 1, size=300)
    fact, theirs = _one(a, b), ks_2samp(a, b, method="asymp")
    assert fact.statistic == pytest.approx(theirs.statistic)
    assert fact.p_value == pytest.approx(theirs.pvalue, rel=1e-6)
    assert fact.effect == pytest.approx(wasserstein_distance(a, b) / a.std(), abs=0.02)
    p, q = rng.choice(list("abc"), 400, p=[0.2, 0.3, 0.5]), rng.choice(list("abc"), 300, p=[0.5, 0.3, 0.2])
    table = np.array([[np.sum(side == level) for level in "abc"] for side in (p, q)])
    fact = _one(p, q)
    assert fact.statistic == pytest.approx(chi2_contingency(table).statistic)
    assert fact.p_value == pytest.approx(chi2_contingency(table).pvalue)
    assert fact.effect == pytest.approx(jensenshannon(*table, base=2), abs=0.01)


@pytest.mark.parametrize("rows", [60, 250])
def test_effects_are_beyond_chance(rows: int) -> None:
    rng = np.random.default_rng(1)
    plain, ours, shifted, categories = [], [], [], []
    for _ in range(150):
        a, b = rng.normal(size=(2, rows))
        plain.append(wasserstein_distance(a, b) / a.std())
        ours.append(_one(a, b).effect)
        shifted.append(_one(a, b + 0.8).effect)
        categories.append(_one(*rng.choice(list("abcdefgh"), (2, rows))).effect)
    assert np.mean(ours) < 0.5 * np.mean(plain)
    assert np.mean(shifted) == pytest.approx(0.8, abs=0.05)
    assert np.mean(categories) < 0.6 * np.sqrt(7 / (8 * np.log(2)) * 2 / rows)


def test_p_values_of_equal_categories_are_uniform() -> None:
    rng = np.random.default_rng(2)
    levels = np.array(list("abcdefghijkl"))
    weights = 1.0 / np.arange(1, 13) ** 2  # the last ones are pooled
    p = [_one(*rng.choice(levels, (2, 300), p=weights / weights.sum())).p_value for _ in range(300)]
    assert 0.005 <= np.mean(np.array(p) < 0.05) <= 0.09


def test_names_seen_once_do_not_drift() -> None:
    train, held_out = [f"id-{i}" for i in range(300)], [f"id-{i}" for i in range(300, 500)]
    fact = _one(train, held_out)
    assert (fact.p_value, fact.effect) == (1.0, 0.0)


def test_columns_that_say_nothing_are_left_out(hostile: type) -> None:
    days = pd.Series(pd.date_range("2024-01-01", periods=60))
    train = pd.DataFrame(
        {0: 1.0, 1: days, 2: np.arange(60.0), 3: np.nan, 4: [hostile() for _ in range(60)], 5: ["a", "b"] * 30}
    )
    held_out = train.assign(**{"1": 0}).iloc[:, :6]
    held_out[5] = np.arange(60.0)
    with np.errstate(all="raise"):
        facts = drift_facts(train, held_out, ["const", "day", "x", "nan", "hostile", "kinds"])
    assert [fact.column for fact in facts] == ["x"]


def test_infinite_and_missing_values_are_left_out_and_huge_ones_do_not_overflow() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 100))
    a[:10], b[:5] = np.inf, np.nan
    fact = _one(a, b)
    assert (fact.train_rows, fact.held_out_rows) == (90, 95)
    facts = drift_facts(pd.DataFrame({0: a * 1e300}), pd.DataFrame({0: b * 1e300}), ["a"])
    assert all(np.isfinite([f.effect, f.p_value, f.statistic]).all() for f in facts)


@pytest.mark.parametrize("far", [1e300, -1.7e308])
def test_one_value_that_is_astronomically_far_is_a_distance_like_any_other(far: float) -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 100))
    b[0] = far
    fact = _one(a, b)
    assert fact.effect == 1.0


@pytest.mark.parametrize("dtype", ["category", "string", "boolean", "Int64", "int64[pyarrow]", "bool", "float32"])
def test_dtypes(dtype: str) -> None:
    rng = np.random.default_rng(4)
    is_text = dtype in ("category", "string")
    values = [rng.integers(0, 2, rows).astype(str if is_text else int) for rows in (200, 150)]
    train, held_out = (pd.Series(v).astype(dtype) for v in values)
    fact = _one(train, held_out)
    assert fact.test == ("ks_2samp" if dtype in ("Int64", "int64[pyarrow]", "float32") else "chi2_contingency")
    assert fact.effect < FLAG_EFFECT


def test_few_rows_decide_nothing() -> None:
    assert drift_facts(pd.DataFrame({0: np.arange(10.0)}), pd.DataFrame({0: np.arange(50.0) + 90}), ["a"]) == ()


def test_wide_tables_are_looked_at_on_fewer_rows() -> None:
    rng = np.random.default_rng(5)
    names = [str(i) for i in range(400)]
    train, held_out = (pd.DataFrame(rng.normal(size=(rows, 400))) for rows in (4_000, 1_000))
    held_out[7] += 1.0
    facts = drift_facts(train, held_out, names)
    assert (facts[0].train_rows, facts[0].held_out_rows) == (1_000, 1_000)
    adjusted = false_discovery_control([fact.p_value for fact in facts])
    assert np.argmin(adjusted) == 7
    assert _flags(facts)

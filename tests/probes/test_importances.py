from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from mlflow_pitfalls.probes.engine import run_probes
from mlflow_pitfalls.probes.importances import IMPORTANCES


def table(useless: int, rows=2000):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 2 + useless))
    return x, (x[:, 0] + x[:, 1] + rng.normal(scale=0.5, size=rows) > 0).astype(int)


def named(useless: int):
    x, y = table(useless)
    return pd.DataFrame(x, columns=[f"column {i}" for i in range(x.shape[1])]), y


@pytest.mark.parametrize("source", [table, named], ids=["array", "frame"])
def test_columns_of_noise_are_told_from_those_that_carry(make_context, source):
    x, y = source(4)
    record, context = make_context(LogisticRegression(), x, y)
    before = context.x_held_out.copy()
    found = run_probes(record, context, [IMPORTANCES])
    names = [facts.column for facts in found.importances]
    assert len(names) == 6 and (isinstance(x, np.ndarray) or names == list(x.columns))
    assert all(facts.importance.interval.low > 0.05 for facts in found.importances[:2])
    assert all(facts.importance.interval.high < 0.02 for facts in found.importances[2:])
    assert np.array_equal(before, context.x_held_out)


def test_a_fit_without_the_useless_ones(make_context):
    record, context = make_context(LogisticRegression(), *table(4, 6000), metric="roc_auc")
    (fit,) = run_probes(record, context, [IMPORTANCES]).alternatives
    assert (fit.kind, fit.description) == ("fewer-columns", "without 4 of 6 columns")
    assert abs(fit.gain.value) < 0.01


def test_columns_that_stand_in_for_one_another_are_told_by_that_fit(make_context):
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=6000)
    x = np.column_stack([hidden + rng.normal(scale=0.1, size=6000) for _ in range(40)])
    record, context = make_context(RandomForestClassifier(20, random_state=0), x, (hidden > 0).astype(int))
    found = run_probes(record, context, [IMPORTANCES])
    assert len(found.importances) == 40
    for fit in found.alternatives:
        assert fit.gain.value < 0.01


def test_categories_are_shuffled_and_flattened_too(make_context):
    x, y = table(3)
    frame = pd.DataFrame({"a": np.where(x[:, 0] > 0, "high", "low"), "b": x[:, 1], "c": x[:, 2], "d": x[:, 3]})
    frame["a"] = frame["a"].astype("category")
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["a"]), remainder="passthrough"), LogisticRegression()
    )
    record, context = make_context(model, frame, y)
    found = run_probes(record, context, [IMPORTANCES])
    assert found.probes[0].reason == "" and found.importances[0].importance.value > 0.05


def test_other_containers_and_widths_are_left_alone(make_context):
    record, context = make_context(LogisticRegression(), *named(4))
    answered = run_probes(record, replace(context, x_held_out=polars.from_pandas(context.x_held_out)), [IMPORTANCES])
    assert answered.probes[0].status == "failed"
    wide = replace(record, fit=replace(record.fit, columns=101))
    assert "100 columns" in run_probes(wide, context, [IMPORTANCES]).probes[0].reason

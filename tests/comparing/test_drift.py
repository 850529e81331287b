from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.capture.profile.cells import cells_of
from mlflow_pitfalls.comparing.drift import column_drift
from mlflow_pitfalls.model.profile import ClassCount, TargetProfile
from mlflow_pitfalls.model.record import ResamplingFacts
from mlflow_pitfalls.model.values import Task
from tests.comparing.conftest import categories, numbers, record

LIMIT = 0.01


def classes(**counts: int) -> TargetProfile:
    told = tuple(ClassCount(label=label, count=count) for label, count in counts.items())
    return TargetProfile(name="y", task=Task.BINARY, rows=sum(counts.values()), classes=told)


def one(before, after):
    found, _ = column_drift(before, after)
    assert len(found) == 1
    return found[0]


def test_numbers_that_moved():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=1_000), rng.normal(0.5, size=800)
    drift = one(record(numbers("age", first)), record(numbers("age", second)))
    assert drift.adjusted_p < LIMIT
    assert drift.effect == pytest.approx(0.5, abs=0.1)
    assert (drift.before_rows, drift.after_rows, drift.is_target) == (1_000, 800, False)
    assert len(drift.bins) == len(drift.before_shares) + 1 == len(drift.after_shares) + 1
    assert sum(drift.before_shares) == pytest.approx(1.0, abs=0.02)


def test_the_same_numbers():
    values = np.random.default_rng(0).lognormal(sigma=2.0, size=500)
    drift = one(record(numbers("age", values)), record(numbers("age", values)))
    assert (drift.statistic, drift.p_value, drift.effect) == (0.0, 1.0, 0.0)


def test_noise_is_seldom_called_drift():
    rng = np.random.default_rng(0)
    tables = [[numbers(str(i), rng.normal(size=300)) for i in range(20)] for _ in range(30)]
    called = 0
    for first, second in zip(tables[::2], tables[1::2], strict=True):
        found, _ = column_drift(record(*first), record(*second))
        called += any(drift.adjusted_p < LIMIT and drift.effect >= 0.1 for drift in found)
    assert called <= 1


def test_categories_that_moved():
    drift = one(
        record(categories("region", {"north": 500, "south": 500})),
        record(categories("region", {"north": 800, "south": 200})),
    )
    assert drift.adjusted_p < LIMIT
    assert drift.effect > 0.2
    assert drift.labels == ("north", "south")
    assert drift.after_shares == (0.8, 0.2)


def test_a_value_that_one_run_keeps_back_is_no_drift():
    before = record(categories("region", {"north": 500, "south": 21}, rows=521))
    after = record(categories("region", {"north": 500}, rows=519))
    assert one(before, after).p_value > 0.5


def test_a_value_that_is_gone():
    before = record(categories("region", {"north": 300, "south": 700}))
    after = record(categories("region", {"south": 1_000}))
    drift = one(before, after)
    assert drift.adjusted_p < LIMIT
    assert drift.labels == ("south", "other values")


def test_more_missing_values():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=500), rng.normal(size=500)
    second[:150] = np.nan
    found, _ = column_drift(record(numbers("age", first)), record(numbers("age", second)))
    drift = next(drift for drift in found if drift.effect_name == "missing share")
    assert drift.effect == pytest.approx(0.3)
    assert drift.adjusted_p < LIMIT


def test_means_where_privacy_keeps_the_distribution_back():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=500), rng.normal(0.6, size=500)
    drift = one(record(numbers("age", first, strict=True)), record(numbers("age", second, strict=True)))
    assert (drift.test, drift.bins) == ("welch", ())
    assert drift.adjusted_p < LIMIT
    assert drift.effect == pytest.approx(0.6, abs=0.15)
    assert not column_drift(
        record(numbers("a", first[:50], strict=True)), record(numbers("a", first[:50], strict=True))
    )[0]


def test_classes_of_the_target():
    values = np.zeros(400)
    before = record(numbers("x", values), target=classes(yes=200, no=200))
    after = record(numbers("x", values), target=classes(yes=320, no=80))
    drift = next(drift for drift in column_drift(before, after)[0] if drift.is_target)
    assert drift.p_value < LIMIT
    assert drift.effect > 0.15
    gone = record(numbers("x", values), target=classes(no=400))
    assert next(drift for drift in column_drift(before, gone)[0] if drift.is_target).effect > 0.15


def test_numbers_of_the_target():
    rng = np.random.default_rng(0)

    def target(shift: float) -> TargetProfile:
        values = np.sort(rng.normal(shift, size=500))
        return TargetProfile(
            name="y", task=Task.REGRESSION, rows=500, mean=values.mean(), std=values.std(), cells=cells_of(values)
        )

    column = numbers("x", np.zeros(500))
    found, _ = column_drift(record(column, target=target(0.0)), record(column, target=target(1.0)))
    assert found[-1].is_target
    assert found[-1].p_value < LIMIT


@pytest.mark.parametrize("before_split", [False, True])
def test_rows_resampled_in_one_run_differ_on_purpose(before_split):
    column = numbers("x", np.zeros(500))
    smote = ResamplingFacts(
        sampler="SMOTE", rows_before=300, rows_after=500, before_split=before_split, held_out_resampled=before_split
    )
    found, notes = column_drift(record(column), record(column, resamplings=(smote,)))
    assert not found
    assert "resampled" in notes[0]
    assert column_drift(record(column, resamplings=(smote,)), record(column, resamplings=(smote,)))[0]


@pytest.mark.parametrize("is_standard", [True, False])
def test_features_scaled_in_one_run_differ_on_purpose(is_standard):
    rng = np.random.default_rng(0)
    raw = {name: rng.lognormal(3.0, size=500) for name in "abc"}
    scaled = {
        name: (values - values.mean()) / values.std() if is_standard else (values - values.min()) / np.ptp(values)
        for name, values in raw.items()
    }

    def table(values: dict[str, np.ndarray]):
        edges = [{"minimum": round(each.min(), 9), "maximum": round(each.max(), 9)} for each in values.values()]
        return record(*(numbers(name, values[name], **edge) for name, edge in zip(values, edges, strict=True)))

    found, notes = column_drift(table(raw), table(scaled))
    assert found == ()
    assert "scaled" in notes[0]
    assert len(column_drift(table(scaled), table(scaled))[0]) == len(raw)


def test_nothing_to_compare():
    column = numbers("x", np.zeros(500))
    assert column_drift(record(), record(column))[0] == ()
    assert column_drift(record(column), record(numbers("z", np.zeros(500))))[0] == ()
    assert column_drift(record(column), record(categories("x", {"a": 500})))[0] == ()

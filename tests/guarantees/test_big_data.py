"""Data too large to look at whole: a bounded part is looked at, the record says so, and stays small."""

from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls import errors
from mlflow_pitfalls.capture.profile.build import MAX_PROFILED_COLUMNS
from mlflow_pitfalls.capture.profile.labels import MAX_CLASSES
from tests.guarantees.chain import OPTIONS, Chain, check_soundness
from tests.guarantees.programs import Taking, TakingNumbers

pytestmark = pytest.mark.slow


@pytest.fixture
def chain():
    errors.set_test_mode(True)
    made = Chain()
    made.start()
    yield made
    errors.set_test_mode(False)


def _report(chain: Chain):
    chain.stop()
    (report,) = chain.reports()
    check_soundness(*report)
    return report[0]


def test_a_hundred_thousand_columns(chain, record_property):
    x = np.random.default_rng(0).normal(size=(60, 100_000)).astype(np.float32)
    model = Taking().fit(x[:40], np.resize([0, 1], 40))
    model.score(x[40:], np.resize([0, 1], 20))
    record = _report(chain)
    assert (record.train.column_count, len(record.train.columns)) == (100_000, MAX_PROFILED_COLUMNS)
    assert f"the first {MAX_PROFILED_COLUMNS} of 100000 columns were profiled" in record.train.notes
    record_property("inputs tried", 1)


def test_a_million_classes(chain, record_property):
    rows = 2_000_000
    x, y = np.zeros((rows, 1), dtype=np.int8), np.arange(rows) // 2
    model = Taking().fit(x, y)
    model.score(x[:100], y[:100])
    record = _report(chain)
    assert record.train.target.distinct == rows // 2
    assert len(record.train.target.classes) == MAX_CLASSES
    record_property("inputs tried", 1)


def test_ten_million_rows(chain, record_property, tmp_path):
    """In a file that is mapped: of more than the sampled rows nothing is read but what is hashed."""
    rows = 10_000_000
    x = np.memmap(tmp_path / "x.bin", dtype="f4", mode="w+", shape=(rows, 2))
    model = TakingNumbers().fit(x, np.zeros(rows, dtype=np.float32))
    model.predict(x[:100])
    record = _report(chain)
    assert record.train.rows == rows
    assert record.train.sampled_rows == OPTIONS.sample_rows
    assert f"counts and moments come from {OPTIONS.sample_rows} of {rows} rows" in record.train.notes
    record_property("inputs tried", 1)

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

from mlflow_pitfalls.capture.fingerprints.fingerprint import row_hashes
from mlflow_pitfalls.capture.statistics.overlap import overlap_facts


def test_copied_rows_of_real_data_are_counted() -> None:
    frame = load_breast_cancer(as_frame=True).data
    train, held_out = frame.iloc[:400], pd.concat([frame.iloc[400:500], frame.iloc[:20]])
    facts = overlap_facts(
        row_hashes(train, max_rows=5_000), row_hashes(held_out, max_rows=5_000), train_rows=400, expected_share=0.0
    )
    assert facts is not None
    assert (facts.matched, facts.held_out_rows_checked, facts.train_rows_hashed) == (20, 120, 400)
    assert facts.share.value == pytest.approx(20 / 120)
    assert facts.share.interval is not None
    assert facts.share.interval.low > 0.1


def test_matches_agree_with_numpys() -> None:
    rng = np.random.default_rng(0)
    train = rng.integers(0, 2_000, 1_500).astype(np.uint64)
    held_out = rng.integers(0, 2_000, 700).astype(np.uint64)
    facts = overlap_facts(train, held_out, train_rows=1_500, expected_share=0.5)
    assert facts is not None
    assert facts.matched == np.isin(held_out, train).sum()


def test_the_share_is_scaled_where_only_some_training_rows_were_hashed() -> None:
    rng = np.random.default_rng(1)
    everything = rng.integers(0, 2**63, 20_000).astype(np.uint64)
    held_out = np.r_[everything[:500], rng.integers(0, 2**63, 1_500).astype(np.uint64)]
    found = []
    for _ in range(30):
        facts = overlap_facts(
            rng.choice(everything, 5_000, replace=False), held_out, train_rows=20_000, expected_share=0
        )
        assert facts is not None
        found.append(facts.share.value)
    assert np.mean(found) == pytest.approx(0.25, abs=0.01)


def test_nothing_to_compare_gives_none() -> None:
    some, none = np.arange(3, dtype=np.uint64), np.array([], dtype=np.uint64)
    assert overlap_facts(none, some, train_rows=3, expected_share=0.0) is None
    assert overlap_facts(some, none, train_rows=3, expected_share=0.0) is None


def test_shares_stay_within_their_range() -> None:
    some = np.arange(30, dtype=np.uint64)
    facts = overlap_facts(some, some, train_rows=3_000, expected_share=float("nan"))
    assert facts is not None
    assert facts.share.value == 1.0
    assert facts.share.interval is not None
    assert facts.share.interval.high == 1.0
    assert facts.expected_share == 0.0

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mlflow_pitfalls.capture.containers import take_sample
from mlflow_pitfalls.capture.findings import losses as module
from mlflow_pitfalls.capture.findings.losses import row_losses
from mlflow_pitfalls.capture.recording.drafts import HeldOut, Output
from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER
from mlflow_pitfalls.settings import Settings

ROWS = 120


@pytest.fixture
def sources():
    """What row_losses reads of a run: held-out rows, their answers, the metric."""

    def make(order=None, *, index=None, metric: str = "accuracy", privacy: str = "default"):
        rng = np.random.default_rng(0)
        order = np.arange(ROWS) if order is None else order
        x = pd.DataFrame({"a": rng.normal(size=ROWS), "b": rng.choice(["u", "v"], ROWS)}).iloc[order]
        y, said = rng.integers(0, 2, ROWS)[order], rng.integers(0, 2, ROWS)[order]
        labels = Output(said if index is None else said[index], index)
        held_out = HeldOut(rows=None, count=ROWS, positions=np.arange(ROWS), recognised_by="", x=x, y=y, labels=labels)
        return SimpleNamespace(
            metric=BY_SCORER[metric],
            held_out=held_out,
            held_out_frame=take_sample(x, positions=np.arange(ROWS)),
            fit=SimpleNamespace(classes=np.array([0, 1])),
            settings=Settings(privacy=privacy),
        )

    return make


def test_losses_are_the_rows_own(sources):
    given = sources()
    found = row_losses(given, "1")
    assert found.contributions == tuple((given.held_out.y == given.held_out.labels.values).astype(float))
    assert (found.kept, found.rows, found.complete) == (ROWS, ROWS, True)
    assert found.held_out
    assert found.score == pytest.approx(np.mean(found.contributions))


def test_rows_are_recognised_in_any_order(sources):
    order = np.random.default_rng(1).permutation(ROWS)
    first, second = row_losses(sources(), "1"), row_losses(sources(order), "1")
    assert tuple(np.array(first.fingerprints)[order]) == second.fingerprints
    assert max(first.fingerprints) < 2**48


def test_two_experiments_have_nothing_in_common(sources):
    first, second = row_losses(sources(), "1"), row_losses(sources(), "2")
    assert not set(first.fingerprints) & set(second.fingerprints)


def test_more_rows_than_are_kept_are_sampled_alike(sources, monkeypatch):
    monkeypatch.setattr(module, "MAX_LOSS_ROWS", 30)
    order = np.random.default_rng(1).permutation(ROWS)
    first, second = row_losses(sources(), "1"), row_losses(sources(order), "1")
    assert set(first.fingerprints) == set(second.fingerprints)
    assert (first.kept, first.rows, first.complete) == (30, ROWS, False)


def test_answers_for_some_of_the_rows(sources):
    found = row_losses(sources(index=np.arange(0, ROWS, 2)), "1")
    assert (found.kept, found.complete) == (ROWS // 2, False)
    assert found.fingerprints == row_losses(sources(), "1").fingerprints[::2]


def test_what_keeps_no_losses(sources):
    assert row_losses(sources(privacy="strict"), "1") is None
    assert row_losses(sources(metric="roc_auc"), "1") is None  # no scores are known
    bare = sources()
    bare.held_out = replace(bare.held_out, y=None)
    assert row_losses(bare, "1") is None
    bare = sources()
    bare.held_out_frame = None
    assert row_losses(bare, "1") is None

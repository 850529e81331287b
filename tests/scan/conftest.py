"""Runs as MLflow knows them, made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mlflow_pitfalls.model.logged import LoggedRun, Series
from mlflow_pitfalls.model.record import RunInfo

STEPS = 100


@pytest.fixture
def logged():
    def make(run_id="a", **changes):
        metrics = {
            **{key: series[-1] for key, series in changes.get("curves", {}).items()},
            **changes.pop("metrics", {}),
        }
        histories = tuple(
            (key, Series(steps=tuple(range(len(values))), values=tuple(map(float, values))))
            for key, values in changes.pop("curves", {}).items()
        )
        params = tuple(sorted(changes.pop("params", {}).items()))
        parts = {"metrics": tuple(metrics.items()), "histories": histories, "params": params, "started_ms": 0}
        return LoggedRun(run=RunInfo(run_id=run_id, experiment_id="1"), **{**parts, **changes})

    return make


@pytest.fixture
def curves():
    """``curves(turns=…)``: training and validation loss over 100 steps with some noise."""

    def make(*, turns=0.0, noise=0.02, speed=6.0, seed=0):
        generator = np.random.default_rng(seed)
        t = np.arange(STEPS) / STEPS
        return {
            "loss": 0.2 + np.exp(-4 * t) + generator.normal(0, noise / 2, STEPS),
            "val_loss": 0.3 + np.exp(-speed * t) + turns * np.maximum(0, t - 0.4) + generator.normal(0, noise, STEPS),
        }

    return make

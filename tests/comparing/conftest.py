"""Records made by hand, as the checks' tests have them, and losses of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mlflow_pitfalls.capture.profile.cells import cells_of
from mlflow_pitfalls.model.losses import RowLosses
from mlflow_pitfalls.model.profile import ColumnKind, ColumnProfile, DatasetProfile, TargetProfile, ValueCount
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Role, Task


def numbers(name: str, values: np.ndarray, *, strict: bool = False, **changes) -> ColumnProfile:
    present = values[np.isfinite(values)]
    facts = {
        "position": 0,
        "name": name,
        "kind": ColumnKind.FLOAT,
        "dtype": "float64",
        "rows": len(values),
        "sampled_rows": len(values),
        "missing": len(values) - len(present),
        "mean": float(present.mean()),
        "std": float(present.std()),
        "cells": None if strict else cells_of(np.sort(present)),
    }
    return ColumnProfile(**{**facts, **changes})


def categories(name: str, counts: dict[str, int], rows: int | None = None, **changes) -> ColumnProfile:
    rows = rows or sum(counts.values())
    told = tuple(ValueCount(value=value, count=count) for value, count in counts.items())
    facts = {"position": 0, "kind": ColumnKind.CATEGORICAL, "dtype": "object", "top_values": told}
    return ColumnProfile(**{**facts, "name": name, "rows": rows, "sampled_rows": rows, **changes})


def profile(*columns: ColumnProfile, target: TargetProfile | None = None, **changes) -> DatasetProfile:
    rows = columns[0].rows if columns else 100
    facts = {
        "role": Role.TRAIN,
        "container": "pandas.DataFrame",
        "rows": rows,
        "column_count": len(columns),
        "sampled_rows": rows,
        "sample_error": 0.0,
        "columns": columns,
        "target": target,
    }
    return DatasetProfile(**{**facts, **changes})


def record(*columns: ColumnProfile, **changes) -> RunRecord:
    facts = {
        "run": RunInfo(run_id="r", experiment_id="1"),
        "task": Task.BINARY,
        "package_version": "0",
        "train": profile(*columns, target=changes.pop("target", None)) if columns else None,
    }
    return RunRecord(**{**facts, **changes})


@pytest.fixture
def losses() -> Callable[..., RowLosses]:
    def make(contributions: Sequence[float], fingerprints: Sequence[int] | None = None, **changes) -> RowLosses:
        values = tuple(float(value) for value in contributions)
        facts = {
            "metric": "accuracy",
            "score": sum(values) / max(1, len(values)),
            "held_out": "d",
            "fingerprints": tuple(range(len(values)) if fingerprints is None else fingerprints),
            "contributions": values,
            "rows": len(values),
        }
        return RowLosses(**{**facts, **changes})

    return make

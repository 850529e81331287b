from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlflow_pitfalls.capture.containers import as_vector, sample_positions, shape_of, take_sample
from mlflow_pitfalls.capture.profile import profile_dataset
from mlflow_pitfalls.capture.task import target_name_of, task_of
from mlflow_pitfalls.model.profile import DatasetProfile
from mlflow_pitfalls.model.values import Role


class Hostile:
    """An object that raises whatever is asked of it."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    def __str__(self) -> str:
        raise RuntimeError("str")

    __repr__ = __str__

    def __bool__(self) -> bool:
        raise RuntimeError("bool")

    def __float__(self) -> float:
        raise RuntimeError("float")


@pytest.fixture
def hostile() -> type[Hostile]:
    return Hostile


@pytest.fixture
def profile_of() -> Callable[..., DatasetProfile]:
    def profile(X: Any, y: Any = None, *, size: int = 1_000, seed: int = 0, **options: Any) -> DatasetProfile:
        shape = shape_of(X)
        assert shape is not None
        positions = sample_positions(shape[0], size, seed)
        sample = take_sample(X, positions=positions)
        assert sample is not None
        labels = as_vector(y) if y is not None else None
        return profile_dataset(
            X,
            y,
            role=Role.TRAIN,
            task=task_of(y),
            sample=sample,
            target_sample=labels[positions] if labels is not None else None,
            target_name=target_name_of(y),
            **options,
        )

    return profile


@pytest.fixture
def mixed_frame() -> pd.DataFrame:
    """Two numbers with gaps, an integer, text, a category, a boolean and dates; 3 000 rows."""
    rng = np.random.default_rng(7)
    rows = 3_000
    price = rng.lognormal(size=rows)
    price[rng.random(rows) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "price": price,
            "score": rng.normal(1e6, 1.0, size=rows),
            "count": rng.integers(0, 9, size=rows),
            "city": rng.choice(["Oslo", "Bergen", "Voss"], size=rows),
            "grade": pd.Categorical(rng.choice(["a", "b", None], size=rows)),
            "member": rng.random(rows) < 0.3,
            "since": pd.date_range("2020-01-01", periods=rows, freq="h"),
        }
    )

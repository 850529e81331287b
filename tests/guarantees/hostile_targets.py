"""Targets and sample weights of every kind, by name; each made anew from a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse as sp

from tests.guarantees.hostile import Make, Raising, Untouchable, objects

TARGETS: dict[str, Make] = {
    "two classes": lambda rows, rng: rng.integers(0, 2, rows),
    "one class": lambda rows, rng: np.zeros(rows, dtype=int),
    "a class a row": lambda rows, rng: np.arange(rows),
    "numbers": lambda rows, rng: rng.normal(size=rows),
    "infinite": lambda rows, rng: np.resize([np.inf, -np.inf, np.nan, 1.5], rows),
    "all missing": lambda rows, rng: np.full(rows, np.nan),
    "words": lambda rows, rng: rng.choice(["no", "yes"], rows),
    "words in a column": lambda rows, rng: pd.Series(rng.choice(["no", "yes"], rows), name="<b>answer</b>"),
    "words in a list": lambda rows, rng: rng.choice(["no", "yes"], rows).tolist(),
    "booleans": lambda rows, rng: rng.random(rows) < 0.5,
    "nullable booleans": lambda rows, rng: pd.array([None, True, False] * rows, dtype="boolean")[:rows],
    "categories": lambda rows, rng: pd.Categorical(rng.choice(["a", "b"], rows), categories=["a", "b", "unused"]),
    "arrow words": lambda rows, rng: pd.Series(["a", None] * rows, dtype=pd.ArrowDtype(pa.string()))[:rows],
    "mixed": lambda rows, rng: objects(rows, lambda i: (1, "a", None, 2.5)[i % 4]),
    "lists": lambda rows, rng: objects(rows, lambda i: [i]),
    "raising": lambda rows, rng: objects(rows, lambda i: Raising()),
    "huge integers": lambda rows, rng: objects(rows, lambda i: 10**30 + i % 2),
    "complex": lambda rows, rng: rng.normal(size=rows) * 1j,
    "bytes": lambda rows, rng: np.array([b"\xff", b"a"] * rows)[:rows],
    "times": lambda rows, rng: pd.date_range("2020", periods=rows, tz="UTC"),
    "several outputs": lambda rows, rng: rng.normal(size=(rows, 2)),
    "several labels": lambda rows, rng: rng.integers(0, 2, (rows, 3)),
    "several labels, sparse": lambda rows, rng: sp.csr_matrix(rng.integers(0, 2, (rows, 3))),
    "one column": lambda rows, rng: rng.integers(0, 2, (rows, 1)),
    "a frame": lambda rows, rng: pd.DataFrame({"y": rng.integers(0, 2, rows)}),
    "polars": lambda rows, rng: pl.Series("y", rng.integers(0, 2, rows)),
    "masked": lambda rows, rng: np.ma.masked_array(rng.integers(0, 2, rows), mask=rng.random(rows) < 0.2),
    "read-only": lambda rows, rng: np.broadcast_to(np.int8(1), rows),
    "float16": lambda rows, rng: rng.normal(size=rows).astype(np.float16),
    "a generator": lambda rows, rng: (i for i in range(rows)),
    "too few": lambda rows, rng: np.zeros(max(0, rows - 1)),
    "none": lambda rows, rng: None,
    "untouchable": lambda rows, rng: Untouchable(),
}

WEIGHTS: dict[str, Make] = {
    "none": lambda rows, rng: None,
    "ones": lambda rows, rng: np.ones(rows),
    "random": lambda rows, rng: rng.random(rows),
    "negative": lambda rows, rng: -rng.random(rows),
    "missing": lambda rows, rng: np.full(rows, np.nan),
    "texts": lambda rows, rng: ["1"] * rows,
    "a column": lambda rows, rng: pd.Series(rng.random(rows), index=range(5, rows + 5)),
    "a generator": lambda rows, rng: (1.0 for _ in range(rows)),
    "raising": lambda rows, rng: Raising(),
}

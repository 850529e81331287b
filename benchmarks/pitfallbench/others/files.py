"""Cases as files: what the other tools' environments read. Standard library, NumPy, pandas and the models only."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.models import Spec

SIDES = ("X_train", "X_test", "y_train", "y_test")


def write(path: Path, sides: tuple[Any, Any, Any, Any], model: Spec) -> None:
    """Both sides of a split and the model, in a file that any version of pandas reads.

    Args:
        path: Of the file.
        sides: Training features, held-out features, training target, held-out target.
        model: What the script fits.
    """
    content: dict[str, Any] = {"model": asdict(model)}
    for name, values in zip(SIDES, sides, strict=True):
        content[name] = _frame_out(values) if name.startswith("X") else np.asarray(values).tolist()
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        json.dump(content, file)


def read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.Series, Spec]:
    """What :func:`write` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content = json.load(file)
    X_train, X_test = _frame_in(content["X_train"]), _frame_in(content["X_test"])
    y_train, y_test = pd.Series(content["y_train"], name="target"), pd.Series(content["y_test"], name="target")
    y_train.index, y_test.index = X_train.index, X_test.index
    return X_train, X_test, y_train, y_test, Spec(**content["model"])


def _frame_out(X: Any) -> list[dict[str, Any]]:
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X).add_prefix("x")
    columns = []
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if pd.api.types.is_datetime64_any_dtype(column):
            columns.append({"name": str(name), "kind": "date", "values": column.astype(str).tolist()})
        elif pd.api.types.is_numeric_dtype(column):
            columns.append({"name": str(name), "kind": "number", "values": column.tolist()})
        else:
            values = [None if value is None or value != value else value for value in column.tolist()]
            columns.append({"name": str(name), "kind": "text", "values": values})
    return columns


def _frame_in(columns: list[dict[str, Any]]) -> pd.DataFrame:
    found = {}
    for column in columns:
        if column["kind"] == "date":
            found[column["name"]] = pd.Series(pd.to_datetime(column["values"]))
        else:
            found[column["name"]] = pd.Series(column["values"], dtype=object if column["kind"] == "text" else None)
    return pd.DataFrame(found)

"""FLAML, restricted to the case's estimator: in an environment of its own, rows and answers passed by files."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tuning.estimators import flaml_name
from benchmarks.tuning.found import Found
from benchmarks.tuning.judging import Numbers
from benchmarks.tuning.task import Task

SCRIPT = Path(__file__).with_name("flaml_search.py")
PYTHON_VARIABLE = "TUNEBENCH_FLAML"  # the interpreter of its environment
METRICS = {"roc_auc": "roc_auc", "neg_log_loss": "log_loss", "r2": "r2"}


def flaml(task: Task, seconds: float) -> tuple[Found, list[Numbers]] | None:
    """What it found, and what each configuration says of the held-out rows; None where it has no such estimator.

    Raises:
        KeyError: The environment is not given.
        subprocess.CalledProcessError: It failed.
    """
    name = flaml_name(task.case.estimator, task.rows.task)
    if not name:
        return None
    rows = task.rows
    X, X_held = (_scaled(rows.X, rows.X), _scaled(rows.X, rows.X_held)) if _wants_scale(task) else (rows.X, rows.X_held)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        np.savez(folder / "rows.npz", X=X, y=rows.y, X_held=X_held)
        asked: dict[str, Any] = {"estimator": name, "metric": METRICS[rows.metric], "task": rows.task}
        asked |= {"seconds": seconds, "seed": task.seed}
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        command = [os.environ[PYTHON_VARIABLE], str(SCRIPT), str(folder)]
        subprocess.run(command, check=True, capture_output=True, text=True)
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        said = np.load(folder / "said.npz")
        predictions = [_as_wanted(said[f"p{place}"], rows.metric) for place in range(len(told["path"]))]
    path = tuple((at, values) for at, values in told["path"])
    found = Found(path=path, seconds=told["seconds"], core_seconds=told["core_seconds"], trials=told["trials"])
    return found, predictions


def _wants_scale(task: Task) -> bool:
    from sklearn.pipeline import Pipeline

    return isinstance(task.estimator, Pipeline)


def _scaled(training: Numbers, rows: Numbers) -> Numbers:
    """As the pipeline's first step has it: FLAML's linear models take columns as they come."""
    from sklearn.preprocessing import StandardScaler

    scaled: Numbers = StandardScaler().fit(training).transform(rows)
    return scaled


def _as_wanted(said: Numbers, metric: str) -> Numbers:
    return said[:, 1] if metric == "roc_auc" else said

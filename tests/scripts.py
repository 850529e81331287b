"""Fixtures that run a user's script in a process of its own, against a real store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PROCESS_SECONDS = 120


@dataclass
class Done:
    """A finished script."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def result(self) -> object:
        """What the script printed as JSON in its last line."""
        return json.loads(self.stdout.strip().splitlines()[-1])


RunScript = Callable[..., Done]

DATA = """
import json, os, sys, time
import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
"""
FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
score = accuracy_score(y_test, model.predict(X_test))
"""


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """``run_script(source, uri, *, command=None, limit=120, **environment)``."""

    def run(
        source: str,
        uri: str,
        *,
        command: tuple[str, ...] = (sys.executable,),
        limit: int = PROCESS_SECONDS,
        **environment: str,
    ) -> Done:
        script = tmp_path / "train.py"
        script.write_text(textwrap.dedent(source), encoding="utf-8")
        # An earlier test's mlflow.set_experiment() stays in this process's environment.
        foreign = ("MLFLOW_PITFALLS_", "MLFLOW_EXPERIMENT_")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        started = time.monotonic()
        done = subprocess.run(
            [*command, str(script)],
            capture_output=True,
            text=True,
            timeout=limit,
            cwd=tmp_path,
            env={
                **inherited,
                "MLFLOW_TRACKING_URI": uri,
                "MLFLOW_PITFALLS_SPOOL_DIR": str(tmp_path / "spool"),
                "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
                "MLFLOW_DISABLE_TELEMETRY": "true",
                **environment,
            },
        )
        return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    return run


@pytest.fixture
def data() -> str:
    return DATA


@pytest.fixture
def fit() -> str:
    return FIT

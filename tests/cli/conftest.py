"""Runs the installed command and plain Python on the same script."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROCESS_SECONDS = 120
COMMAND = str(Path(sys.executable).with_name("mlflow-pitfalls"))

Launch = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """``launch(*command, uri=..., seconds=..., **environment)`` in the working folder ``tmp_path``."""

    def start(
        *command: str, uri: str = "", seconds: float = PROCESS_SECONDS, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=tmp_path,
            env={
                **inherited,
                "MLFLOW_TRACKING_URI": uri or f"sqlite:///{tmp_path / 'mlflow.db'}",
                "MLFLOW_PITFALLS_SPOOL_DIR": str(tmp_path / "spool"),
                "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "PYTHONDONTWRITEBYTECODE": "1",
                **environment,
            },
        )

    return start


@pytest.fixture
def both(launch: Launch, tmp_path: Path) -> Callable[..., tuple[subprocess.CompletedProcess[str], ...]]:
    """``both(source, *arguments)``: the script run by Python, and by ``mlflow-pitfalls run``."""

    def run(source: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], ...]:
        folder = tmp_path / "scripts"
        folder.mkdir()
        (folder / "train.py").write_text(source, encoding="utf-8")
        (folder / "beside.py").write_text("WORD = 'beside'\n", encoding="utf-8")
        script = str(Path("scripts", "train.py"))
        plain = launch(sys.executable, script, *arguments)
        # Without autologging, since that imports MLflow, which takes seconds.
        return plain, launch(COMMAND, "run", script, *arguments, MLFLOW_PITFALLS_AUTOLOG="0")

    return run


@pytest.fixture
def command() -> str:
    return COMMAND

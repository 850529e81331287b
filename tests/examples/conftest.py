from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OBSERVER = ROOT / "tests" / "observer"
TIMEOUT = 170  # seconds
# MLflow loads each model in a process of its own to see what it imports; after a second it takes its usual list.
QUICK_MODELS = {"MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "1"}


@pytest.fixture(scope="session")
def run_all() -> ModuleType:
    """The runner of ``make demo``, so that the demo and the tests judge alike."""
    spec = importlib.util.spec_from_file_location("examples_run_all", ROOT / "examples" / "run_all.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Story:
    """A finished script: its store, its runs, and digests of what stood in its variables at the very end."""

    client: Any
    done: subprocess.CompletedProcess[str]
    runs: list[Any]
    folder: Path
    results: dict[str, str]

    @property
    def judged(self) -> list[Any]:
        """The runs that carry a verdict."""
        return [run for run in self.runs if "pitfalls.severity" in run.data.tags]


@pytest.fixture(scope="session")
def story(run_all: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Story]:
    """``story(script, probes=False, enabled=True)``: run as its user would run it, once in a session."""

    @cache
    def told(script: Path, probes: bool = False, enabled: bool = True) -> Story:
        folder = tmp_path_factory.mktemp(script.stem)
        client, experiment_id, environment = run_all.prepare(folder)
        inherited = {name: value for name, value in environment.items() if not name.startswith("MLFLOW_PITFALLS_")}
        path = os.pathsep.join(filter(None, (str(OBSERVER), environment.get("PYTHONPATH", ""))))
        results = folder / "results.json"
        done = subprocess.run(
            [sys.executable, str(script)],
            env={
                **inherited,
                **QUICK_MODELS,
                "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
                "PYTHONPATH": path,
                "OBSERVED": str(results),
                **({} if probes else {"MLFLOW_PITFALLS_PROBE_BUDGET": "0"}),
                **({} if enabled else {"WITHOUT_ENABLE": "1"}),
            },
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        found = json.loads(results.read_text(encoding="utf-8"))
        return Story(client, done, run_all.runs_of(client, experiment_id, frozenset()), folder, found)

    return told

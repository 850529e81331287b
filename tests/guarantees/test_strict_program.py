"""Warnings that are errors, floating point that raises, options, streams, logging, a clock that jumps: all as set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "programs" / "strict_program.py"
SECONDS = 170
LONGEST = 3_600.0  # seconds that anything here may have taken; the clock jumps by days


def _run(folder: Path, uri: str, *arguments: str) -> tuple[dict[str, Any], str, str]:
    foreign = ("MLFLOW_PITFALLS_", "MLFLOW_EXPERIMENT_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=SECONDS,
        check=False,
        env={
            **inherited,
            "MLFLOW_TRACKING_URI": uri,
            "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
            "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
        },
    )
    assert done.returncode == 0, done.stderr
    *printed, result = done.stdout.splitlines()
    return json.loads(result), "\n".join(printed), done.stderr


@pytest.mark.slow
@pytest.mark.timeout(3 * SECONDS)
def test_everything_that_a_program_has_set_stands(store, tmp_path):
    store.client.create_experiment("strict", artifact_location=tmp_path.as_uri())
    watched, printed, told = _run(tmp_path, store.uri, "watched")
    plain, printed_without, told_without = _run(tmp_path, store.uri)
    assert watched["score"] == plain["score"]
    assert watched["stand"] == [True, True, True]
    assert watched["streams"] and watched["loggers"] == plain["loggers"] == []
    assert watched["logged"] == plain["logged"], "no fault of ours, and no warning"
    assert printed == printed_without
    assert told == told_without
    assert len(watched["times"]) == 3
    assert all(0 <= seconds < LONGEST for seconds in watched["times"]), "no time was taken from a clock that jumps"
    runs = [run for run in store.client.search_runs(_experiments(store)) if "pitfalls.state" in run.data.tags]
    assert len(runs) == 2
    for run in runs:
        assert run.data.tags["pitfalls.state"] == "settled"
        assert 0 <= run.data.metrics["pitfalls/fit_seconds"] < LONGEST


def _experiments(store: Any) -> list[str]:
    return [each.experiment_id for each in store.client.search_experiments()]

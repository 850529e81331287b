"""Five thousand fits in one process while a day goes by: memory, threads and files are as they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "long_program.py"
SECONDS = 600  # of a busy machine; 90 s of CPU
WARM = 2_000  # fits after which everything of ours that has a bound is full
TRACED_A_FIT = 50.0  # bytes of Python's memory that a fit may leave behind, by the line through all later points
RESIDENT_A_FIT = 1_024.0  # bytes of the process's memory, which the allocator gives back in its own time
FULL = {"lines": 4, "objects": 32, "columns": 128, "reports": 4, "undelivered": 4}  # the program's bounds
BOUNDS = {
    **FULL,
    "drafts": 4,
    "counts": 16,
    "inner runs": 1,
    "views": 32 + 4,
    "preparations": 16,
    "shared samples": 2,
    "couriers": 2,
    "breakers": 2,
    "waiting with their content": 0,
    "sites": 16,
    "modules": 16,
    "states of threads": 3,
    "faults told": 0,
}
PROBES_A_HOUR = 4 + 1  # a server that is away is asked every quarter of an hour, and by each flush


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 30)
def test_a_day_and_five_thousand_fits_leave_nothing_behind(store, refused_uri, tmp_path, record_property):
    foreign = ("MLFLOW_PITFALLS_", "MLFLOW_EXPERIMENT_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), refused_uri],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=SECONDS,
        check=False,
        env={
            **inherited,
            "MLFLOW_TRACKING_URI": store.uri,
            "MLFLOW_PITFALLS_SPOOL_DIR": str(tmp_path / "spool"),
            "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
        },
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    points = [point for point in found["points"] if point["fits"] >= WARM]
    before = [point["sizes"] for point in found["points"] if point["fits"] <= WARM]
    assert {name: size for name, size in FULL.items() if max(sizes[name] for sizes in before) < size} == {}
    for point in points:
        assert point["sizes"].keys() == BOUNDS.keys()
        assert {name: size for name, size in point["sizes"].items() if size > BOUNDS[name]} == {}
    assert len({point["threads"] for point in points}) == 1
    assert max(point["files"] for point in points) <= points[0]["files"] + 1  # SQLite's journal comes and goes
    assert _slope(points, "traced") < TRACED_A_FIT
    assert _slope(points, "resident") < RESIDENT_A_FIT
    assert found["hours"] == 24
    assert 0 < found["probes"] <= found["hours"] * PROBES_A_HOUR
    record_property("fits in one process", points[-1]["fits"])


def _slope(points: list[dict[str, float]], name: str) -> float:
    """Bytes a fit, of the least-squares line."""
    fits = [point["fits"] for point in points]
    middle = sum(fits) / len(fits)
    return sum((x - middle) * point[name] for x, point in zip(fits, points, strict=True)) / sum(
        (x - middle) ** 2 for x in fits
    )

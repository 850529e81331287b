"""Five thousand fits in one process while a day goes by: memory, threads and files are as they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "long_program.py"
SECONDS = 500
WARM = 2_400  # fits after which every bounded store of ours is full
TRACED_A_FIT = 100.0  # bytes of Python's memory that a fit may leave behind, by the line through all later points
RESIDENT_A_FIT = 4_096.0  # bytes of the process's memory, which the allocator gives back in its own time
BOUNDS = {
    "drafts": 32,
    "counts": 10_000,
    "lines": 256,
    "inner runs": 1,
    "objects": 4_000,
    "views": 4_032,
    "columns": 20_000,
    "preparations": 4_096,
    "shared samples": 2,
    "reports": 12,
    "couriers": 3,
    "breakers": 3,
    "waiting with their content": 1,
    "sites": 1_024,
    "modules": 4_096,
    "states of threads": 16,
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
    assert len({point["threads"] for point in points}) == 1
    assert max(point["files"] for point in points) <= points[0]["files"] + 1  # SQLite's journal comes and goes
    assert _slope(points, "traced") < TRACED_A_FIT
    assert _slope(points, "resident") < RESIDENT_A_FIT
    assert found["sizes"].keys() == BOUNDS.keys()
    assert {name: size for name, size in found["sizes"].items() if size > BOUNDS[name]} == {}
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

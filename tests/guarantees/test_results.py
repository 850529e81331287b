"""Fifty estimators without a random state give the same results with ``enable()`` and without, to the last bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE / "programs" / "many_estimators.py"
OBSERVER = HERE.parent / "observer"
LEAST = 20
SECONDS = 280  # of each of the two programs, on a busy machine


def _observed(folder: Path, store: Any, **environment: str) -> tuple[dict[str, str], str]:
    """Digests of the program's variables, and what it printed."""
    experiment = store.client.create_experiment("estimators", artifact_location=(folder / "artifacts").as_uri())
    foreign = ("MLFLOW_PITFALLS_", "MLFLOW_EXPERIMENT_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    results = folder / "results.json"
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=SECONDS,
        check=False,
        env={
            **inherited,
            "MLFLOW_TRACKING_URI": store.uri,
            "MLFLOW_EXPERIMENT_ID": experiment,
            "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(OBSERVER), os.environ.get("PYTHONPATH", "")))),
            "OBSERVED": str(results),
            **environment,
        },
    )
    assert done.returncode == 0, done.stderr
    assert "mlflow-pitfalls:" not in done.stderr, done.stderr
    return json.loads(results.read_text(encoding="utf-8")), done.stdout


def _logged(store: Any) -> dict[str, Any]:
    runs = store.client.search_runs([each.experiment_id for each in store.client.search_experiments()])
    return {
        run.info.run_name: (
            run.info.status,
            run.data.params,
            {name: value for name, value in run.data.metrics.items() if not name.startswith("pitfalls/")},
        )
        for run in runs
    }


@pytest.mark.slow
@pytest.mark.timeout(2 * SECONDS)
def test_every_estimator_ends_as_without_us(store, tmp_path, template_database, record_property):
    watched, printed = _observed(tmp_path, store)
    logged = _logged(store)
    other = type(store)(f"sqlite:///{tmp_path / 'plain.db'}", store.experiment_id)
    (tmp_path / "plain.db").write_bytes(template_database.read_bytes())
    plain, said = _observed(tmp_path, other, WITHOUT_ENABLE="1")
    assert said == printed
    differing = {name for name in plain.keys() | watched.keys() if plain.get(name) != watched.get(name)}
    assert differing == set()
    assert _logged(other) == logged
    names = json.loads(printed.splitlines()[-1])
    assert len(names) >= LEAST and plain.keys() >= set(names)
    record_property("estimators compared", len(names))

"""Twenty processes train at once against one tracking server on PostgreSQL: nothing is lost, and all counts agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync
from tests.conftest import START_SECONDS

PROCESSES = 20
TABLES = 5  # each of them is trained on by several processes
RUNS = 2  # of each process
SIDES = 2  # training and held-out rows, a dataset each
STEPS = 5  # of each run's own metric
SECONDS = 600  # for all of it, on a busy machine

SCRIPT = """
import json, os, sys, time
import mlflow, mlflow_pitfalls
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
mlflow_pitfalls.enable(autolog=False, terminal=False)
mlflow.set_experiment(experiment_id=os.environ["EXPERIMENT"])
number, seed, runs, steps = map(int, sys.argv[1:])
open(f"ready-{number}", "w").close()
while not os.path.exists("go"):
    time.sleep(0.05)
X, y = make_classification(400, 6, flip_y=0.1, random_state=seed)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
scores = {}
for depth in range(1, runs + 1):
    with mlflow.start_run() as run:
        mlflow.log_params({"process": number, "depth": depth})
        model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)
        score = accuracy_score(y_test, model.predict(X_test))
        for step in range(steps):
            mlflow.log_metric("own", score * step, step=step)
    scores[run.info.run_id] = [number, depth, score]
print(json.dumps(scores))
"""


def _expected(number: int, depth: int) -> float:
    """The score of the same fit in a process that is not watched."""
    X, y = make_classification(400, 6, flip_y=0.1, random_state=number % TABLES)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)
    return float(accuracy_score(y_test, model.predict(X_test)))


def _train(uri: str, experiment_id: str, folder: Path) -> dict[str, list[float]]:
    """What every process has printed: number, depth and score by run."""
    script = folder / "train.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_PITFALLS_", "MLFLOW_EXP"))},
        "MLFLOW_TRACKING_URI": uri,
        "EXPERIMENT": experiment_id,
        "MLFLOW_PITFALLS_SPOOL_DIR": str(folder / "spool"),
        "MLFLOW_PITFALLS_PROBE_BUDGET": "0",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "OMP_NUM_THREADS": "1",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(number), str(number % TABLES), str(RUNS), str(STEPS)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while len(list(folder.glob("ready-*"))) < PROCESSES:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (folder / "go").touch()
        scores = {}
        for process in processes:
            output, errors = process.communicate(timeout=SECONDS)
            assert process.returncode == 0, errors
            assert "Traceback" not in errors, errors
            said = [line for line in errors.splitlines() if "mlflow-pitfalls" in line]
            assert all("could not be sent" in line for line in said), errors  # none was given up or refused
            scores.update(json.loads(output.splitlines()[-1]))
        return scores
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.mark.slow
@pytest.mark.timeout(SECONDS)
def test_nothing_is_lost_under_load(postgres, served_store, tmp_path, record_property):
    scores = _train(served_store.uri, served_store.experiment_id, tmp_path)
    spooled = len(Spool(tmp_path / "spool").entries())
    report = sync(served_store.uri, spool_dir=tmp_path / "spool")
    assert (report.left, report.sent + report.superseded) == (0, spooled), report
    assert Spool(tmp_path / "spool").entries() == []
    assert sync(served_store.uri, spool_dir=tmp_path / "spool").sent == 0

    assert len(scores) == PROCESSES * RUNS
    assert all(score == _expected(number, depth) for number, depth, score in scores.values())

    def count(query: str) -> Counter[tuple[object, ...]]:
        """Rows by run, from the tables themselves."""
        where = f"WHERE run_uuid IN (SELECT run_uuid FROM runs WHERE experiment_id = {served_store.experiment_id})"
        return Counter(postgres.ask("served", f"SELECT {query} {where}"))

    each = dict.fromkeys(scores, 1)
    assert count("run_uuid, status FROM runs") == {(run, "FINISHED"): 1 for run in each}
    assert {run for run, _ in count("run_uuid, key FROM params")} == scores.keys()
    states = {run: value for run, key, value in count("run_uuid, key, value FROM tags") if key == "pitfalls.state"}
    assert states == dict.fromkeys(scores, "settled")
    points = count("run_uuid, key FROM metrics")
    values = {(run, key): value for run, key, value in count("run_uuid, key, value FROM latest_metrics")}
    for run, (_, _, score) in scores.items():
        assert points[run, "own"] == STEPS
        assert len(served_store.client.get_run(run).inputs.dataset_inputs) == SIDES
        assert points[run, "pitfalls/test_score"] == 1
        assert values[run, "pitfalls/test_score"] == score
        assert {"pitfalls.md", "pitfalls_flags.json", "pitfalls/record.json", "pitfalls/outcomes.json",
                "pitfalls/report.html", "pitfalls/gap.png"} <= served_store.files(run)  # fmt: skip
    record_property("processes at once", PROCESSES)
    record_property("runs under load", len(scores))

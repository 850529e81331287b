"""Nothing of a store or of a spool is ever unpickled or run: not one line of ours could, and no planted file does."""

from __future__ import annotations

import ast
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pytest
from click.testing import CliRunner

import mlflow_pitfalls
from mlflow_pitfalls.cli import main
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.reporting.links import (
    COMPARISON_PATH,
    LOSSES_PATH,
    OUTCOMES_PATH,
    RECORD_PATH,
    SUGGESTIONS_PATH,
)
from mlflow_pitfalls.sinks.reference import find_reference
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync
from mlflow_pitfalls.tuning.study.storage import Place

SOURCE = Path(mlflow_pitfalls.__file__).parent
# Pipes between a process of ours and one that it has started, and Spark's own way to its executors: what the user's
# process has packed itself, a moment ago. Nobody else can write there who could not run code as the user anyway.
OWN_PIPES = {
    "probes/helper.py",
    "probes/worker.py",
    "tuning/study/worker.py",
    "tuning/spark/spark_task.py",
}
# The user's own script, under `mlflow-pitfalls run`.
OWN_SCRIPT = {"scripts.py"}
LOADERS = {
    "load", "loads", "Unpickler", "read_pickle", "load_model", "load_context", "unsafe_load", "full_load",
}  # fmt: skip
HARMLESS_OWNERS = {"json", "tomllib", "Settings", "cls"}
IMPORTS = {"hooks/late_imports.py"}  # calls what Python's own import would call
RUNNERS = {"eval", "exec", "compile", "__import__"}


def _calls(path: Path) -> Iterator[tuple[str, str]]:
    """Owner and name of every call in a file: ``("pickle", "loads")``, ``("", "exec")``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield (owner.id if isinstance(owner, ast.Name) else ast.unparse(owner)), node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id


def _sources() -> dict[str, list[tuple[str, str]]]:
    return {path.relative_to(SOURCE).as_posix(): list(_calls(path)) for path in SOURCE.rglob("*.py")}


def test_only_pipes_between_our_own_processes_unpickle():
    found = {
        file
        for file, calls in _sources().items()
        for owner, name in calls
        if name in LOADERS and owner not in HARMLESS_OWNERS
    }
    assert found - IMPORTS == OWN_PIPES


def test_no_text_is_run_but_the_users_own_script():
    found = {file for file, calls in _sources().items() for owner, name in calls if not owner and name in RUNNERS}
    assert found == OWN_SCRIPT


def test_no_shell_and_no_array_file_is_opened():
    told = {
        (file, owner, name)
        for file, calls in _sources().items()
        for owner, name in calls
        if (owner, name) in {("os", "system"), ("os", "popen"), ("np", "load"), ("numpy", "load"), ("joblib", "load")}
    }
    assert told == set()
    assert not any("shell=True" in path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))


class Malice:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "unpickled"


@pytest.fixture
def malice(trace: Path) -> bytes:
    content = pickle.dumps(Malice(trace))
    with pytest.raises(TypeError):
        pickle.loads(content) + 1  # it works
    trace.rmdir()
    return content


def _plant(store, run_id: str, path: str, content: bytes, folder: Path) -> None:
    local = folder / Path(path).name
    local.write_bytes(content)
    store.client.log_artifact(run_id, str(local), str(Path(path).parent))


@pytest.mark.parametrize("spoil", ["pickle", "numpy", "joblib"])
def test_no_reader_unpickles_what_a_run_holds(spoil, store, tmp_path, malice, trace, record_property):
    planted = {"pickle": malice, "numpy": _numpy_file(malice), "joblib": b"\x78\x9c" + malice}[spoil]
    run_id = store.new_run(**{"pitfalls.state": "settled", "pitfalls.reference": "true", "pitfalls.task": "binary"})
    paths = [RECORD_PATH, OUTCOMES_PATH, LOSSES_PATH, SUGGESTIONS_PATH, COMPARISON_PATH, "pitfalls/scan.json"]
    for path in (*paths, "model/model.pkl", "model/MLmodel", "model/python_env.yaml", "estimator/estimator.json"):
        _plant(store, run_id, path, planted, tmp_path)
    store.client.log_metric(run_id, "accuracy", 0.5)
    store.client.set_terminated(run_id)
    own = RunRecord(run=RunInfo(run_id="b" * 32, experiment_id=store.experiment_id), task=Task.BINARY,
                    package_version="1")  # fmt: skip
    readers = [
        lambda: mlflow_pitfalls.report(run_id, tracking_uri=store.uri),
        lambda: mlflow_pitfalls.gate(run_id, tracking_uri=store.uri),
        lambda: mlflow_pitfalls.compare(run_id, run_id, tracking_uri=store.uri),
    ]
    for reader in readers:
        with pytest.raises(PitfallsError):
            reader()
    told = find_reference(store.uri, own, run_id)
    assert told.choice is None
    assert "cannot be compared with" in told.absence
    scanned = CliRunner().invoke(main, ["scan", "tests", "--tracking-uri", store.uri, "--write"])
    assert scanned.exit_code == 0, scanned.output
    assert not trace.exists()
    record_property("inputs tried", len(readers) + 2)


def _numpy_file(pickled: bytes) -> bytes:
    head = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    head += b" " * (63 - (len(head) + 10) % 64) + b"\n"
    return np.lib.format.magic(1, 0) + len(head).to_bytes(2, "little") + head + pickled


def test_no_reader_unpickles_what_the_spool_and_the_study_hold(tmp_path, store, malice, trace, settings):
    from mlflow_pitfalls.tuning.study.quiet import quiet_optuna

    folder = Path(settings.spool_dir)
    folder.mkdir()
    (folder / f"{1:020d}-{'a' * 16}-settled.json").write_bytes(malice)
    assert Spool(folder).entries()
    assert sync(store.uri, spool_dir=folder).damaged == 1
    place = Place(study="mine", folder=tmp_path / "studies")
    place.folder.mkdir()
    for name in ("mine.log", "mine.log.snapshot", "mine.pkl"):
        (place.folder / name).write_bytes(malice + b"\n")
    with quiet_optuna(), pytest.raises(PitfallsError, match="cannot be opened"):
        place.open()
    assert not trace.exists()


def test_a_run_of_ours_beside_planted_models_unpickles_nothing(store, tmp_path, malice, trace, settings):
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    mlflow.set_tracking_uri(store.uri)
    mlflow_pitfalls.enable(autolog=False, terminal=False, spool_dir=settings.spool_dir)
    try:
        for _ in range(2):
            with mlflow.start_run(experiment_id=store.experiment_id) as run:
                x, y = load_iris(return_X_y=True)
                DecisionTreeClassifier().fit(x[::2], y[::2]).score(x[1::2], y[1::2])
            mlflow_pitfalls.flush()
            for path in (RECORD_PATH, OUTCOMES_PATH, LOSSES_PATH, SUGGESTIONS_PATH, "model/model.pkl"):
                _plant(store, run.info.run_id, path, malice, tmp_path)
    finally:
        mlflow_pitfalls.disable()
        mlflow.set_tracking_uri(None)
    assert "settled" in store.tags(run.info.run_id)["pitfalls.state"]
    assert not trace.exists()

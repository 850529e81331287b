"""Processes that are ended at any moment: what they have written is whole, and they end as they would without us."""

from __future__ import annotations

import json
import random
import shutil

import pytest

from mlflow_pitfalls.model.codec import from_json
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.sinks.sync import sync

SEED = 20
SECONDS = 400  # for all, on a busy machine
MOMENTS = 5  # for each kind of end
ENDS = {"SIGTERM": -15, "SIGINT": -2, "SIGKILL": -9, "_exit": 9}

# Every process is a fork of one that has trained before, in another store: imports would take most of its time.
SCRIPT = """
import threading
import signal
import mlflow_pitfalls

def train(number, uri):
    mlflow.set_tracking_uri(uri)
    mlflow_pitfalls.enable(autolog=False, terminal=False)
    mlflow.set_experiment(experiment_id=os.environ["EXPERIMENT"])
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    for depth in range(1, 4):
        with mlflow.start_run(tags={"process": str(number)}):
            model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)
            mlflow.log_metric("own", accuracy_score(y_test, model.predict(X_test)))

def watch(child, kind, moment):
    begun = time.monotonic()
    while time.monotonic() - begun < moment:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), time.monotonic() - begun
        time.sleep(0.005)
    if kind.startswith("SIG"):
        os.kill(child, getattr(signal, kind))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), time.monotonic() - begun

uri = mlflow.get_tracking_uri()
train(-1, os.environ["WARM"])
mlflow_pitfalls.disable()
kinds, shares = json.loads(os.environ["PLAN"])
codes, whole = [], 60.0
for number, (kind, share) in enumerate(zip(kinds, shares)):
    child = os.fork()
    if child == 0:
        break
    code, seconds = watch(child, kind, whole * share)
    whole = seconds if number == 0 else whole  # the first one is left alone, and tells how long it takes
    codes.append(code)
else:
    print(json.dumps(codes))
    sys.exit()
errors = os.open(f"errors-{number}", os.O_WRONLY | os.O_CREAT)
os.dup2(errors, 1)
os.dup2(errors, 2)
os.environ["MLFLOW_PITFALLS_SPOOL_DIR"] += f"-{number}"
if kind == "_exit":
    timer = threading.Timer(whole * share, os._exit, (9,))
    timer.daemon = True
    timer.start()
train(number, uri)
"""


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_whatever_ends_a_process_leaves_whole_records(run_script, data, store, tmp_path, record_property):
    moments = random.Random(SEED)
    kinds = ["none", *(kind for kind in ENDS for _ in range(MOMENTS))]
    shares = [1.0, *(moments.uniform(0.0, 1.0) for _ in kinds[1:])]
    shutil.copy(tmp_path / "mlflow.db", tmp_path / "warm.db")
    done = run_script(
        data + SCRIPT, store.uri, PLAN=json.dumps([kinds, shares]), EXPERIMENT=store.experiment_id,
        WARM=f"sqlite:///{tmp_path / 'warm.db'}", OMP_NUM_THREADS="1", limit=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes = done.result
    assert codes[0] == 0
    for number, (kind, code) in enumerate(zip(kinds[1:], codes[1:], strict=True), start=1):
        said = (tmp_path / f"errors-{number}").read_text()
        assert code in (0, ENDS[kind]), (kind, said)
        assert code == 0 or ("KeyboardInterrupt" in said) == (kind == "SIGINT"), said
        assert "_at_exit" not in said, said
    assert sum(code != 0 for code in codes) >= len(codes) // 2
    for number in range(len(codes)):
        spool = Spool(f"{tmp_path / 'spool'}-{number}")
        entries = spool.entries()
        assert all(spool.read(entry).items.run_id for entry in entries)
        report = sync(store.uri, spool_dir=spool.folder)
        assert (report.left, spool.entries()) == (0, []), report
        assert sync(store.uri, spool_dir=spool.folder).sent == 0
    states = []
    for run in store.client.search_runs([store.experiment_id]):
        folder = store.artifacts / run.info.run_id / "artifacts"
        state = run.data.tags.get("pitfalls.state")
        states.append(state)
        for path in folder.rglob("*.json"):
            json.loads(path.read_bytes())
        record = folder / "pitfalls" / "record.json"
        assert record.exists() == (state is not None)
        if state == "settled":
            assert from_json(RunRecord, record.read_bytes()).run.run_id == run.info.run_id
            assert {"pitfalls.md", "pitfalls/report.html", "pitfalls/outcomes.json"} <= store.files(run.info.run_id)
    assert states.count("settled") >= 3
    record_property("faults injected", len(codes) - 1)

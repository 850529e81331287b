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
from tests.guarantees.forked import IN_FORKS

SEED = 20
SECONDS = 400  # for all, on a busy machine
MOMENTS = 5  # for each kind of end
ENDS = {"SIGTERM": -15, "SIGINT": -2, "SIGKILL": -9, "_exit": 9}

SCRIPT = """
import signal
import threading
import mlflow_pitfalls

def train(uri, number=-1):
    mlflow.set_tracking_uri(uri)
    mlflow_pitfalls.enable(autolog=False, terminal=False)
    mlflow.set_experiment(experiment_id=os.environ["EXPERIMENT"])
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    for depth in (1, 2):
        with mlflow.start_run(tags={"process": str(number)}):
            model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)
            mlflow.log_metric("own", accuracy_score(y_test, model.predict(X_test)))

def send(child, job, seconds):
    number, kind, share = job
    if kind.startswith("SIG") and seconds >= share * whole and child not in sent:
        sent.add(child)
        os.kill(child, getattr(signal, kind))

uri, sent = mlflow.get_tracking_uri(), set()
train(os.environ["WARM"])
mlflow_pitfalls.disable()
first, *others = json.loads(os.environ["PLAN"])
begun = time.monotonic()
job, codes = in_forks([first])  # left alone: it tells how long the others will take
if job is None:
    whole = time.monotonic() - begun
    job, more = in_forks(others, send, at_once=2)
    if job is None:
        print(json.dumps(codes + more))
        sys.exit()
number, kind, share = job
own_files(number)
if kind == "_exit":
    timer = threading.Timer(whole * share, os._exit, (9,))
    timer.daemon = True
    timer.start()
train(uri, number)
"""


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_whatever_ends_a_process_leaves_whole_records(run_script, data, store, tmp_path, record_property):
    moments = random.Random(SEED)
    kinds = ["none", *(kind for kind in ENDS for _ in range(MOMENTS))]
    plan = [(number, kind, moments.uniform(0.0, 1.0)) for number, kind in enumerate(kinds)]
    shutil.copy(tmp_path / "mlflow.db", tmp_path / "warm.db")
    done = run_script(
        data + IN_FORKS + SCRIPT, store.uri, PLAN=json.dumps(plan), EXPERIMENT=store.experiment_id,
        WARM=f"sqlite:///{tmp_path / 'warm.db'}", OMP_NUM_THREADS="1", limit=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes = done.result
    assert codes[0] == 0
    for number, (kind, code) in enumerate(zip(kinds[1:], codes[1:], strict=True), start=1):
        said = (tmp_path / f"{number}.errors").read_text()
        assert code in (0, ENDS[kind]), (kind, said)
        # Without a word where the signal comes when Python has already handed signals back to the system.
        assert not said or (kind == "SIGINT" and said.rstrip(": \n").endswith("KeyboardInterrupt")), said
        # Python tells where it ignores one, as in what other packages do at exit.
        assert not said.startswith("Exception ignored") or "mlflow_pitfalls" not in said, said
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

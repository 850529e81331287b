"""A hang, a slow answer and a full disk at every boundary: the script goes on, and ends within our budgets."""

from __future__ import annotations

import json
import shutil

import pytest

from mlflow_pitfalls.sinks.spool import Spool
from tests.guarantees.forked import IN_FORKS

HANG, SLOW = "hang", "slow"
SECONDS = 300  # for all, on a busy machine
MOST_LINES = 2  # of ours on standard error: what was not finished, and what could not be sent

# On threads of ours: what hangs there is left behind when the time at exit is over.
BEHIND = {
    "capture": "mlflow_pitfalls.capture.recording.building:RecordBuilder.build",
    "history": "mlflow_pitfalls.session:read_history",
    "check": "mlflow_pitfalls.session:run_checks",
    "report": "mlflow_pitfalls.session:settled_items",
    "spool": "mlflow_pitfalls.sinks.spool:Spool.put",
    "sink": "mlflow_pitfalls.sinks.mlflow_sink:MlflowSink.write",
    "exit": "mlflow_pitfalls.sinks.delivery:Courier.deliver",
}
# On the user's thread, which nobody can free from outside: it may be slow there, and nothing there waits for anything.
IN_FRONT = {
    "hook": "mlflow_pitfalls.capture.recording.recorder:Recorder.wants",
    "fit": "mlflow_pitfalls.capture.recording.fitting:FitCapture.capture",
    "settle": "mlflow_pitfalls.session:take_material",
}

SCRIPT = """
import importlib, resource, signal, threading
import mlflow_pitfalls
from mlflow_pitfalls.sinks import writer

def train(uri, name, experiment):
    mlflow.set_tracking_uri(uri)
    mlflow_pitfalls.enable(autolog=False, terminal=False, exit_timeout=2)
    mlflow.set_experiment(experiment_id=experiment)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    with mlflow.start_run(run_name=name):
        model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X_train, y_train)
        score = accuracy_score(y_test, model.predict(X_test))
    print(score, flush=True)

def inject(place, kind):
    module, _, path = place.partition(":")
    owner = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)
    def disturbed(*args, **kwargs):
        if kind == "hang":
            threading.Event().wait()
        time.sleep(0.05)
        return original(*args, **kwargs)
    setattr(owner, name, disturbed)

uri = mlflow.get_tracking_uri()
train(os.environ["WARM"], "warm", "0")
mlflow_pitfalls.disable()
job, codes = in_forks(json.loads(os.environ["PLAN"]))
if job is None:
    print(json.dumps(codes))
    sys.exit()
name, places, kind = job
own_files(name)
if kind == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
for place in places:
    inject(place, kind)
if places:
    writer.BUILDING_SECONDS, writer.LOOK_SECONDS = 3.0, 0.5
train(uri, name, os.environ["EXPERIMENT"])
"""


@pytest.fixture
def train(run_script, data, template_database, tmp_path):
    """``train(plan, store)``: names of the disturbed scripts, each with a place and what happens there."""

    def run(plan, store) -> None:
        shutil.copy(template_database, tmp_path / "warm.db")
        done = run_script(
            data + IN_FORKS + SCRIPT, store.uri, PLAN=json.dumps(plan), EXPERIMENT=store.experiment_id,
            WARM=f"sqlite:///{tmp_path / 'warm.db'}", OMP_NUM_THREADS="1", limit=SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.result == [0] * len(plan), done.stderr

    return run


def _said(tmp_path, name: str) -> tuple[float, list[str]]:
    errors = (tmp_path / f"{name}.errors").read_text()
    assert "Traceback" not in errors, errors
    lines = [line for line in errors.splitlines() if "mlflow-pitfalls" in line]
    assert len(lines) == len(set(lines)) <= MOST_LINES, errors
    return float((tmp_path / f"{name}.output").read_text().splitlines()[-1]), lines


def _states(store) -> dict[str, str]:
    runs = store.client.search_runs([store.experiment_id])
    assert {run.info.status for run in runs} == {"FINISHED"}
    return {run.info.run_name: run.data.tags.get("pitfalls.state", "none") for run in runs}


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_what_hangs_or_is_slow_costs_the_script_nothing(train, store, tmp_path, record_property):
    hangs = [(f"{name}-hangs", [place], HANG) for name, place in BEHIND.items()]
    everywhere = ("slow", [*BEHIND.values(), *IN_FRONT.values()], SLOW)
    train([("undisturbed", [], ""), everywhere, *hangs], store)
    expected, lines = _said(tmp_path, "undisturbed")
    assert lines == []
    for name, *_ in (everywhere, *hangs):
        assert _said(tmp_path, name)[0] == expected
    states = _states(store)
    assert states["slow"] == "settled"
    for name in ("capture", "history", "check", "report"):
        assert states[f"{name}-hangs"] == "partial", name
    for name in ("sink", "exit"):
        entries = Spool(f"{tmp_path / 'spool'}-{name}-hangs").entries()
        assert [entry.stage for entry in entries][-1:] == ["settled"], name
    record_property("faults injected", len(hangs) + len(everywhere[1]))


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_a_full_disk_costs_the_files_and_nothing_else(train, served_store, tmp_path, record_property):
    """A limit on the size of files stands for it, in the script's process and not in the server's."""
    train([("undisturbed", [], ""), ("full", [], "full")], served_store)
    assert _said(tmp_path, "full")[0] == _said(tmp_path, "undisturbed")[0]
    runs = {run.info.run_name: run for run in served_store.client.search_runs([served_store.experiment_id])}
    ours = [
        {key for key in run.data.tags if key.startswith("pitfalls.")} for run in (runs["full"], runs["undisturbed"])
    ]
    assert ours[0] == ours[1] > {"pitfalls.state"}
    assert Spool(f"{tmp_path / 'spool'}-full").entries() == []
    record_property("faults injected", 1)

"""Switching on, off and over while the user's program runs; threads and processes."""

import pytest

START = "import mlflow_pitfalls\nmlflow_pitfalls.enable({})\n"
OPEN = START.format("autolog=False, terminal=False")


def _runs(store):
    return store.client.search_runs([e.experiment_id for e in store.client.search_experiments()])


def _indented(source):
    return "".join(f"    {line}\n" for line in source.strip().splitlines())


def test_disabling_within_a_run_keeps_its_data(run_script, store, data, fit):
    rest = "mlflow_pitfalls.disable()\nDecisionTreeClassifier().fit(X_train, y_train)\nmlflow.log_metric('own', 1)"
    done = run_script(OPEN + data + "with mlflow.start_run():\n" + _indented(fit + rest), store.uri)
    assert done.returncode == 0, done.stderr
    (run,) = _runs(store)
    assert run.info.status == "FINISHED"
    assert run.data.tags["pitfalls.state"] == "settled"
    assert run.data.metrics.keys() >= {"own", "pitfalls/train_score", "pitfalls/test_score"}
    assert "pitfalls/outcomes.json" in store.files(run.info.run_id)


def test_other_options_take_over_at_once(run_script, store, data, fit):
    source = START.format("autolog=False, terminal=False") + data + "titles = []\n"
    for options in ("ignore=['PF5', 'PF2']", "seed=3, ignore=['overfit']", "ignore=[], thresholds={}"):
        source += f"mlflow_pitfalls.enable(autolog=False, terminal=False, {options})\nwith mlflow.start_run() as run:\n"
        source += _indented(fit)
        source += "found = mlflow_pitfalls.report(run.info.run_id).outcomes\n"
        source += "titles.append(sorted(o.check for o in found.outcomes if o.status == 'ignored'))\n"
    done = run_script(source + "print(json.dumps(titles))", store.uri)
    assert done.returncode == 0, done.stderr
    first, second, third = done.result
    assert {"overfit", "underfit", "missing-values"} <= set(first)
    assert (second, third) == (["overfit"], [])
    assert [run.data.tags["pitfalls.state"] for run in _runs(store)] == ["settled"] * 3


@pytest.mark.slow
def test_no_thread_is_left_after_many_rounds(run_script, store, data, fit):
    source = (
        data
        + fit
        + """
import threading, mlflow_pitfalls
parts = X_train, y_train
before = set(threading.enumerate())
for number in range(10):
    mlflow_pitfalls.enable(autolog=False, terminal=False, seed=number % 2)
    with mlflow.start_run():
        model = DecisionTreeClassifier(max_depth=2).fit(*parts)
        model.score(X_test, y_test)
    mlflow_pitfalls.disable()
deadline = time.monotonic() + 30
def ours():
    return [t.name for t in threading.enumerate() if t not in before and t.name.startswith("mlflow-pitfalls")]
while ours() and time.monotonic() < deadline:
    time.sleep(0.01)
print(json.dumps([ours(), threading.active_count() - len(before)]))
"""
    )
    done = run_script(source, store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result == [[], 0]
    assert [run.data.tags.get("pitfalls.state") for run in _runs(store)] == ["settled"] * 10


CHILDREN = """
import multiprocessing
import mlflow, mlflow_pitfalls
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier
mlflow_pitfalls.enable(autolog=False, terminal=False)
def work(number):
    X, y = load_breast_cancer(return_X_y=True)
    with mlflow.start_run(run_name="child"):
        DecisionTreeClassifier().fit(X, y).score(X, y)
    mlflow_pitfalls.flush()
    return mlflow_pitfalls.enabled()
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(work, [1]) == [False]
    X, y = load_breast_cancer(return_X_y=True)
    with mlflow.start_run(run_name="parent"):
        DecisionTreeClassifier().fit(X, y).score(X, y)
"""


def test_a_spawned_child_writes_nothing_however_it_was_enabled(run_script, store):
    done = run_script(CHILDREN, store.uri, MLFLOW_PITFALLS_ENABLE="1", MLFLOW_PITFALLS_AUTOLOG="0")
    assert done.returncode == 0, done.stderr
    tags = {run.info.run_name: run.data.tags for run in _runs(store)}
    assert tags.keys() == {"child", "parent"}
    assert not [tag for tag in tags["child"] if tag.startswith("pitfalls")]
    assert tags["parent"]["pitfalls.state"] == "settled"


def test_what_our_own_threads_fit_is_nobodys(run_script, store, data, fit):
    source = (
        START.format("autolog=False, terminal=False")
        + data
        + fit
        + """
from mlflow_pitfalls import api
uri = mlflow.get_tracking_uri()
mlflow_pitfalls.flush()
def build():
    DecisionTreeClassifier(max_depth=3).fit(X_train, y_train).score(X_test, y_test)
    done.append(1)
done = []
api._session._writer.submit(uri, build)
assert mlflow_pitfalls.flush() == []
print(json.dumps(done))
"""
    )
    done = run_script(source, store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result == [1]


def test_a_session_remembers_so_many_runs_and_prints_each_verdict_once(run_script, store, data):
    source = (
        data
        + """
import io
from dataclasses import replace
from mlflow_pitfalls import session as module
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Severity, Task
from mlflow_pitfalls.reporting.notebook import Report
from mlflow_pitfalls.settings import Settings
made = module.Session(Settings(), "0")
def report(run_id, *flags):
    record = RunRecord(run=RunInfo(run_id=run_id), task=Task.BINARY, package_version="0")
    found = tuple(Outcome(check=f, group=Group.DATA, status=Status.FLAGGED, severity=Severity.LOW, message="m 1.")
                  for f in flags)
    return Report(record, Outcomes(run_id=run_id, outcomes=found))
for number in range(3 * module.MAX_REPORTS):
    made._remember(report(str(number)))
    made._print(report(str(number)))
made._remember(report("150"))
sizes = [len(made._reports), len(made._news), len(made._printed)]
latest = made.latest().record.run.run_id
oldest = made.report("0")
sys.stderr = io.StringIO()
lengths = []
for one in (report("a", "x"), report("a", "x"), report("a", "x", "y"), report("", "x"), report("", "x")):
    made._print(one)
    lengths.append(len(sys.stderr.getvalue()))
made.close()
print(json.dumps([sizes, latest, oldest is None, [b > a for a, b in zip([0, *lengths], lengths)]]))
"""
    )
    done = run_script(source, store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result == [[64, 64, 64], "150", True, [True, False, True, True, True]]

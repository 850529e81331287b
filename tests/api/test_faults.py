"""A fault anywhere in our code is logged once, and the user's script goes on."""

import json
import shutil

import pytest

from tests.guarantees.forked import IN_FORKS

# Where the fault is injected: one place in every layer.
PLACES = [
    "mlflow_pitfalls.capture.recording.recorder:Recorder.wants",
    "mlflow_pitfalls.capture.recording.recorder:Recorder.starting",
    "mlflow_pitfalls.capture.recording.recorder:Recorder.finished",
    "mlflow_pitfalls.capture.recording.recorder:Recorder.run_changed",
    "mlflow_pitfalls.capture.recording.recorder:Recorder.settle_all",
    "mlflow_pitfalls.capture.lineage.tracker:Lineage.split",
    "mlflow_pitfalls.capture.recording.fitting:FitCapture.capture",
    "mlflow_pitfalls.capture.recording.fitting:profile_dataset",
    "mlflow_pitfalls.capture.recording.fitting:estimator_facts",
    "mlflow_pitfalls.capture.recording.settling:Settler.complete",
    "mlflow_pitfalls.capture.recording.evaluating:EvaluationCapture.predicted",
    "mlflow_pitfalls.capture.recording.building:RecordBuilder.build",
    "mlflow_pitfalls.capture.findings.sides:drift_facts",
    "mlflow_pitfalls.capture.recording.scoring:score_facts",
    "mlflow_pitfalls.session:run_checks",
    "mlflow_pitfalls.session:settled_items",
    "mlflow_pitfalls.session:partial_items",
    "mlflow_pitfalls.session:read_history",
    "mlflow_pitfalls.session:print_table",
    "mlflow_pitfalls.session:active_run",
    "mlflow_pitfalls.reporting.log_items:to_json",
    "mlflow_pitfalls.reporting.html:render",
    "mlflow_pitfalls.sinks.writer:Writer.submit",
    "mlflow_pitfalls.sinks.mlflow_sink:MlflowSink.write",
    "mlflow_pitfalls.sinks.spool:Spool.put",
]
ERRORS = ["ValueError('canary-4711')", "MemoryError()", "RecursionError()", "SystemExit(3)"]
MOST_LINES = 4  # record, outcomes, suggestions and losses are written each by itself, and each says so once

INJECT = """
import importlib
import mlflow_pitfalls
mlflow_pitfalls.enable(autolog=False)
module, _, path = {place!r}.partition(":")
owner = importlib.import_module(module)
*parents, name = path.split(".")
for parent in parents:
    owner = getattr(owner, parent)
def broken(*args, **kwargs):
    raise {error}
setattr(owner, name, broken)
"""


# One of each layer by default, in a process of its own.
QUICK = ("Recorder.finished", "FitCapture.capture", "session:run_checks", "html:render", "MlflowSink.write")
QUICK_PLACES = [place for place in PLACES if place.endswith(QUICK)]
SECONDS = 300  # for all others, on a busy machine

FORKED = """
import mlflow_pitfalls
uri = mlflow.get_tracking_uri()
mlflow.set_tracking_uri(os.environ["WARM"])
mlflow_pitfalls.enable(autolog=False)
with mlflow.start_run():
    accuracy_score(y, DecisionTreeClassifier().fit(X, y).predict(X))
mlflow_pitfalls.disable()
job, codes = in_forks(json.loads(os.environ["PLAN"]))
if job is None:
    print(json.dumps(codes))
    sys.exit()
name, inject = job
own_files(name)
mlflow.set_tracking_uri(uri)
mlflow.set_experiment(name)  # of its own: a run with earlier ones writes more
exec(inject)
with mlflow.start_run(run_name=name):
"""


def _injected(place: str) -> str:
    return INJECT.format(place=place, error=ERRORS[PLACES.index(place) % len(ERRORS)])


def _told_once(score: float, said: str) -> None:
    assert score > 0.85
    assert "Traceback" not in said
    assert "canary-4711" not in said
    told = [line for line in said.splitlines() if "your program is not affected" in line]
    assert len(told) == len(set(told)) <= MOST_LINES, said


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip().splitlines())


@pytest.mark.parametrize("place", QUICK_PLACES)
def test_the_script_goes_on(run_script, store, data, fit, place):
    source = data + _injected(place) + "with mlflow.start_run():\n"
    done = run_script(source + _indented(fit + fit) + "\nprint(json.dumps(score))", store.uri)
    assert done.returncode == 0, done.stderr
    _told_once(done.result, done.stderr)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 60)
def test_it_does_wherever_the_fault_is(run_script, store, data, fit, template_database, tmp_path):
    shutil.copy(template_database, tmp_path / "warm.db")
    plan = [(place, _injected(place)) for place in PLACES if place not in QUICK_PLACES]
    done = run_script(
        data + IN_FORKS + FORKED + _indented(fit + fit) + "\nprint(json.dumps(score), flush=True)", store.uri,
        PLAN=json.dumps(plan), WARM=f"sqlite:///{tmp_path / 'warm.db'}", OMP_NUM_THREADS="1", limit=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.result == [0] * len(plan), [(tmp_path / f"{place}.errors").read_text() for place, _ in plan]
    for place, _ in plan:
        printed = (tmp_path / f"{place}.output").read_text().splitlines()
        _told_once(float(printed[-1]), (tmp_path / f"{place}.errors").read_text())


def test_a_broken_check_costs_only_its_own_answer(run_script, store, data, fit):
    inject = """
import mlflow_pitfalls
from dataclasses import replace
from mlflow_pitfalls.checks import catalogue, runner
def broken(record, limits):
    raise ValueError("canary-4711")
broken_check = replace(catalogue.by_name("overfit"), function=broken)
checks = tuple(broken_check if c.name == "overfit" else c for c in catalogue.ALL_CHECKS)
import mlflow_pitfalls.session as session
run_checks = session.run_checks
session.run_checks = lambda record, **options: run_checks(record, checks=checks, **options)
mlflow_pitfalls.enable(autolog=False)
"""
    source = data + inject + "with mlflow.start_run():\n"
    tail = (
        "\nreport = mlflow_pitfalls.report()\nprint(json.dumps({o.check: o.status for o in report.outcomes.outcomes}))"
    )
    done = run_script(source + _indented(fit) + tail, store.uri)
    assert done.returncode == 0, done.stderr
    statuses = done.result
    assert statuses.pop("overfit") == "errored"
    assert "errored" not in statuses.values()
    assert "canary-4711" not in done.stderr


def test_an_interrupt_still_reaches_the_user(run_script, store, data):
    source = (
        data
        + """
import mlflow_pitfalls
mlflow_pitfalls.enable(autolog=False)
class Slow(DecisionTreeClassifier):
    def fit(self, X, y):
        raise KeyboardInterrupt("stop")
try:
    Slow().fit(X, y)
except KeyboardInterrupt as error:
    print(json.dumps(str(error)))
"""
    )
    assert run_script(source, store.uri).result == "stop"

"""A fault anywhere in our code is logged once, and the user's script goes on."""

import pytest

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


# One of each layer by default; each takes a process of its own.
QUICK = ("Recorder.finished", "FitCapture.capture", "session:run_checks", "html:render", "MlflowSink.write")


@pytest.mark.parametrize(
    "place", [place if place.endswith(QUICK) else pytest.param(place, marks=pytest.mark.slow) for place in PLACES]
)
def test_the_script_goes_on(run_script, store, data, fit, place):
    error = ERRORS[PLACES.index(place) % len(ERRORS)]
    source = data + INJECT.format(place=place, error=error) + "with mlflow.start_run():\n"
    body = "\n".join(f"    {line}" for line in (fit + fit).strip().splitlines())
    done = run_script(source + body + "\nprint(json.dumps(score))", store.uri)
    assert done.returncode == 0, done.stderr
    assert done.result > 0.85
    assert "Traceback" not in done.stderr
    assert "canary-4711" not in done.stderr
    told = [line for line in done.stderr.splitlines() if "your program is not affected" in line]
    assert len(told) == len(set(told)) <= MOST_LINES, done.stderr


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
    body = "\n".join(f"    {line}" for line in fit.strip().splitlines())
    tail = (
        "\nreport = mlflow_pitfalls.report()\nprint(json.dumps({o.check: o.status for o in report.outcomes.outcomes}))"
    )
    done = run_script(source + body + tail, store.uri)
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

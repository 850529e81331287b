"""JUnit, SARIF and the table, parsed as their readers do."""

import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.gating.judging import judge
from mlflow_pitfalls.gating.junit import to_junit
from mlflow_pitfalls.gating.sarif import to_sarif
from mlflow_pitfalls.gating.table import GateTable
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Remedy, Status
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.reporting.console import show

LEVELS = {"none", "note", "warning", "error"}


@pytest.fixture
def sarif(judged):
    return json.loads(to_sarif(judged()))["runs"][0]


def test_junit_has_a_case_for_each_check(judged):
    root = ET.fromstring(to_junit(judged()))
    suite = root.find("testsuite")
    for element in (root, suite):
        assert {key: element.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
            "tests": "8",
            "failures": "1",
            "errors": "1",
            "skipped": "4",
        }
    cases = {case.get("name"): case for case in suite.findall("testcase")}
    kinds = {name: [child.tag for child in case] for name, case in cases.items()}
    assert kinds == {
        "overfit": ["failure"],
        "missing-values": ["system-out"],
        "no-lift": [],
        "underfit": ["skipped"],
        "skewed-target": ["skipped"],
        "unstable-score": ["skipped"],
        "target-leakage": ["skipped"],
        "idle-cores": ["error"],
    }
    assert cases["overfit"].get("classname") == "mlflow-pitfalls.PF5"
    failure = cases["overfit"].find("failure")
    assert failure.get("type") == "high"
    assert "<script>alert(1)</script> ]]>" in failure.get("message")
    assert "model.set_params(max_depth=3)" in failure.text
    properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
    assert properties["mlflow.run_id"] == "a" * 32
    assert properties["mlflow.run_name"].startswith("bold-<i>owl</i> & [red]co")


def test_sarif_has_what_the_standard_requires(judged):
    log = json.loads(to_sarif(judged()))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert driver["name"] == "mlflow-pitfalls"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids) == 8
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["markdown"].startswith(f"# {rule['id']}\n")
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in LEVELS
        place = result["locations"][0]["logicalLocations"][0]
        assert place["fullyQualifiedName"] == f"experiments/7/runs/{'a' * 32}"
        assert result["properties"]["runId"] == "a" * 32
        assert result["properties"]["experimentId"] == "7"


def test_sarif_tells_flags_and_suppressed_ones(sarif):
    told = {result["ruleId"]: result for result in sarif["results"]}
    assert {name: result["level"] for name, result in told.items()} == {
        "overfit": "error",
        "missing-values": "warning",
        "target-leakage": "error",
    }
    assert [name for name, result in told.items() if "suppressions" in result] == ["target-leakage"]
    assert [name for name, result in told.items() if result["properties"]["stopsTheRun"]] == ["overfit"]
    assert told["overfit"]["properties"]["intervalHigh"] == 0.24
    assert "value" not in told["missing-values"]["properties"]
    (invocation,) = sarif["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1)
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["associatedRule"]["id"] == "idle-cores"


def test_the_table_names_what_stops_the_run_first(judged):
    stream = io.StringIO()
    show(GateTable(judged()), stream)
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith(": failed, 1 flag of severity high.")
    assert "bold-<i>owl</i> & [red]co" in lines[0]
    assert lines[1].split()[:2] == ["high", "overfit"]
    assert lines[-1] == "8 checks: 1 failed, 2 passed, 4 skipped, 1 errored"
    assert "medium, passes" in stream.getvalue()
    assert "high, ignored" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_the_table_of_a_run_that_passes(judged):
    stream = io.StringIO()
    show(GateTable(judged("medium", "PF2", "PF5")), stream)
    assert ": passed, no flag of severity medium or above." in stream.getvalue()


@given(message=st.text(max_size=60), name=st.text(max_size=60), check=st.text(max_size=20))
def test_any_text_gives_documents_that_can_be_read(message, name, check):
    outcome = Outcome(
        check=check,
        group=Group.DATA,
        status=Status.FLAGGED,
        severity=Severity.HIGH,
        message=message,
        remedies=(Remedy(text=message, code=message),),
    )
    ignored = Outcome(check="overfit", group=Group.DATA, status=Status.IGNORED, message=name, would_be=Severity.LOW)
    run = RunInfo(run_id=name, experiment_id=check, run_name=name)
    result = judge(run, Outcomes(run_id=name, outcomes=(outcome, ignored)), fail_on=Severity.LOW)
    assert len(ET.fromstring(to_junit(result)).findall("testsuite/testcase")) == 2
    assert len(json.loads(to_sarif(result))["runs"][0]["results"]) == 2
    show(GateTable(result), io.StringIO())


def test_rules_know_every_check(judged):
    every = tuple(
        Outcome(check=check.name, group=check.group, status=Status.PASSED, message="") for check in ALL_CHECKS
    )
    result = judge(RunInfo(run_id="a", experiment_id="1"), Outcomes(run_id="a", outcomes=every), fail_on=Severity.HIGH)
    rules = json.loads(to_sarif(result))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.name for check in ALL_CHECKS]
    assert [rule["shortDescription"]["text"] for rule in rules] == [check.summary for check in ALL_CHECKS]

import json
from xml.etree import ElementTree as ET

import mlflow_pitfalls
from mlflow_pitfalls.sinks.tuning_runs import STUDY_TAG


def test_the_exit_status_tells(invoke, store, reported):
    high, medium, clean = reported("high"), reported("medium"), reported("none")
    for arguments, status in [
        ((high,), 1),
        ((medium,), 0),
        ((medium, "--fail-on", "medium"), 1),
        ((medium, "--fail-on", "low"), 1),
        ((high, "--ignore", "overfit"), 0),
        ((clean, "--fail-on", "low"), 0),
    ]:
        result = invoke("gate", *arguments, "--tracking-uri", store.uri)
        assert result.exit_code == status, (arguments, result.output)
        assert "bold-<i>owl</i>: " in result.output


def test_reports_are_written(invoke, store, reported, tmp_path):
    junit, sarif = tmp_path / "junit.xml", tmp_path / "run.sarif"
    result = invoke("gate", reported(), "--junit", junit, "--sarif", sarif, "--tracking-uri", store.uri)
    assert result.exit_code == 1
    assert ET.parse(junit).getroot().get("failures") == "1"
    assert json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"][0]["ruleId"] == "overfit"


def test_nothing_to_judge_is_status_two(invoke, store, refused_uri, tmp_path, reported):
    run = reported()
    for arguments, said in [
        ((store.new_run(), "--tracking-uri", store.uri), "it ran without mlflow-pitfalls"),
        (("f" * 32, "--tracking-uri", store.uri), "could not be read"),
        ((run, "--tracking-uri", refused_uri), "does not answer"),
        ((), "Give either RUN_ID"),
        ((run, "--experiment", "tests", "--latest"), "Give either RUN_ID"),
        (("--experiment", "tests"), "go together"),
        ((run, "--latest"), "go together"),
        ((run, "--fail-on", "none"), "Invalid value"),
        ((run, "--ignore", "overfitt", "--tracking-uri", store.uri), "did you mean 'overfit'"),
        (("--experiment", "nowhere", "--latest", "--tracking-uri", store.uri), "no experiment 'nowhere'"),
        ((run, "--junit", tmp_path / "no" / "x.xml", "--tracking-uri", store.uri), "cannot be written"),
    ]:
        result = invoke("gate", *arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert said in result.output


def test_the_latest_run_is_no_child_and_no_tuning(invoke, store, reported):
    clean, flagged = reported("none"), reported("high")
    store.new_run(**{"mlflow.parentRunId": flagged})
    store.new_run(**{STUDY_TAG: "a study"})
    arguments = ("gate", "--experiment", "tests", "--latest", "--tracking-uri", store.uri)
    assert invoke(*arguments).exit_code == 1
    store.client.delete_run(flagged)
    assert invoke(*arguments).exit_code == 0
    assert mlflow_pitfalls.gate(experiment="tests", tracking_uri=store.uri).run.run_id == clean
    store.new_run()  # without a report: the earlier one's is not taken in its place
    assert invoke(*arguments).exit_code == 2


def test_from_python(store, reported):
    assert mlflow_pitfalls.gate(reported("medium"), tracking_uri=store.uri)
    result = mlflow_pitfalls.gate(reported("high"), tracking_uri=store.uri)
    assert [flag.check for flag in result.failures] == ["overfit"]
    assert mlflow_pitfalls.gate(result.run.run_id, ignore=["PF5"], tracking_uri=store.uri)

"""The command's other words, in this process."""

import pytest
from click.testing import CliRunner

from mlflow_pitfalls.checks.catalogue import ALL_CHECKS
from mlflow_pitfalls.cli import _print_checks, main
from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.items import Artifact
from mlflow_pitfalls.model.outcomes import Group, Outcome, Outcomes, Status
from mlflow_pitfalls.model.record import RunInfo, RunRecord
from mlflow_pitfalls.model.values import Severity, Task
from mlflow_pitfalls.reporting.links import OUTCOMES_PATH, RECORD_PATH
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.spool import Spool
from mlflow_pitfalls.version import __version__


@pytest.fixture
def invoke():
    def call(*arguments):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


@pytest.fixture
def stored_run(store, make_items):
    """A run with a stored report of one flag."""
    run_id = store.new_run()
    record = RunRecord(
        run=RunInfo(run_id=run_id, experiment_id=store.experiment_id, run_name="bold-<i>owl</i>"),
        task=Task.BINARY,
        package_version=__version__,
    )
    flag = Outcome(
        check="overfit", group=Group.ACCURACY, status=Status.FLAGGED, severity=Severity.HIGH, message="Too good: 0.99."
    )
    outcomes = Outcomes(run_id=run_id, outcomes=(flag,))
    artifacts = (
        Artifact(path=RECORD_PATH, content=to_json(record).encode()),
        Artifact(path=OUTCOMES_PATH, content=to_json(outcomes).encode()),
    )
    MlflowSink(store.uri).write(make_items(run_id, artifacts=artifacts))
    return run_id


def test_version(invoke):
    assert invoke("--version").output == f"mlflow-pitfalls, version {__version__}\n"


def test_help_names_every_command(invoke):
    text = invoke("--help").output
    assert [
        name
        for name in ("run", "compare", "report", "checks", "explain", "gate", "scan", "sync", "tune", "ui")
        if f"\n  {name} " not in text
    ] == []


def test_every_check_is_listed_in_one_line(invoke):
    lines = invoke("checks").output.splitlines()
    assert [line.split()[1] for line in lines] == [check.name for check in ALL_CHECKS]
    assert [line.split()[0] for line in lines] == [check.group.value for check in ALL_CHECKS]
    assert "{" not in "".join(lines)


def test_a_terminal_shows_the_checks_by_group_with_whole_names(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _print_checks(ALL_CHECKS)
    shown = capsys.readouterr().out
    assert "PF3  Imbalanced data" in shown
    assert [check.name for check in ALL_CHECKS if f"\n{check.name} " not in shown] == []
    assert max(len(line) for line in shown.splitlines()) <= 80


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.name)
def test_every_check_is_explained(invoke, check):
    result = invoke("explain", check.name)
    assert result.exit_code == 0
    assert result.output.startswith(f"# {check.name}\n")
    assert f'enable(ignore=["{check.name}"])' in result.output


def test_a_wrong_check_names_the_nearest(invoke):
    result = invoke("explain", "overfitt")
    assert result.exit_code == 1
    assert result.output.startswith("Error: unknown check 'overfitt'; did you mean 'overfit'? Checks: no-lift, ")
    assert invoke("explain", "zzzzzz").output.startswith("Error: unknown check 'zzzzzz'. Checks: no-lift, ")


def test_a_report_is_shown(invoke, store, stored_run, tmp_path):
    result = invoke("report", stored_run, "--tracking-uri", store.uri)
    assert result.exit_code == 0, result.output
    assert "overfit" in result.output
    assert "bold-<i>owl</i>" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifacts", "mlflow.db"]


def test_a_report_is_written_as_a_page(invoke, store, stored_run, tmp_path):
    page = tmp_path / "report.html"
    result = invoke("report", stored_run, "--tracking-uri", store.uri, "--html", page)
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "Too good: 0.99." in text
    assert "<i>owl" not in text


def test_a_page_that_cannot_be_written(invoke, store, stored_run, tmp_path):
    page = tmp_path / "missing" / "report.html"
    result = invoke("report", stored_run, "--tracking-uri", store.uri, "--html", page)
    assert result.exit_code == 1
    assert f"Error: {page} cannot be written: No such file or directory\n" in result.output


def test_runs_without_a_report(invoke, store, refused_uri, tmp_path):
    for arguments, said in [
        (
            (store.new_run(), "--tracking-uri", store.uri),
            "holds no pitfalls/record.json: it ran without mlflow-pitfalls",
        ),
        (("f" * 32, "--tracking-uri", store.uri), "could not be read"),
        (("f" * 32, "--tracking-uri", refused_uri), "the tracking store does not answer"),
        (("f" * 32, "--tracking-uri", f"sqlite:///{tmp_path}/none.db"), "the tracking store does not answer"),
    ]:
        result = invoke("report", *arguments)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert said in result.output
    assert not (tmp_path / "none.db").exists()


def test_sync_sends_what_is_kept(invoke, store, make_items, tmp_path):
    spool, run_id = tmp_path / "spool", store.new_run()
    Spool(spool).put(store.uri, make_items(run_id))
    result = invoke("sync", "--tracking-uri", store.uri, "--spool-dir", spool)
    assert (result.exit_code, result.output) == (0, "Writes: 1 sent, to 1 run.\n")
    assert store.tags(run_id)["pitfalls.severity"] == "high"
    result = invoke("sync", "--tracking-uri", store.uri, "--spool-dir", spool)
    assert (result.exit_code, result.output) == (0, "Nothing to send.\n")


def test_sync_fails_where_something_is_left(invoke, refused_uri, make_items, tmp_path):
    Spool(tmp_path).put(refused_uri, make_items("a" * 32))
    result = invoke("sync", "--tracking-uri", refused_uri, "--spool-dir", tmp_path)
    assert result.exit_code == 1
    assert "1 kept" in result.output
    assert len(Spool(tmp_path).entries()) == 1


def test_sync_finds_the_spool_by_the_options(invoke, store, make_items, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_PITFALLS_SPOOL_DIR", str(tmp_path / "kept"))
    Spool(tmp_path / "kept").put(store.uri, make_items(store.new_run()))
    assert "1 sent" in invoke("sync", "--tracking-uri", store.uri).output

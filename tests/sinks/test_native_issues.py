"""MLflow's issues: made once, closed when their flag is gone, and people's decisions stand."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest
from mlflow.entities.issue import IssueSeverity, IssueStatus

from mlflow_pitfalls.model.items import Issue
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.values import Severity
from mlflow_pitfalls.sinks.mlflow_sink import MlflowSink
from mlflow_pitfalls.sinks.native_issues import NoIssuesError, rejected_issues, write_issues
from mlflow_pitfalls.sinks.outcome import Outcome
from mlflow_pitfalls.sinks.silencing import asked_by_store

OVERFIT = Issue(check="overfit", severity=Severity.HIGH, description="Train 1.00, test 0.63.")
MISSING = Issue(check="missing-values", severity=Severity.MEDIUM, description="Half of a column is missing.")


class _Issues:
    """The issues of a store, as people see and change them."""

    def __init__(self, store) -> None:
        self._store = store.client._tracking_client.store
        self._experiment = store.experiment_id

    def of(self, run_id: str):
        found = self._store.search_issues(self._experiment, f"source_run_id = '{run_id}'")
        return {issue.categories[1]: issue for issue in found if issue.categories}

    def decide(self, run_id: str, check: str, **decision) -> None:
        self._store.update_issue(self.of(run_id)[check].issue_id, **decision)

    def make(self, run_id: str, name: str) -> None:
        self._store.create_issue(self._experiment, name, "theirs", source_run_id=run_id)

    def count(self) -> int:
        return len(self._store.search_issues(self._experiment))


@pytest.fixture
def people(store) -> _Issues:
    return _Issues(store)


def _write(store, run_id: str, *issues: Issue) -> None:
    write_issues(store.client, store.experiment_id, run_id, issues)


def _run(store, run_id: str) -> RunInfo:
    return RunInfo(run_id=run_id, experiment_id=store.experiment_id, run_name="", managed=False, started_at="")


def test_flags_become_issues_of_the_run_once(store, people, make_items):
    run_id = store.new_run()
    sink = MlflowSink(store.uri)
    for _ in range(2):
        assert sink.write(make_items(run_id, issues=(OVERFIT, MISSING))).outcome is Outcome.DELIVERED
    found = people.of(run_id)
    assert people.count() == len(found) == 2
    assert found["overfit"].severity is IssueSeverity.HIGH
    assert found["overfit"].status is IssueStatus.PENDING
    assert found["overfit"].name == "overfit"
    assert found["missing-values"].description == MISSING.description


def test_partial_writes_leave_the_issues_alone(store, people, make_items):
    run_id = store.new_run()
    _write(store, run_id, OVERFIT)
    MlflowSink(store.uri).write(make_items(run_id, stage="partial"))
    assert people.of(run_id)["overfit"].status is IssueStatus.PENDING


def test_a_vanished_flag_is_resolved_and_comes_back_with_its_flag(store, people):
    run_id = store.new_run()
    _write(store, run_id, OVERFIT)
    for _ in range(2):
        _write(store, run_id)
        closed = people.of(run_id)["overfit"]
        assert closed.status is IssueStatus.RESOLVED
        assert closed.description == "Train 1.00, test 0.63. No longer found in this run."
    _write(store, run_id, replace(OVERFIT, severity=Severity.MEDIUM))
    reopened = people.of(run_id)["overfit"]
    assert (reopened.status, reopened.severity) == (IssueStatus.PENDING, IssueSeverity.MEDIUM)
    assert reopened.description == OVERFIT.description
    assert people.count() == 1


@pytest.mark.parametrize("status", [IssueStatus.RESOLVED, IssueStatus.REJECTED])
def test_what_a_person_decided_stays(store, people, status):
    run_id = store.new_run()
    _write(store, run_id, OVERFIT)
    people.decide(run_id, "overfit", status=status)
    for issues in ((OVERFIT,), (), (OVERFIT,)):
        _write(store, run_id, *issues)
        assert people.of(run_id)["overfit"].status is status


def test_an_untouched_description_follows_its_flag_and_an_edited_one_does_not(store, people):
    run_id = store.new_run()
    _write(store, run_id, OVERFIT)
    _write(store, run_id, replace(OVERFIT, description="Train 1.00, test 0.70."))
    assert people.of(run_id)["overfit"].description == "Train 1.00, test 0.70."
    people.decide(run_id, "overfit", description="We know.", name="our tree")
    _write(store, run_id, OVERFIT)
    assert people.of(run_id)["overfit"].description == "We know."
    assert people.count() == 1


def test_other_peoples_issues_are_theirs(store, people):
    run_id = store.new_run()
    people.make(run_id, "overfit")
    _write(store, run_id, OVERFIT)
    _write(store, run_id)
    theirs = [issue for issue in people._store.search_issues(store.experiment_id) if not issue.categories]
    assert [(issue.status, issue.description) for issue in theirs] == [(IssueStatus.PENDING, "theirs")]


def test_a_rejected_issue_silences_its_check_in_the_experiment(store, people):
    run_id, later = store.new_run(), store.new_run()
    _write(store, run_id, OVERFIT, MISSING)
    assert asked_by_store(_run(store, later), store.uri, issues=True).requests == ()
    people.decide(run_id, "overfit", status=IssueStatus.REJECTED)
    told = asked_by_store(_run(store, later), store.uri, issues=True)
    assert told.elsewhere.issues
    assert [request.check for request in told.requests] == ["overfit"]
    assert told.requests[0].terms == f"rejected as an issue of run {run_id[:8]} in MLflow"
    assert asked_by_store(_run(store, later), store.uri, issues=False).requests == ()
    people.decide(run_id, "overfit", status=IssueStatus.PENDING)
    assert asked_by_store(_run(store, later), store.uri, issues=True).requests == ()


def test_a_rejection_holds_for_the_columns_that_were_rejected(store, people):
    first, second, third = store.new_run(), store.new_run(), store.new_run()
    _write(store, first, replace(MISSING, subjects=("age", "\U0001f600 <b>")))
    _write(store, second, replace(MISSING, subjects=("income",)))
    people.decide(first, "missing-values", status=IssueStatus.REJECTED)
    (request,) = asked_by_store(_run(store, third), store.uri, issues=True).requests
    assert request.covers(["age"])
    assert not request.covers(["age", "income"])
    people.decide(second, "missing-values", status=IssueStatus.REJECTED)
    (request,) = asked_by_store(_run(store, third), store.uri, issues=True).requests
    assert request.covers(["age", "income", "\U0001f600 <b>"])
    _write(store, third, MISSING)  # about no column
    people.decide(third, "missing-values", status=IssueStatus.REJECTED)
    (request,) = asked_by_store(_run(store, third), store.uri, issues=True).requests
    assert request.covers(["anything"])


def test_a_rejected_issue_of_an_unknown_check_or_another_experiment_silences_nothing(store, people):
    run_id = store.new_run()
    _write(store, run_id, replace(OVERFIT, check="not-a-check-of-ours"), MISSING)
    people.decide(run_id, "not-a-check-of-ours", status=IssueStatus.REJECTED)
    people.decide(run_id, "missing-values", status=IssueStatus.REJECTED)
    told = asked_by_store(_run(store, run_id), store.uri, issues=True)
    assert [request.check for request in told.requests] == ["missing-values"]
    other = replace(store, experiment_id=store.client.create_experiment("another"))
    assert asked_by_store(_run(other, other.new_run()), store.uri, issues=True).requests == ()


def test_issues_through_a_server(server_store, make_items):
    people, run_id = _Issues(server_store), server_store.new_run()
    sink = MlflowSink(server_store.uri)
    for issues in ((OVERFIT, MISSING), (OVERFIT,)):
        assert sink.write(make_items(run_id, artifacts=(), issues=issues)).outcome is Outcome.DELIVERED
    found = people.of(run_id)
    assert (found["overfit"].status, found["missing-values"].status) == (IssueStatus.PENDING, IssueStatus.RESOLVED)
    people.decide(run_id, "overfit", status=IssueStatus.REJECTED)
    told = asked_by_store(_run(server_store, run_id), server_store.uri, issues=True)
    assert [request.check for request in told.requests] == ["overfit"]


def test_a_folder_of_files_has_none_and_says_nothing(tmp_path, make_items, monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    from mlflow import MlflowClient

    uri = (tmp_path / "mlruns").as_uri()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own, about the kind of store
        client = MlflowClient(tracking_uri=uri)
        run = client.create_run(client.create_experiment("files"))
        sink = MlflowSink(uri)
        assert sink.write(make_items(run.info.run_id, issues=(OVERFIT,))).outcome is Outcome.DELIVERED
        told = asked_by_store(_run_of(run), uri, issues=True)
        with pytest.raises(NoIssuesError):
            rejected_issues(client, run.info.experiment_id)
    assert told.requests == () and not told.elsewhere.issues
    assert client.get_run(run.info.run_id).data.tags["pitfalls.overfit"] == "high"
    assert caplog.records == []


def _run_of(run) -> RunInfo:
    info = run.info
    return RunInfo(run_id=info.run_id, experiment_id=info.experiment_id, run_name="", managed=False, started_at="")


@pytest.mark.parametrize(
    ("status", "body", "asked"),
    [(404, b"<html>no such page</html>", 1), (501, b"", 1), (403, b"Permission denied", 3)],
)
def test_a_server_without_issues_is_asked_once_and_one_that_refuses_each_time(odd_server, status, body, asked, caplog):
    from mlflow import MlflowClient

    odd_server.status, odd_server.body, odd_server.seen = status, body, 0
    client = MlflowClient(tracking_uri=odd_server.uri)
    for _ in range(3):
        with pytest.raises(NoIssuesError):
            rejected_issues(client, "1")
    assert odd_server.seen == asked
    assert caplog.records == []


def test_a_store_that_does_not_answer_is_noted_once(refused_uri):
    run = RunInfo(run_id="a" * 32, experiment_id="1", run_name="", managed=False, started_at="")
    told = asked_by_store(run, refused_uri, issues=True)
    assert told.requests == ()
    assert len(told.notes) == 1
    assert not told.elsewhere.issues

"""Flags as MLflow's own issues, and what people have decided about them there.

MLflow made issues for traces; they serve an ordinary run as well. Neither a client method nor a way to delete one
exists, so the store behind the client is asked, and a store that has no issues is left alone from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlflow_pitfalls import private_names
from mlflow_pitfalls.model.items import Issue
from mlflow_pitfalls.sinks.outcome import Outcome, judge
from mlflow_pitfalls.sinks.uris import public_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.issue import Issue as MlflowIssue

CATEGORY = "pitfalls"  # the first category of ours; the check's name is the second
AUTHOR = "mlflow-pitfalls"
VANISHED = " No longer found in this run."  # ends the description of an issue that we have resolved ourselves
MAX_OF_RUN = 100
MAX_REJECTED = 500  # of an experiment, the most severe and then the latest first

_NOT_IMPLEMENTED = frozenset({"NOT_IMPLEMENTED", "ENDPOINT_NOT_FOUND"})
_REFUSALS = (401, 403)  # HTTP status
_without: set[str] = set()  # stores that have no issues


class NoIssuesError(Exception):
    """The store has no issues, or does not let us have them."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An issue of ours that somebody has rejected.

    ``run_id`` is empty where its run is gone, ``subjects`` where it is about no columns.
    """

    check: str
    run_id: str
    subjects: tuple[str, ...] = ()


def rejected_issues(client: MlflowClient, experiment_id: str) -> tuple[Rejected, ...]:
    """The issues of ours that people have rejected in an experiment: one request.

    Raises:
        NoIssuesError: The store has none.
    """
    issues = _ask(client, "search_issues", experiment_id, "status = 'rejected'", max_results=MAX_REJECTED)
    return tuple(
        Rejected(check, issue.source_run_id or "", tuple(issue.root_causes or ()))
        for issue in issues
        if (check := _check_of(issue))
    )


def write_issues(client: MlflowClient, experiment_id: str, run_id: str, issues: tuple[Issue, ...]) -> None:
    """Give a run just these issues of ours. Doing it again changes nothing; what people have decided stays.

    One request, and one for each issue that is made or changed. An issue whose flag has vanished is resolved, and is
    pending again where the flag comes back. A description follows its flag until somebody has touched the issue.

    Args:
        client: Of the run's store.
        experiment_id: The run's experiment.
        run_id: The run.
        issues: All that the run is to have.

    Raises:
        NoIssuesError: The store has none.
    """
    found = _ask(client, "search_issues", experiment_id, f"source_run_id = '{run_id}'", max_results=MAX_OF_RUN)
    present = {check: issue for issue in found if (check := _check_of(issue))}
    for issue in issues:
        existing = present.pop(issue.check, None)
        if existing is None:
            _create(client, experiment_id, run_id, issue)
        elif changes := _changes(existing, issue):
            _ask(client, "update_issue", existing.issue_id, **changes)
    for existing in present.values():
        if closing := _closing(existing):
            _ask(client, "update_issue", existing.issue_id, **closing)


def _create(client: MlflowClient, experiment_id: str, run_id: str, issue: Issue) -> None:
    from mlflow.entities.issue import IssueSeverity

    _ask(
        client,
        "create_issue",
        experiment_id,
        issue.check,
        issue.description,
        severity=IssueSeverity(issue.severity.value),
        root_causes=list(issue.subjects),  # MLflow shows them nowhere
        source_run_id=run_id,
        categories=[CATEGORY, issue.check],
        created_by=AUTHOR,
    )


def _changes(existing: MlflowIssue, issue: Issue) -> Mapping[str, Any]:
    from mlflow.entities.issue import IssueSeverity, IssueStatus

    told = {"description": issue.description, "severity": IssueSeverity(issue.severity.value)}
    if existing.status is IssueStatus.RESOLVED and existing.description.endswith(VANISHED):
        return {"status": IssueStatus.PENDING, **told}
    is_untouched = existing.last_updated_timestamp == existing.created_timestamp
    same = (existing.description, existing.severity) == (told["description"], told["severity"])
    return told if is_untouched and not same else {}


def _closing(existing: MlflowIssue) -> Mapping[str, Any]:
    from mlflow.entities.issue import IssueStatus

    if existing.status is not IssueStatus.PENDING:
        return {}
    return {"status": IssueStatus.RESOLVED, "description": f"{existing.description}{VANISHED}"}


def _check_of(issue: MlflowIssue) -> str:
    """The check that an issue of ours is about; empty for everybody else's."""
    categories = issue.categories or []
    return str(categories[1]) if len(categories) == 2 and categories[0] == CATEGORY else ""


def _ask(client: MlflowClient, method: str, *arguments: Any, **options: Any) -> Any:
    """What the client's store answers; a store that has no issues is not asked again."""
    key = public_uri(client.tracking_uri)
    if key in _without:
        raise NoIssuesError
    tracking = private_names.read(client, private_names.TRACKING_CLIENT)
    if tracking is None:
        raise NoIssuesError
    try:
        return getattr(tracking.store, method)(*arguments, **options)
    except Exception as error:
        if _knows_none(error):
            _without.add(key)
        elif not _refuses(error):
            raise
        raise NoIssuesError from error


def _knows_none(error: Exception) -> bool:
    """Whether this MLflow, or its server, has no issues: no such store, entity, argument or address."""
    foreign = isinstance(error, AttributeError | ImportError | TypeError | NotImplementedError)
    return foreign or getattr(error, "error_code", "") in _NOT_IMPLEMENTED


def _refuses(error: Exception) -> bool:
    """Whether it has issues, and not for this user, experiment or value."""
    from mlflow.exceptions import MlflowException

    if judge(error) is not Outcome.UNREACHABLE:
        return True
    return isinstance(error, MlflowException) and error.get_http_status_code() in _REFUSALS

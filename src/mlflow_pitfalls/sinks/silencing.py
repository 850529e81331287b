"""What the tracking store tells of a run before it is judged: who asks that checks shall not flag, and where to link.

Tags ask, and people who have rejected an issue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlflow_pitfalls.checks.catalogue import ignorable
from mlflow_pitfalls.checks.suppression import from_tags
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.record import RunInfo
from mlflow_pitfalls.model.suppression import Suppression
from mlflow_pitfalls.reporting.links import NOWHERE, Elsewhere
from mlflow_pitfalls.sinks.ignore_tags import read_ignore_tags
from mlflow_pitfalls.sinks.native_issues import NoIssuesError, Rejected, rejected_issues
from mlflow_pitfalls.sinks.our_page import serves_our_page
from mlflow_pitfalls.sinks.reading import read_within

_SHORT = 8  # characters of a run's id that tell it from others
_SILENT_ON_ISSUES = "Rejected issues were not read: the tracking store did not answer in time."
_SILENT = "Tags that ignore checks were not read: the tracking store did not answer in time."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the store asks.

    Attributes:
        requests: Those of the run's tags, of the experiment's tags, of rejected issues.
        notes: Which of them have no effect, and why.
        elsewhere: What the store shows of the run beside its own pages.
    """

    requests: tuple[Suppression, ...] = ()
    notes: tuple[str, ...] = ()
    elsewhere: Elsewhere = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the experiment's issues say; nothing where the store has none."""

    has_issues: bool = False
    requests: tuple[Suppression, ...] = ()
    notes: tuple[str, ...] = ()


def asked_by_store(run: RunInfo, tracking_uri: str, *, issues: bool) -> Asked:
    """Read what a run and its experiment ask: three requests, however large the experiment is, and one more a process.

    Args:
        run: The run; nothing is read where it has no id.
        tracking_uri: Its store.
        issues: Whether rejected issues count.
    """
    if not run.run_id:
        return Asked()
    requests, notes = _by_tags(run, tracking_uri)
    is_silent = notes == (_SILENT,)
    found = _by_issues(run, tracking_uri) if issues and not is_silent else _Found()
    across_runs = False
    with guard("asking for the page of our own"):
        across_runs = serves_our_page(tracking_uri)
    return Asked(
        requests=(*requests, *found.requests),
        notes=(*notes, *found.notes),
        elsewhere=Elsewhere(issues=found.has_issues, across_runs=across_runs),
    )


def _by_tags(run: RunInfo, tracking_uri: str) -> tuple[tuple[Suppression, ...], tuple[str, ...]]:
    """What the run's and the experiment's tags ask to ignore, and which of them have no effect."""
    with guard("reading the tags that ignore checks"):
        tags = read_ignore_tags(tracking_uri, run.experiment_id, run.run_id)
        if tags is None:
            return (), (_SILENT,)
        of_run = from_tags(tags.run, "the run", ignorable())
        of_experiment = from_tags(tags.experiment, "the experiment", ignorable())
        return (*of_run[0], *of_experiment[0]), (*of_run[1], *of_experiment[1])
    return (), ()  # type: ignore[unreachable]  # the guard swallows


def _by_issues(run: RunInfo, tracking_uri: str) -> _Found:
    """What people have rejected in the experiment."""

    def read() -> _Found:
        from mlflow import MlflowClient

        try:
            rejected = rejected_issues(MlflowClient(tracking_uri=tracking_uri), run.experiment_id)
        except NoIssuesError:
            return _Found()
        return _Found(has_issues=True, requests=_requests(rejected))

    with guard("reading rejected issues"):
        return read_within(tracking_uri, read) or _Found(notes=(_SILENT_ON_ISSUES,))
    return _Found()  # type: ignore[unreachable]  # the guard swallows


def _requests(rejected: Iterable[Rejected]) -> tuple[Suppression, ...]:
    known = set(ignorable())
    by_check: defaultdict[str, list[Rejected]] = defaultdict(list)
    for issue in rejected:
        if issue.check in known:
            by_check[issue.check].append(issue)
    return tuple(_request(issues) for issues in by_check.values())


def _request(issues: Sequence[Rejected]) -> Suppression:
    """What the rejected issues of one check ask together: silence about all of their columns, or about whatever."""
    first = issues[0]
    where = f" of run {first.run_id[:_SHORT]}" if first.run_id else ""
    is_limited = all(issue.subjects for issue in issues)
    subjects = {name for issue in issues for name in issue.subjects} if is_limited else set()
    return Suppression(
        check=first.check,
        reason=f"rejected as an issue{where} in MLflow",
        source="a rejected issue",
        subjects=tuple(sorted(subjects)),
    )

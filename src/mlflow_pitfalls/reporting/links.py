"""Addresses inside MLflow's UI and the paths of our own artifacts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlflow_pitfalls.model.record import RunInfo

NOTE_PATH = "pitfalls.md"
TABLE_PATH = "pitfalls_flags.json"
REPORT_PATH = "pitfalls/report.html"
RECORD_PATH = "pitfalls/record.json"
OUTCOMES_PATH = "pitfalls/outcomes.json"
LOSSES_PATH = "pitfalls/losses.json"
COMPARISON_PATH = "pitfalls/comparison.json"
COMPARISON_PAGE_PATH = "pitfalls/comparison.html"
SUGGESTIONS_PATH = "pitfalls/suggestions.json"
SCRIPT_PATH = "pitfalls/tune.py"

# Without it a fresh browser opens MLflow in its GenAI mode, which hides the pages of training runs.
_MODE = "?workflowType=machine_learning"
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SLUG = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What a run's tracking store shows beside its own pages: ``issues``, and ``/pitfalls``, our page across runs."""

    issues: bool = False
    across_runs: bool = False


NOWHERE = Elsewhere()


def is_slug(check: str) -> bool:
    """Whether a check's name may stand in a key or a path."""
    return _SLUG.fullmatch(check) is not None


def docs_path(check: str) -> str:
    """Artifact path of a check's docs page, empty where the name is no slug of ours."""
    return f"pitfalls/docs/{check}.md" if is_slug(check) else ""


def run_fragment(run: RunInfo) -> str:
    """``#/experiments/E/runs/R?…``, empty where the record belongs to no run."""
    base = _base(run)
    return f"{base}{_MODE}" if base else ""


def artifact_fragment(run: RunInfo, path: str) -> str:
    """Link that opens an artifact inside MLflow's UI, empty where the record belongs to no run."""
    base = _base(run)
    return f"{base}/artifacts/{path}{_MODE}" if base and path else ""


def issues_fragment(run: RunInfo) -> str:
    """Link to the run's issues, whose tab MLflow's UI does not show; empty where the record belongs to no run."""
    base = _base(run)
    return f"{base}/issues{_MODE}" if base else ""


def across_runs(run: RunInfo) -> str:
    """Link from MLflow's UI to the run on our own page; empty where the record belongs to no run."""
    base = _base(run)
    return f"pitfalls{base}" if base else ""


def view_fragment(run: RunInfo, key: str) -> str:
    """Link that opens a saved view of the run's experiment, empty where the record belongs to no run."""
    if not _base(run):
        return ""
    return f"#/experiments/{run.experiment_id}/runs{_MODE}&viewStateShareKey={key}"


def _base(run: RunInfo) -> str:
    if not (_IDENTIFIER.fullmatch(run.run_id) and _IDENTIFIER.fullmatch(run.experiment_id)):
        return ""
    return f"#/experiments/{run.experiment_id}/runs/{run.run_id}"

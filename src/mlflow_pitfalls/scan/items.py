"""What a scan writes to a run: tags and counts, marked as a scan's; no report."""

from __future__ import annotations

from mlflow_pitfalls.model.codec import to_json
from mlflow_pitfalls.model.items import Artifact, LogItems
from mlflow_pitfalls.model.logged import LoggedRun
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.reporting.log_items import flag_items
from mlflow_pitfalls.reporting.run_tags import SCANNED, with_state

SCAN_PATH = "pitfalls/scan.json"


def scan_items(run: LoggedRun, outcomes: Outcomes, version: str) -> LogItems | None:
    """Items of one run, the same for the same outcomes; None for a run that carries a report already.

    Args:
        run: The run.
        outcomes: What was found.
        version: Of this package.
    """
    if run.is_reported:
        return None
    artifact = Artifact(path=SCAN_PATH, content=to_json(outcomes, indent=1).encode())
    return with_state(flag_items(outcomes, version, artifacts=(artifact,)), SCANNED)

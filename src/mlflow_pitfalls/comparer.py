"""What users call to compare runs: ``compare``."""

from __future__ import annotations

from mlflow_pitfalls import api
from mlflow_pitfalls.comparing.compare import compare_runs
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.reporting.comparison_report import ComparisonReport
from mlflow_pitfalls.settings import Settings
from mlflow_pitfalls.sinks.compared_runs import load_compared


def compare(run_id: str, *others: str, tracking_uri: str | None = None) -> ComparisonReport:
    """What changed from one run to others: flags, scores, gap, time, parameters, columns.

    The first run is the earlier one, the reference, whenever it ran. A score's difference is paired over the held-out
    rows that both runs scored, where both have kept their losses.

    Args:
        run_id: The reference.
        others: The runs that are compared with it, at least one.
        tracking_uri: The store; MLflow's current one by default.

    Returns:
        A report that shows itself in a notebook; ``print`` gives it in lines, ``html()`` as a page.

    Raises:
        PitfallsError: No other run was given, or one of them cannot be read, or carries no report.
        SchemaError: A report was written by a newer version.
    """
    import mlflow

    if not others:
        raise PitfallsError("give at least two runs to compare")
    api.flush()
    uri = tracking_uri or str(mlflow.get_tracking_uri())
    thresholds = Settings.load().thresholds
    first, *rest = (load_compared(each, uri) for each in (run_id, *others))
    return ComparisonReport(tuple(compare_runs(first, other, thresholds=thresholds) for other in rest))

"""``gate``: a run from the store against the least severity that stops it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlflow_pitfalls import api
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.gating.judging import GateResult, judge, read_ignored, read_severity
from mlflow_pitfalls.sinks.latest_run import latest_run


def gate(
    run_id: str | None = None,
    *,
    experiment: str | None = None,
    fail_on: str = "high",
    ignore: Sequence[str | Mapping[str, str]] = (),
    tracking_uri: str | None = None,
) -> GateResult:
    """Whether a run may pass, by what was written to it when it ran.

    The result is true where it passed: ``assert mlflow_pitfalls.gate(run_id)``.

    Args:
        run_id: The run.
        experiment: In its place the name of an experiment, whose latest run is meant: child runs and tunings do not
            count, a run without a report does, so that it does not pass by an earlier one's.
        fail_on: The least severity of a flag that stops it: ``low``, ``medium`` or ``high``.
        ignore: Checks or groups that shall not stop it, as ``enable(ignore=…)`` takes them.
        tracking_uri: The store; MLflow's current one by default.

    Returns:
        Every check's answer and what it means.

    Raises:
        SettingsError: ``fail_on`` or ``ignore`` cannot be read.
        PitfallsError: There is no such run, or nothing to judge on it.
        SchemaError: Its report was written by a newer version.
    """
    severity, ignored = read_severity(fail_on), read_ignored(ignore)
    if (run_id is None) == (experiment is None):
        raise PitfallsError("give either a run or an experiment")
    found = api.report(run_id or latest_run(experiment or "", tracking_uri), tracking_uri=tracking_uri)
    return judge(found.record.run, found.outcomes, fail_on=severity, ignore=ignored)

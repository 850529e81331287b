"""The latest run of an experiment, by the experiment's name."""

from __future__ import annotations

from mlflow_pitfalls.sinks.reading import is_reachable
from mlflow_pitfalls.sinks.run_models import PARENT_TAG
from mlflow_pitfalls.sinks.runs import StoreError
from mlflow_pitfalls.sinks.tuning_runs import STUDY_TAG
from mlflow_pitfalls.sinks.uris import without_logins

_PAGE = 100  # runs of one query
_PAGES = 10  # queries at most; a study has up to 500 child runs, all of them later than itself


def latest_run(experiment: str, tracking_uri: str | None = None) -> str:
    """Id of the run that started last; child runs and tunings do not count.

    Args:
        experiment: The experiment's name.
        tracking_uri: The store; MLflow's current one by default.

    Raises:
        StoreError: The store does not answer, or holds no such experiment, or no such run.
    """
    import mlflow

    uri = tracking_uri or str(mlflow.get_tracking_uri())
    if not is_reachable(uri):
        raise StoreError("the tracking store does not answer; is it running?")
    try:
        return _found(experiment, uri)
    except StoreError:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {without_logins(error)}"
        raise StoreError(f"experiment {experiment!r} could not be read: {told}") from error


def _found(experiment: str, uri: str) -> str:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    known = client.get_experiment_by_name(experiment)
    if known is None or known.lifecycle_stage != "active":
        raise StoreError(f"there is no experiment {experiment!r}")
    token: str | None = None
    for _ in range(_PAGES):
        runs = client.search_runs(
            [known.experiment_id], max_results=_PAGE, order_by=["attributes.start_time DESC"], page_token=token
        )
        for run in runs:
            if not {PARENT_TAG, STUDY_TAG} & set(run.data.tags):
                return str(run.info.run_id)
        token = runs.token
        if not token:
            break
    raise StoreError(f"experiment {experiment!r} has no run of its own among its latest")

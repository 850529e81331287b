"""MLflow's own Optuna storage for a study: each trial a run of an experiment that holds nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

EXPERIMENT = "mlflow-pitfalls tuning"  # its own: MLflow's storage cannot read an experiment with other runs in it


def storage_in(tracking_uri: str) -> Callable[[], Any]:
    """What opens the storage, also in another process. A trial takes about a second there: journals are far faster.

    Args:
        tracking_uri: The store.
    """
    return partial(_opened, tracking_uri)


def _opened(tracking_uri: str) -> Any:
    import mlflow
    from mlflow.optuna.storage import MlflowStorage

    if mlflow.get_tracking_uri() != tracking_uri:
        # A worker of ours: MLflow's storage takes its store from the process.
        os.environ["MLFLOW_TRACKING_URI"] = tracking_uri
        mlflow.set_tracking_uri(tracking_uri)
    client = mlflow.MlflowClient(tracking_uri=tracking_uri)
    known = client.get_experiment_by_name(EXPERIMENT)
    return MlflowStorage(experiment_id=known.experiment_id if known else client.create_experiment(EXPERIMENT))

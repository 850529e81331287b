"""Calls of the user's estimator that nobody logs: neither our own hooks nor MLflow's autologging."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from mlflow_pitfalls.hooks import private
from mlflow_pitfalls.hooks.threads import muted


@contextmanager
def quiet() -> Iterator[None]:
    """Inside of the block, what this thread predicts is no event of ours and no evaluation data set of MLflow's."""
    with muted(), _without_metric_logging():
        yield


def _without_metric_logging() -> Any:
    manager = getattr(sys.modules.get("mlflow.sklearn"), private.METRICS_MANAGER, None)
    disable = getattr(manager, private.METRICS_DISABLE, None)
    return disable() if callable(disable) else nullcontext()

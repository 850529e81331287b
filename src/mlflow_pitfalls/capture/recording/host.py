"""What stands above the recorder, as it sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.recording.drafts import RunDraft
from mlflow_pitfalls.model.record import RunInfo


@dataclass(frozen=True, slots=True)
class Host:
    """What the recorder needs from the layers above it.

    Attributes:
        active_run: The MLflow run that the user's call happens in, and the tracking URI; run None where there is none.
        quiet: Context in which calls of the user's estimator are logged by nobody.
        captured: A fit was captured; its draft may be written as it is.
        settled: A draft is complete; everything that it needs of the user's objects is in it.
        begun: Rows are being split, or a fit of a predictor begins: what takes time to get ready may start.
    """

    active_run: Callable[[], tuple[RunInfo | None, str]]
    quiet: Callable[[], AbstractContextManager[Any]]
    captured: Callable[[RunDraft], None]
    settled: Callable[[RunDraft], None]
    begun: Callable[[], None] = lambda: None

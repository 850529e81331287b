"""A run as MLflow knows it, without anything of ours: what ``scan`` judges."""

from __future__ import annotations

from dataclasses import dataclass

from mlflow_pitfalls.model.record import RunInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A metric's history, by ascending step; a value may be NaN or infinite."""

    steps: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """One finished run.

    Attributes:
        run: Which one.
        started_ms: When it began, in milliseconds since 1970.
        seconds: How long it was open; None where that is not known.
        params: Parameters by name.
        metrics: Latest value by name.
        histories: Histories by name, of metrics that were logged at more than one step; bounded in number and length.
        estimator: The predictor's class as autologging has written it, empty where it is not known.
        family: Its family of models, likewise.
        kind: ``classifier``, ``regressor``, or empty where it is not known.
        is_baseline: Whether it is a dummy, linear, naive Bayes or shallow tree model.
        train_rows: Rows of the only data set that was logged for training; None where there is not exactly one.
        held_out_rows: The same for evaluation.
        is_reported: Whether it carries a report of this package already.
    """

    run: RunInfo
    started_ms: int
    seconds: float | None = None
    params: tuple[tuple[str, str], ...] = ()
    metrics: tuple[tuple[str, float], ...] = ()
    histories: tuple[tuple[str, Series], ...] = ()
    estimator: str = ""
    family: str = ""
    kind: str = ""
    is_baseline: bool = False
    train_rows: int | None = None
    held_out_rows: int | None = None
    is_reported: bool = False

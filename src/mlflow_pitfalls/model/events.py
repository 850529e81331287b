"""What a hook reports: one outermost call of the user's, or one change of an MLflow run.

An event holds the live objects of the call and lives only as long as its handling; nothing may keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Protocol

from mlflow_pitfalls.model.record import RunInfo


class CallKind(StrEnum):
    """What the user's call does, whatever it is named."""

    SPLIT = "split"  # train_test_split: result is the list of its outputs
    FOLD = "fold"  # one pair yielded by a splitter's split(): result is (train_index, test_index)
    FIT = "fit"  # fit, partial_fit, fit_predict, fit_transform
    PREDICT = "predict"  # predict, predict_proba, predict_log_proba, decision_function
    TRANSFORM = "transform"  # transform, inverse_transform
    SCORE = "score"  # estimator.score(X, y)
    METRIC = "metric"  # a function of sklearn.metrics
    CROSS_VALIDATE = "cross_validate"  # cross_validate, cross_val_score, cross_val_predict, ...
    RESAMPLE = "resample"  # imbalanced-learn's fit_resample
    WEIGHT = "weight"  # compute_class_weight, compute_sample_weight


class RunOrigin(StrEnum):
    """Who opened or closed an MLflow run."""

    USER = "user"
    AUTOLOG = "autolog"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """Where in the user's program a call stands."""

    file: str
    line: int


CELL = "cell"  # the place's file where there is none
_CELL_FOLDER = "ipykernel_"  # a notebook names each cell a temporary file, by a digest of its text …
_CELL_NAME = "<ipython-input-"  # … and IPython in a terminal like this


def place(site: CallSite | None) -> str:
    """``train.py:12``, or ``cell:12`` in a notebook: no folders, which may tell who the user is."""
    if site is None:
        return ""
    path = PurePath(site.file)
    is_cell = path.parent.name.startswith(_CELL_FOLDER) or site.file.startswith(_CELL_NAME)
    return f"{CELL if is_cell else path.name}:{site.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One finished outermost call of the user's.

    ``args`` and ``kwargs`` are the call's own, without ``self``; ``owner`` is that ``self`` (None for functions).
    ``error`` is the raised exception's class name; ``result`` is None then.
    ``seconds`` is wall-clock, ``cpu_seconds`` the process's CPU time over all its threads.
    """

    kind: CallKind
    name: str
    owner: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    error: str | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    site: CallSite | None = None
    thread_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """An MLflow run was opened or closed; ``run`` describes it where it was opened."""

    run_id: str
    started: bool
    origin: RunOrigin
    status: str = "RUNNING"
    run: RunInfo | None = None


class Listener(Protocol):
    """What hooks talk to. The recorder implements it; every call of it runs inside the guard and outermost only."""

    def wants(self, kind: CallKind, name: str, owner: Any) -> bool:
        """Whether this call should be reported. On the user's hot path: well under a microsecond."""

    def skipped(self, kind: CallKind, name: str, owner: Any, seconds: float) -> None:
        """A call that was not wanted has ended; only its time is told."""

    def starting(self, kind: CallKind, name: str, owner: Any) -> None:
        """A wanted FIT or CROSS_VALIDATE call is about to begin."""

    def finished(self, event: CallEvent) -> None:
        """A wanted call has ended, with a result or with an error."""

    def run_changed(self, event: RunEvent) -> None:
        """An MLflow run was opened or closed."""

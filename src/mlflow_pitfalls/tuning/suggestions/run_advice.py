"""What a run is given for tuning: its estimator's settings, taken on the user's thread, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mlflow_pitfalls.capture.recording.drafts import FitState
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.outcomes import Outcomes
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.suggestions import EarlierConfiguration, HistoryAdvice, SearchSpace, Suggestions
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.tuning.earlier_runs.history import from_history
from mlflow_pitfalls.tuning.space.order import ordered
from mlflow_pitfalls.tuning.space.spaces import space_of
from mlflow_pitfalls.tuning.suggestions.likeness import UnreadableError, likeness
from mlflow_pitfalls.tuning.suggestions.script import script_of
from mlflow_pitfalls.tuning.suggestions.source import source_of
from mlflow_pitfalls.tuning.suggestions.suggest import suggestions_of

_TASKS = frozenset({Task.BINARY, Task.MULTICLASS, Task.REGRESSION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What to tune next, and the script that does it; ``script`` is empty where there is nothing to tune."""

    suggestions: Suggestions
    script: str = ""


def take_likeness(fit: FitState) -> Any:
    """The settings of a run's primary fit; on the user's thread, in a fraction of a millisecond. None without any."""
    live = fit.live()
    if live is None:
        return None
    with guard("reading the estimator's settings"), suppress(UnreadableError):
        return likeness(live)
    return None


def space_for(record: RunRecord, outcomes: Outcomes, twin: Any) -> SearchSpace:
    """The search space of a run's estimator, ordered by the run's flags.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        twin: The estimator's likeness.
    """
    target = record.train.target if record.train is not None else None
    space = space_of(
        twin,
        task=record.task,
        class_counts=[each.count for each in target.classes] if target is not None and target.classes else None,
        rows=record.fit.rows if record.fit is not None else None,
        columns=record.fit.columns if record.fit is not None else None,
    )
    return ordered(space, outcomes, record)


def asked_of_history(
    record: RunRecord, space: SearchSpace, runs: Sequence[EarlierConfiguration] | None
) -> HistoryAdvice | None:
    """What earlier runs tell; on a muted thread. None where they, or the run's own score, are not known.

    Args:
        record: The run's facts.
        space: As :func:`space_for` gives it.
        runs: Earlier runs on the same rows and in the same metric; None where the store did not answer.
    """
    score = record.primary_score
    if not runs or score is None or not space.parameters:
        return None
    return from_history(space, runs, metric=score.metric, greater_is_better=True)


def tuning_of(
    record: RunRecord,
    outcomes: Outcomes,
    twin: Any,
    *,
    space: SearchSpace,
    history: HistoryAdvice | None = None,
    strict: bool = False,
) -> Tuning:
    """Suggestions and script of one judged run; in the background.

    Args:
        record: The run's facts.
        outcomes: Every check's answer.
        twin: The estimator's likeness.
        space: As :func:`space_for` gives it.
        history: What earlier runs tell, if they were asked.
        strict: Whether no value that may come from the data is written.
    """
    suggestions = suggestions_of(record, outcomes, space, history=history)
    if not space.parameters:
        return Tuning(suggestions=suggestions)
    return Tuning(
        suggestions=suggestions, script=script_of(record, outcomes, suggestions, source_of(twin, strict=strict))
    )


def is_tunable(record: RunRecord) -> bool:
    """Whether the run's task is one that settings can be compared on."""
    return record.task in _TASKS

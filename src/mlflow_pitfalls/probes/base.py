"""What a probe is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, Predictions
from mlflow_pitfalls.model.record import RunRecord
from mlflow_pitfalls.model.values import Task
from mlflow_pitfalls.probes.budget import Budget

_START_ROWS = 500  # rows that take about as long as a fit's own beginning, in forests for instance


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeContext:
    """Bounded samples of one run's rows and an unfitted copy of its estimator. Nothing in it is the user's own object.

    Attributes:
        estimator: Unfitted clone of the run's predictor (of a search, of the estimator that it chose): quiet, on one
            core, every random state set. Clone it again before each fit. None where there is none, see ``problem``.
        problem: Why there is no such clone, in plain words; empty where there is one.
        x_train: Sampled training rows, in the user's own container.
        y_train: Their targets, shape (n,).
        x_held_out: Sampled held-out rows in the same columns; None where there are none.
        y_held_out: Their targets; None where they are not known.
        held_out: What the run's own model said about those rows, for paired comparisons; None where it is not known.
        fit_rows: Rows that the user's fit was given.
        fit_seconds: What one fit on them takes on one core.
        task: What is predicted.
        metric: The run's primary metric.
        seed: Of our own random choices.
        resamples: Bootstrap resamples behind an interval.
        budget: What may still be spent: ask it before every fit.
        memo: What one probe found out and another may use, such as the estimator's refit on the sample.
    """

    estimator: Any
    problem: str = ""
    x_train: Any
    y_train: Any
    x_held_out: Any
    y_held_out: Any
    held_out: Predictions | None
    fit_rows: int
    fit_seconds: float
    task: Task
    metric: MetricSpec
    seed: int
    resamples: int
    budget: Budget
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Sampled training rows."""
        return len(self.y_train)

    @property
    def is_whole(self) -> bool:
        """Whether the sample holds all rows of the user's fit."""
        return self.rows == self.fit_rows

    def estimated_seconds(self, rows: int) -> float:
        """About what one fit of the run's own estimator on so many rows takes; some of it whatever their number."""
        return self.fit_seconds * (rows + _START_ROWS) / (self.fit_rows + _START_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One kind of extra fits.

    Attributes:
        name: Kebab-case name, as the report shows it.
        question: What it finds out, in plain words.
        not_needed: Why this record needs no such probe; empty where it does.
        seconds: About how long it will take.
        run: The fields of the record that it fills; tuples are appended to what other probes found. Stops early, with
            what it has, when the budget ends.
        needs_estimator: Whether it fits the run's own estimator, so that nothing can be told without its clone.
    """

    name: str
    question: str
    not_needed: Callable[[RunRecord], str]
    seconds: Callable[[ProbeContext], float]
    run: Callable[[ProbeContext, RunRecord], Mapping[str, object]]
    needs_estimator: bool = True

"""What the experiment's earlier runs say, by bounded queries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """One finished comparable run. Numbers are None where the run does not tell them."""

    run_id: str
    family: str = ""
    estimator: str = ""  # "SVC", "GridSearchCV(SVC)"
    settings: str = ""  # digest of everything that was set on it
    seconds: float | None = None  # wall-clock of its fit
    cpu_seconds: float | None = None
    rows: int | None = None
    columns: int | None = None
    held_out_score: float | None = None
    metric: str = ""
    held_out: str = ""  # digest of the rows that it was scored on
    inflated_by: tuple[str, ...] = ()  # its flags by which its score is better than it should be


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFacts:
    """What bounded queries of the tracking store said about the experiment's earlier runs."""

    runs_seen: int  # finished runs looked at, at most the query's bound
    comparable_runs: int  # of them, same task and target
    families: tuple[str, ...] = ()  # model families among the comparable runs
    baseline_runs: int = 0  # comparable runs of a dummy, linear, naive Bayes or shallow tree model
    tuning_runs: int = 0  # comparable runs of a search, or that belong to one
    earlier: tuple[EarlierRun, ...] = ()  # the comparable runs, latest first
    reuses: int | None = None  # finished runs, at most the bound, that were scored on the very same held-out rows
    own_estimator: str = ""  # of the run that asks, as EarlierRun tells it
    own_settings: str = ""
    complete: bool = True  # False where the bound was reached

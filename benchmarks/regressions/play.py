"""Plays a history and what comes after it: real runs through ``enable()``, on a real store."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from sklearn.datasets import load_breast_cancer

import mlflow_pitfalls
from benchmarks.regressions.histories import History, Rows, split
from benchmarks.regressions.injections import INJECTIONS, NOISE, base
from benchmarks.regressions.slow import SLOWER, WORK, Worker
from mlflow_pitfalls.model.outcomes import Group, Outcomes, Status

BASE_RUNS = 5  # of a history, before anything is judged
TIME = "slower fit"
TIME_CHECK = "time-regression"
FLUSH_SECONDS = 600.0
MIN_SECONDS = 0.05  # of a fit that is judged: the threshold's own second would take an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One run after a history, and what the checks of regressions said of it."""

    history: str
    injection: str
    seed: int
    said: dict[str, str]

    @property
    def key(self) -> tuple[str, str, int]:
        """By which a stored result is recognised."""
        return self.history, self.injection, self.seed

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def watch(folder: Path) -> None:
    """Turn on watching against a store of its own."""
    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    mlflow_pitfalls.enable(
        autolog=False,
        terminal=False,
        probe_budget=0.0,
        thresholds={f"{TIME_CHECK}.min_seconds": MIN_SECONDS},
        spool_dir=str(folder / "spool"),
        test_mode=True,
    )


def play(history: History, wanted: list[tuple[str, int]], folder: Path) -> Iterator[Played]:
    """The history's runs, then each wanted change of it, which is deleted again before the next.

    Args:
        history: The experiment.
        wanted: Names of injections, each with a seed.
        folder: Takes the artifacts.
    """
    experiment = _experiment(history.name, folder)
    for seed in range(BASE_RUNS):
        _run(history, base(history, seed), experiment)
    for name, seed in wanted:
        run_id, outcomes = _run(history, INJECTIONS[name].rows(history, seed + BASE_RUNS), experiment)
        MlflowClient().delete_run(run_id)
        yield Played(history=history.name, injection=name, seed=seed, said=_said(outcomes))


def play_times(history: History, wanted: list[tuple[str, int]], folder: Path) -> Iterator[Played]:
    """The same for times: fits of equal work, then some of three times as much."""
    experiment = _experiment(TIME, folder)
    X, y = load_breast_cancer(as_frame=True, return_X_y=True)
    rows = split(history, X, y, seed=0)
    for _ in range(BASE_RUNS):
        _run(history, rows.changed(estimator=Worker(max_iter=50)), experiment)
    for name, seed in wanted:
        Worker.work = WORK * (SLOWER if name == TIME else 1.0)
        run_id, outcomes = _run(history, rows.changed(estimator=Worker(max_iter=50)), experiment)
        MlflowClient().delete_run(run_id)
        yield Played(history=TIME, injection=name, seed=seed, said=_said(outcomes, TIME_CHECK))
    Worker.work = WORK


def _experiment(name: str, folder: Path) -> str:
    return str(MlflowClient().create_experiment(name, artifact_location=(folder / "artifacts").as_uri()))


def _run(history: History, rows: Rows, experiment: str) -> tuple[str, Outcomes]:
    with warnings.catch_warnings(), mlflow.start_run(experiment_id=experiment) as run:
        warnings.simplefilter("ignore")
        history.score(rows.estimator.fit(rows.X_train, rows.y_train), rows.X_test, rows.y_test)
    reports = mlflow_pitfalls.flush(FLUSH_SECONDS)
    outcomes = [report.outcomes for report in reports if report.record.run.run_id == run.info.run_id]
    if not outcomes:
        raise RuntimeError(f"no report of a run of {history.name} within {FLUSH_SECONDS:.0f} seconds")
    return run.info.run_id, outcomes[0]


def _said(outcomes: Outcomes, further: str = "") -> dict[str, str]:
    """Answers of the checks of regressions, and of one more; of a flag also its message, to look into."""
    ours = [each for each in outcomes.outcomes if each.group is Group.REGRESSION or each.check == further]
    return {
        each.check: f"{each.status.value}: {each.message}" if each.status is Status.FLAGGED else each.status.value
        for each in ours
    }


def is_noise(injection: str) -> bool:
    """Whether nothing has changed but seeds and rows."""
    return injection in {each.name for each in NOISE} or injection == "as usual"

"""What the overhead benchmark measures: rounds of fits, hooked calls with nothing to do, predicts in a loop."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

MODES = ("plain", "autolog", "pitfalls")
LARGE_ROWS = 200_000
SMALL_ROWS = 569
COLUMNS = 30
CORES = os.cpu_count() or 1
LOOP_ROUNDS = 5

LARGE_TARGET = 0.05  # of fit + autolog
SMALL_TARGET = 0.15  # of what autolog adds


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds of one round."""

    fit: float
    script: float
    settled: float


@dataclass(slots=True, kw_only=True)
class Cell:
    """One model on one table against one store."""

    model: str
    rows: int
    store: str
    rounds: dict[str, list[Times]] = field(default_factory=lambda: {mode: [] for mode in MODES})

    def median(self, mode: str, part: str) -> float:
        return statistics.median(getattr(times, part) for times in self.rounds[mode])

    def added(self, part: str) -> float:
        """Median over the rounds of watched minus autologged, seconds."""
        pairs = zip(self.rounds["pitfalls"], self.rounds["autolog"], strict=True)
        return statistics.median(getattr(ours, part) - getattr(theirs, part) for ours, theirs in pairs)

    def share(self, part: str) -> float:
        """What was added, as a share of what the target names for this size."""
        whole = self.median("autolog", part)
        return self.added(part) / (whole if self.rows >= LARGE_ROWS else whole - self.median("plain", part))

    @property
    def target(self) -> float:
        return LARGE_TARGET if self.rows >= LARGE_ROWS else SMALL_TARGET


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=200)


def _forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=50, n_jobs=CORES, random_state=0)


def _boosting() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0)


MODELS: dict[str, Callable[[], Any]] = {"logistic": _logistic, "forest": _forest, "boosting": _boosting}


def tables() -> dict[int, tuple[Any, Any]]:
    """569 x 30 (breast cancer) and 200 000 x 30 (made), standardised frames with their targets."""
    import pandas as pd
    from sklearn.datasets import load_breast_cancer, make_classification

    small, small_y = load_breast_cancer(return_X_y=True, as_frame=True)
    large, large_y = make_classification(LARGE_ROWS, COLUMNS, n_informative=10, flip_y=0.05, random_state=0)
    names = [f"feature_{number}" for number in range(COLUMNS)]
    return {
        SMALL_ROWS: ((small - small.mean()) / small.std(), small_y),
        LARGE_ROWS: (pd.DataFrame(large, columns=names), pd.Series(large_y, name="label")),
    }


def enter(mode: str, log_models: bool) -> None:
    """Put the process into a mode, whatever it was in."""
    import mlflow

    import mlflow_pitfalls

    mlflow_pitfalls.disable()
    mlflow.autolog(disable=mode == "plain", log_models=log_models, silent=True)
    if mode == "pitfalls":
        mlflow_pitfalls.enable(terminal=False)


def one_round(make: Callable[[], Any], X: Any, y: Any, mode: str, log_models: bool) -> Times:
    """One script of a user's: no run of its own, so that autologging opens one around the fit."""
    from sklearn.metrics import accuracy_score
    from sklearn.model_selection import train_test_split

    import mlflow_pitfalls

    enter(mode, log_models)
    model = make()
    began = time.perf_counter()
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    before_fit = time.perf_counter()
    model.fit(X_train, y_train)
    after_fit = time.perf_counter()
    accuracy_score(y_test, model.predict(X_test))
    ended = time.perf_counter()
    if mode == "pitfalls":
        mlflow_pitfalls.flush()
    return Times(fit=after_fit - before_fit, script=ended - began, settled=time.perf_counter() - began)


def fits(options: argparse.Namespace, store: str) -> Iterator[Cell]:
    """Every model on every table against one store; modes take turns, each round beginning with another."""
    for rows, (X, y) in tables().items():
        rounds = options.large_rounds if rows >= LARGE_ROWS else options.small_rounds
        for name in options.models:
            make = MODELS[name]
            cell = Cell(model=name, rows=rows, store=store)
            if rows < LARGE_ROWS:
                for mode in MODES:  # imports and first connections are no part of a fit's cost
                    one_round(make, X, y, mode, options.log_models)
            for number in range(rounds):
                shift = number % len(MODES)
                for mode in MODES[shift:] + MODES[:shift]:
                    cell.rounds[mode].append(one_round(make, X, y, mode, options.log_models))
            enter("plain", options.log_models)
            yield cell


def idle_microseconds(calls: int) -> dict[str, float]:
    """Cost of a hooked call that has nothing to do: medians of differences to the same call without hooks."""
    import numpy as np
    from sklearn.base import BaseEstimator

    import mlflow_pitfalls

    class Echo(BaseEstimator):
        """Does nothing, so that the hook is all that is measured."""

        def predict(self, X: Any) -> Any:
            return X

        def fit(self, X: Any, y: Any = None) -> Any:
            self.seconds_ = loop(lambda: self.predict(X))
            return self

    def loop(call: Callable[[], Any]) -> float:
        began = time.perf_counter()
        for _ in range(calls):
            call()
        return time.perf_counter() - began

    X = np.zeros((100, 2))
    echo = Echo()
    costs: dict[str, list[float]] = {"nested": [], "repeated": [], "switched off": []}
    for _ in range(LOOP_ROUNDS):
        plain = loop(lambda: echo.predict(X))
        mlflow_pitfalls.enable(autolog=False, terminal=False)
        costs["nested"].append(echo.fit(X).seconds_ - plain)
        costs["repeated"].append(loop(lambda: echo.predict(X)) - plain)
        mlflow_pitfalls.disable()
        costs["switched off"].append(loop(lambda: echo.predict(X)) - plain)
    return {name: 1e6 * statistics.median(values) / calls for name, values in costs.items()}


def predict_loop(calls: int) -> dict[str, dict[str, float]]:
    """Seconds of one-row predicts in a loop by a model just fitted, with and without hooks, on arrays and frames."""
    from sklearn.linear_model import LogisticRegression

    import mlflow_pitfalls

    X, y = tables()[SMALL_ROWS]
    shapes = {
        "ndarray": (X.to_numpy(), lambda table, at: table[at : at + 1]),
        "DataFrame": (X, lambda table, at: table.iloc[at : at + 1]),
    }
    results = {}
    for name, (table, row) in shapes.items():
        model = LogisticRegression(max_iter=200)
        rows = [row(table, number % len(y)) for number in range(calls)]
        plain, watched = [], []
        for _ in range(LOOP_ROUNDS):
            plain.append(_predict_all(model.fit(table, y), rows))
            mlflow_pitfalls.enable(autolog=False, terminal=False)
            watched.append(_predict_all(model.fit(table, y), rows))
            mlflow_pitfalls.disable()
        added = statistics.median(ours - theirs for ours, theirs in zip(watched, plain, strict=True))
        results[name] = {
            "calls": calls,
            "plain": statistics.median(plain),
            "watched": statistics.median(watched),
            "added": added,
        }
    return results


def _predict_all(model: Any, rows: list[Any]) -> float:
    began = time.perf_counter()
    for row in rows:
        model.predict(row)
    return time.perf_counter() - began

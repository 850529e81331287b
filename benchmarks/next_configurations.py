"""Does the best of five proposals beat the best of twenty runs that somebody has made by hand?

python -m benchmarks.next_configurations [--seeds 10] [--runs 20] [--cases breast_cancer/svm ...] [--jobs 1]

A history is made as people make one: it starts at the defaults, and each run changes one or two parameters of the best
so far, or of the defaults, to a round value. Its runs are logged with their score on one fixed split. Every method sees
that history and proposes five settings. Proposals and history are then judged by the mean score over other splits, so
that a lucky run is no one's gain. The table tells in how many seeds the best proposal was truly better than the best of
the history, and the mean gain over it, in standard deviations of the upper half of the history.
"""

from __future__ import annotations

import argparse
import statistics
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import get_scorer
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, SearchSpace, Value
from mlflow_pitfalls.tuning.earlier_runs.history import from_history
from mlflow_pitfalls.tuning.earlier_runs.proposals import MIX, Way
from mlflow_pitfalls.tuning.space.suggest_values import distribution_of, label

DATA = Path(__file__).parent.parent / "examples" / "data"
ROWS = 400  # of a set, at most: thousands of fits have to end within minutes
SPLITS = 6  # that judge; one more makes the history's scores
PROPOSALS = 5
CHANGES_BEST = 0.7  # share of the runs that start from the best so far, not from the defaults

Setting = tuple[tuple[str, Value], ...]


def number(name: str, low: float, high: float, current: float, *, log: bool = True, whole: bool = False) -> Parameter:
    kind = Kind.INTEGER if whole else Kind.FLOAT
    return Parameter(name=name, kind=kind, low=low, high=high, log=log, current=current, start=current)


SVM = (number("svc__gamma", 1e-4, 10, 0.03), number("svc__C", 1e-2, 1e3, 1.0))
SVM_HAND: dict[str, tuple[Value, ...]] = {
    "svc__gamma": (0.001, 0.01, 0.03, 0.1, 0.5, 1.0),
    "svc__C": (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0),
}
BALANCED = Parameter(name="svc__class_weight", kind=Kind.CATEGORY, choices=(None, "balanced"))
EPSILON = number("svc__epsilon", 1e-3, 1, 0.1)
BOOSTING = (
    number("learning_rate", 0.01, 0.3, 0.1),
    number("max_iter", 30, 200, 100, whole=True),
    number("max_leaf_nodes", 4, 64, 31, whole=True),
    number("min_samples_leaf", 2, 100, 20, whole=True),
    number("l2_regularization", 1e-4, 10, 1e-4),
    number("max_features", 0.3, 1.0, 1.0, log=False),
)
BOOSTING_HAND: dict[str, tuple[Value, ...]] = {
    "learning_rate": (0.01, 0.03, 0.05, 0.1, 0.2, 0.3),
    "max_iter": (50, 100, 150, 200),
    "max_leaf_nodes": (8, 15, 31, 63),
    "min_samples_leaf": (5, 10, 20, 50),
    "l2_regularization": (1e-4, 0.1, 1.0, 10.0),
}


@dataclass(frozen=True)
class Case:
    """A data set, a model, its space, and the round values that somebody tries by hand."""

    load: Callable[[], tuple[Any, Any]]
    model: Any
    parameters: tuple[Parameter, ...]
    by_hand: Mapping[str, Sequence[Value]]
    scoring: str


def table(name: str, target: str, positive: str | None = None, drop: tuple[str, ...] = ()) -> tuple[Any, Any]:
    frame = pd.read_csv(DATA / f"{name}.csv").drop(columns=list(drop))
    frame = frame.sample(min(ROWS, len(frame)), random_state=0)
    y = frame.pop(target)
    return pd.get_dummies(frame).to_numpy(float), (y if positive is None else y.astype(str) == positive).to_numpy(float)


def german() -> tuple[Any, Any]:
    path = DATA / "german_credit.csv"
    labels = pd.read_csv(path)["credit_risk"].astype(str)
    return table("german_credit", "credit_risk", labels.mode()[0])


def telco() -> tuple[Any, Any]:
    return table("telco_churn", "Churn", "Yes", ("customerID", "TotalCharges"))


def wine() -> tuple[Any, Any]:
    return table("wine_red", "quality")


def bikes() -> tuple[Any, Any]:
    return table("bike_day", "cnt", None, ("instant", "dteday", "casual", "registered"))


def cancer() -> tuple[Any, Any]:
    return load_breast_cancer(return_X_y=True)


def diabetes() -> tuple[Any, Any]:
    return load_diabetes(return_X_y=True)


def svm(load: Callable[[], tuple[Any, Any]]) -> Case:
    hand = {**SVM_HAND, BALANCED.name: BALANCED.choices}
    return Case(load, make_pipeline(StandardScaler(), SVC()), (*SVM, BALANCED), hand, "roc_auc")


def svr(load: Callable[[], tuple[Any, Any]]) -> Case:
    model = Pipeline([("scale", StandardScaler()), ("svc", SVR())])
    return Case(load, model, (*SVM, EPSILON), {**SVM_HAND, EPSILON.name: (0.01, 0.1, 0.2, 0.5)}, "r2")


def boosting(load: Callable[[], tuple[Any, Any]], *, classes: bool) -> Case:
    model = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return Case(
        load, model(random_state=0, early_stopping=False), BOOSTING, BOOSTING_HAND, "roc_auc" if classes else "r2"
    )


CASES: dict[str, Case] = {
    "breast_cancer/svm": svm(cancer),
    "german/svm": svm(german),
    "telco/svm": svm(telco),
    "wine_red/svm": svr(wine),
    "diabetes/svm": svr(diabetes),
    "breast_cancer/boosting": boosting(cancer, classes=True),
    "german/boosting": boosting(german, classes=True),
    "wine_red/boosting": boosting(wine, classes=False),
    "bikes/boosting": boosting(bikes, classes=False),
}


class Judge:
    """Scores settings on the split that is logged, and on the others; each setting once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.X, self.y = case.load()
        kind = StratifiedShuffleSplit if case.scoring == "roc_auc" else ShuffleSplit
        self.splits = list(kind(SPLITS + 1, test_size=0.3, random_state=0).split(self.X, self.y))
        self.score = lru_cache(maxsize=None)(self._score)

    def logged(self, setting: Setting, split: int) -> float:
        return self.score(setting, split)

    def true(self, setting: Setting, logged_on: int) -> float:
        return statistics.fmean(self.score(setting, split) for split in range(SPLITS + 1) if split != logged_on)

    def _score(self, setting: Setting, split: int) -> float:
        train, test = self.splits[split]
        model = clone(self.case.model).set_params(**dict(setting)).fit(self.X[train], self.y[train])
        return float(get_scorer(self.case.scoring)(model, self.X[test], self.y[test]))


def by_hand(judge: Judge, runs: int, split: int, random: np.random.Generator) -> list[tuple[Setting, float]]:
    case = judge.case
    defaults = {each.name: each.current for each in case.parameters}
    history: list[tuple[Setting, float]] = []
    while len(history) < runs:
        best = dict(max(history, key=lambda run: run[1])[0]) if history else defaults
        base = dict(best if random.random() < CHANGES_BEST else defaults)
        for name in random.permutation(list(case.by_hand))[: random.integers(1, 3)] if history else ():
            choices = case.by_hand[str(name)]
            base[str(name)] = choices[random.integers(len(choices))]
        setting = tuple(sorted(base.items()))
        if all(setting != seen for seen, _ in history):
            history.append((setting, judge.logged(setting, split)))
    return history


def ours(case: Case, history: Sequence[tuple[Setting, float]], seed: int, ways: Sequence[Way]) -> list[Setting]:
    runs = [
        EarlierConfiguration(
            run_id=str(place), parameters=tuple((k, str(v)) for k, v in setting), score=score, started_ms=place
        )
        for place, (setting, score) in enumerate(history)
    ]
    space = SearchSpace(estimator="", parameters=case.parameters)
    advice = from_history(space, runs, metric="", greater_is_better=True, seed=seed, ways=ways)
    return [completed(case, dict(each.values)) for each in advice.next]


def completed(case: Case, values: Mapping[str, Value]) -> Setting:
    return tuple(sorted({**{each.name: each.current for each in case.parameters}, **values}.items()))


def optunas(case: Case, history: Sequence[tuple[Setting, float]], sampler: Any) -> list[Setting]:
    space = {each.name: distribution_of(each) for each in case.parameters}
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for setting, score in history:
        values = {name: label(value) for name, value in setting}
        study.add_trial(optuna.trial.create_trial(params=values, distributions=space, value=score))
    return [completed(case, study.ask(space).params) for _ in range(PROPOSALS)]


A, N, S = Way.ANYWHERE, Way.NEAR, Way.STEP
METHODS: dict[str, Callable[[Case, Any, int], list[Setting]]] = {
    "random": lambda case, history, seed: optunas(case, history, optuna.samplers.RandomSampler(seed=seed)),
    "TPE": lambda case, history, seed: optunas(case, history, optuna.samplers.TPESampler(seed=seed)),
    "process": lambda case, history, seed: ours(case, history, seed, (A,) * PROPOSALS),
    "process near": lambda case, history, seed: ours(case, history, seed, (N,) * PROPOSALS),
    "steps": lambda case, history, seed: ours(case, history, seed, (S,) * PROPOSALS),
    "3 process, 2 steps": lambda case, history, seed: ours(case, history, seed, (A, S, A, S, A)),
    "2 process, 2 near, 1 step": lambda case, history, seed: ours(case, history, seed, (A, N, S, A, N)),
    "ours": lambda case, history, seed: ours(case, history, seed, MIX),
}


def measure(name: str, runs: int, seeds: int) -> dict[str, list[tuple[float, float]]]:
    """Of each method, by seed: whether it was truly better, and by how many deviations."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    judge = Judge(CASES[name])
    found: dict[str, list[tuple[float, float]]] = {method: [] for method in METHODS}
    for seed in range(seeds):
        split = seed % (SPLITS + 1)
        history = by_hand(judge, runs, split, np.random.default_rng(seed))
        truths = sorted(judge.true(setting, split) for setting, _ in history)
        spread = statistics.stdev(truths[len(truths) // 2 :]) or 1.0
        for method, propose in METHODS.items():
            best = max(judge.true(setting, split) for setting in propose(judge.case, history, seed))
            found[method].append((float(best > truths[-1]), (best - truths[-1]) / spread))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    results = Parallel(asked.jobs)(delayed(measure)(name, asked.runs, asked.seeds) for name in asked.cases)
    print(f"{'share better / mean gain':28}" + "".join(f"{name:>24}" for name in asked.cases) + f"{'all':>16}")
    for method in METHODS:
        cells = [result[method] for result in results]
        line = [f"{statistics.fmean(w for w, _ in c):.2f} / {statistics.fmean(g for _, g in c):+.2f}" for c in cells]
        every = [pair for cell in cells for pair in cell]
        line.append(f"{statistics.fmean(w for w, _ in every):.2f} / {statistics.fmean(g for _, g in every):+.2f}")
        print(f"{method:28}" + "".join(f"{each:>24}" for each in line[:-1]) + f"{line[-1]:>16}")


if __name__ == "__main__":
    main()

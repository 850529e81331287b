"""Does a wide gap between training and held-out score cost accuracy? What the check ``overfit`` asks of each family.

python -m benchmarks.wide_gap [--rows 250 750] [--cases]

Every model is cross-validated on the sets that come with scikit-learn and on those of ``examples/data``, as it is and
after the first remedy that the check gives for it, on the same folds. Of the cases whose gap in skill certainly exceeds
the check's ``wide_gap``, the table tells in how many the remedy scored better on the held-out folds, in how many
certainly so, and the median gain. Skill is (score - dummy) / (1 - dummy), in ROC AUC, accuracy or R², and counts as -1
where it is below. Intervals over folds are 95 % and corrected for their shared training rows (Nadeau and Bengio,
Machine Learning 52, 2003).
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import datasets
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold, cross_validate
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from mlflow_pitfalls.capture.estimators.estimator import estimator_facts
from mlflow_pitfalls.capture.task import task_of
from mlflow_pitfalls.checks.accuracy import overfit
from mlflow_pitfalls.checks.remedies import simplify
from mlflow_pitfalls.model.values import Task

DATA = Path(__file__).parent.parent / "examples" / "data"
WIDE_GAP = overfit.limits()["wide_gap"]
FOLDS = 5
LEVEL = 0.95
LEAST_SKILL = -1.0  # of a fold: least squares misses by any amount, and one such fold would drown the others
SCORING = {Task.BINARY: "roc_auc", Task.MULTICLASS: "accuracy", Task.REGRESSION: "r2"}
# Target, and columns that no model should see: identifiers, dates, parts of the target, what is known only afterwards.
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "abalone": ("rings", ()),
    "adult_income": ("class", ()),
    "bank_marketing": ("y", ("duration",)),
    "bike_day": ("cnt", ("instant", "dteday", "casual", "registered")),
    "german_credit": ("credit_risk", ()),
    "telco_churn": ("Churn", ("customerID",)),
    "wine_red": ("quality", ()),
}
BUNDLED: tuple[Callable[..., Any], ...] = (
    datasets.load_breast_cancer,
    datasets.load_diabetes,
    datasets.load_digits,
    datasets.load_iris,
    datasets.load_wine,
)
# Family -> models for classes and for numbers; None where it has none.
FAMILIES: dict[str, tuple[tuple[Any, Any], ...]] = {
    "single trees": ((DecisionTreeClassifier(random_state=0), DecisionTreeRegressor(random_state=0)),),
    "1 nearest neighbour": ((KNeighborsClassifier(1), KNeighborsRegressor(1)),),
    "5 nearest neighbours": ((KNeighborsClassifier(), KNeighborsRegressor()),),
    "least squares": tuple(
        (None, make_pipeline(PolynomialFeatures(degree, include_bias=False), LinearRegression()))
        for degree in (1, 2, 3)
    ),
    "forests": ((RandomForestClassifier(random_state=0), RandomForestRegressor(random_state=0)),),
    "boosting": (
        (GradientBoostingClassifier(random_state=0), GradientBoostingRegressor(random_state=0)),
        (HistGradientBoostingClassifier(random_state=0), HistGradientBoostingRegressor(random_state=0)),
    ),
    "boosting, pushed": (
        (
            GradientBoostingClassifier(max_depth=8, random_state=0),
            GradientBoostingRegressor(max_depth=8, random_state=0),
        ),
        (
            HistGradientBoostingClassifier(min_samples_leaf=2, random_state=0),
            HistGradientBoostingRegressor(min_samples_leaf=2, random_state=0),
        ),
    ),
    "logistic regression": ((LogisticRegression(max_iter=1000), None),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    X: pd.DataFrame
    y: pd.Series
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One model on one table; arrays hold one value a fold, in skill."""

    family: str
    table: Table
    model: str
    remedy: str
    gap: np.ndarray
    skill: np.ndarray
    gain: np.ndarray

    @property
    def wide(self) -> bool:
        return interval(self.gap)[0] > WIDE_GAP


def tables(sizes: list[int]) -> Iterator[Table]:
    """Every set, cut at random to each size that it exceeds, or whole where it is smaller than the largest."""
    for name, X, y in _sets():
        for size in sorted({min(size, len(X)) for size in sizes}):
            rows = np.random.default_rng(0).permutation(len(X))[:size]
            part = X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)
            # Tasters' marks and rings are ordered whole numbers: regression.
            model = LinearRegression() if name in ("abalone", "bike_day", "diabetes", "wine_red") else None
            yield Table(name=name, X=part[0], y=part[1], task=task_of(part[1], model))


def _sets() -> Iterator[tuple[str, pd.DataFrame, pd.Series]]:
    for load in BUNDLED:
        yield (
            load.__name__.removeprefix("load_").replace("wine", "wine_cultivars"),
            *load(return_X_y=True, as_frame=True),
        )
    for name, (target, hidden) in TABLES.items():
        frame = pd.read_csv(DATA / f"{name}.csv", sep=None, engine="python", na_values=[" "])
        yield (
            name,
            frame.drop(columns=[target, *hidden]),
            pd.Series(pd.factorize(frame[target])[0])
            if not (pd.api.types.is_numeric_dtype(frame[target]))
            else frame[target],
        )


def prepared(model: Any) -> Pipeline:
    """The model behind the usual treatment of numbers and categories."""
    columns = make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
        (
            OneHotEncoder(handle_unknown="ignore", sparse_output=False, min_frequency=10),
            make_column_selector(dtype_exclude="number"),
        ),
    )
    return Pipeline([("columns", columns), ("model", model)])


def remedied(model: Pipeline) -> tuple[Pipeline, str]:
    """A copy after the first remedy that ``overfit`` gives, by the very line that it prints."""
    code = simplify(estimator_facts(model))[0].code
    names = {
        "model": clone(model),
        "make_pipeline": make_pipeline,
        "StandardScaler": StandardScaler,
        "RidgeCV": RidgeCV,
    }
    return eval(code, names), code


def skills(model: Any, table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Training and held-out skill of each fold."""
    classes = table.task is not Task.REGRESSION
    folds = (StratifiedKFold if classes else KFold)(FOLDS, shuffle=True, random_state=0)
    run = partial(cross_validate, X=table.X, y=table.y, cv=folds, scoring=SCORING[table.task], return_train_score=True)
    scores, dummy = run(model), run(DummyClassifier() if classes else DummyRegressor())
    train, held_out = ((scores[side] - dummy[side]) / (1 - dummy[side]) for side in ("train_score", "test_score"))
    return train, np.maximum(held_out, LEAST_SKILL)


def interval(values: np.ndarray) -> tuple[float, float]:
    """Of the mean over folds; the training rows that folds share widen it."""
    spread = math.sqrt((1 / FOLDS + 1 / (FOLDS - 1)) * float(np.var(values, ddof=1)))
    half = float(stats.t.ppf((1 + LEVEL) / 2, FOLDS - 1)) * spread
    return float(np.mean(values)) - half, float(np.mean(values)) + half


def cases(sizes: list[int]) -> Iterator[Case]:
    for table in tables(sizes):
        for family, pairs in FAMILIES.items():
            # Boosting grows a tree for each class and round: too slow here for more than two classes.
            skipped = table.task is Task.MULTICLASS and family.startswith("boosting")
            for pair in () if skipped else pairs:
                model = pair[table.task is Task.REGRESSION]
                if model is not None:
                    yield _case(family, prepared(model), table)


def _case(family: str, model: Pipeline, table: Table) -> Case:
    other, code = remedied(model)
    train, held_out = skills(model, table)
    after = skills(other, table)[1]
    name = type(model[-1]).__name__
    return Case(
        family=family, table=table, model=name, remedy=code, gap=train - held_out, skill=held_out, gain=after - held_out
    )


def show(found: list[Case]) -> None:
    print(
        f"{'family':<26}{'cases':>6}{'wide gap':>10}{'better':>8}{'certainly':>11}{'worse':>7}{'certainly':>11}", end=""
    )
    print(f"{'median gain':>13}")
    for family in FAMILIES:
        every = [case for case in found if case.family == family]
        wide = [case for case in every if case.wide]
        gains = [float(np.mean(case.gain)) for case in wide]
        bounds = [interval(case.gain) for case in wide]
        better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
        surely_better, surely_worse = sum(low > 0 for low, _ in bounds), sum(high < 0 for _, high in bounds)
        median = f"{statistics.median(gains):+.2f}" if gains else "-"
        print(f"{family:<26}{len(every):>6}{len(wide):>10}{better:>8}{surely_better:>11}", end="")
        print(f"{worse:>7}{surely_worse:>11}{median:>13}")


def show_cases(found: list[Case]) -> None:
    for case in found:
        print(
            f"{case.family:<26}{case.table.name:<16}{len(case.table.y):>6}  {case.model:<32}gap {np.mean(case.gap):.2f}"
            f"{' wide' if case.wide else '     '}  skill {np.mean(case.skill):.2f}  gain {np.mean(case.gain):+.2f}  "
            f"{case.remedy}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[250, 750], help="sizes that larger sets are cut to")
    parser.add_argument("--cases", action="store_true", help="also print each case")
    options = parser.parse_args()
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Found unknown categories")
        found = list(cases(options.rows))
    if options.cases:
        show_cases(found)
    names = {case.table.name for case in found}
    print(f"{len(names)} data sets cut to {options.rows} rows, {FOLDS} folds; gap in skill above {WIDE_GAP:g}:")
    show(found)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()

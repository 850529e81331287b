"""Models and evaluations that go wrong on honest data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pitfallbench.injections.base import (
    BY_RESULT,
    WORSE_MODEL,
    Injection,
    Rng,
    another_model,
    both,
    has_numbers,
    is_learnable,
    of_classes,
    of_two_classes,
)
from benchmarks.pitfallbench.models import Spec
from benchmarks.pitfallbench.plan import Plan
from benchmarks.pitfallbench.scripts import Played, plain_split
from benchmarks.pitfallbench.vault import reported

FAR_FROM_PERFECT = 0.9
SUPERLINEAR_ROWS = 21_000
NEARLY, MANY = 0.01, 0.2  # of the score; share of the candidates
BEYOND = 6  # a depth past the end of the grid


def _memorising(plan: Plan, kind: str, rng: Rng) -> None:
    """A model that learns its training rows by heart, where a tamer one does better. Strength: the model."""
    task, seed = plan.table.task, plan.seed
    if kind == "deep tree":
        another_model(plan, "tree", max_depth=None)
        plan.simpler = Spec(kind="tree", task=task, seed=seed, params={"max_depth": 4})
    elif kind == "one neighbour":
        another_model(plan, "neighbours", n_neighbors=1)
        plan.simpler = Spec(kind="neighbours", task=task, seed=seed, params={"n_neighbors": 25})
    else:
        noise = {f"n{i}": rng.normal(size=len(plan.y)) for i in range(len(plan.y) // 2)}
        plan.X = plan.X[plan.columns].fillna(0.0).assign(**noise)
        plan.X_new = (
            plan.X_new[plan.columns].fillna(0.0).assign(**{name: rng.normal(size=len(plan.y_new)) for name in noise})
        )
        loose, tight = ({"C": 1e4}, {"C": 1e-3}) if plan.is_classes else ({"alpha": 1e-6}, {"alpha": 1e3})
        another_model(plan, "linear", **loose)
        plan.simpler = Spec(kind="linear", task=task, seed=seed, params=tight)


def _too_simple(plan: Plan, kind: str, rng: Rng) -> None:
    """A model that cannot learn what a richer one does. Strength: which."""
    task, seed = plan.table.task, plan.seed
    plan.simpler = Spec(kind="forest", task=task, seed=seed)
    if kind == "stump":
        another_model(plan, "tree", max_depth=1)
    else:
        another_model(plan, "linear", **({"C": 1e-5} if plan.is_classes else {"alpha": 1e5}))


def _rings(plan: Plan, noise: float, rng: Rng) -> None:
    """Two rings, which no line can part, and a linear model. Strength: noise."""
    from sklearn.datasets import make_circles

    def world(size: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
        points, ring = make_circles(size, noise=noise, factor=0.5, random_state=seed)
        return pd.DataFrame(points, columns=["x", "y"]), pd.Series(ring, name="ring")

    plan.X, plan.y = world(len(plan.y), plan.seed)
    plan.X_new, plan.y_new = world(len(plan.y_new), plan.seed + 1000)
    another_model(plan, "linear")
    plan.simpler = Spec(kind="forest", task="classes", seed=plan.seed)


def _unconverged(plan: Plan, iterations: int, rng: Rng) -> None:
    """The solver stops long before its end. Strength: its iterations."""
    if plan.is_classes and plan.seed % 2:
        another_model(plan, "linear", max_iter=iterations, C=10.0)
    else:
        another_model(plan, "network", max_iter=iterations * 2)


def _unconverged_happened(plan: Plan, played: Played) -> bool:
    last = played.model.steps[-1][1] if hasattr(played.model, "steps") else played.model
    return bool(np.max(last.n_iter_) >= last.max_iter)


def _without_early_stopping(plan: Plan, trees: int, rng: Rng) -> None:
    """Boosting goes on long after its score has stopped. Strength: trees."""
    another_model(plan, "staged", n_estimators=trees, learning_rate=0.3)


def _scripted(name: str) -> Any:
    def inject(plan: Plan, strength: Any, rng: Rng) -> None:
        """The script evaluates, or searches, in this way."""
        plan.script = name
        if name == "large_grid":  # of a quick model: the time that sampling saves is not the benchmark's own
            another_model(plan, "tree")
            plan.options["thresholds"] = {"grid-too-large.min_saved": 0.0}
        elif name == "edge_grid":
            another_model(plan, "tree")
            plan.simpler = Spec(kind="tree", task=plan.table.task, seed=plan.seed, params={"max_depth": BEYOND})
        else:
            plan.split = lambda X, y, _: (X, X, y, y)

    return inject


def _grid_happened(plan: Plan, played: Played) -> bool:
    """Many of the candidates are as good as the best one, so that a few of them would have found one."""
    scores = np.asarray(played.model.cv_results_["mean_test_score"])
    return bool((scores > scores.max() - NEARLY).mean() > MANY)


def _few_test_rows(plan: Plan, rows: int, rng: Rng) -> None:
    """A tiny held-out side. Strength: its rows."""
    plan.split = plain_split(stratify=plan.is_classes and plan.y.nunique() <= rows, test_size=rows)


def _few_rows_leave_doubt(plan: Plan, played: Played) -> bool:
    """The model errs now and then: a perfect one is known well from few rows."""
    return reported(plan, played) < FAR_FROM_PERFECT


def _few_rows(plan: Plan, rows: int, rng: Rng) -> None:
    """A learning curve that still rises: few rows of many kinds. Strength: rows."""
    plan.script = "held_out"


def _overconfident(plan: Plan, copies: int, rng: Rng) -> None:
    """Naive Bayes counts the same evidence many times. Strength: copies of each column."""
    plan.X = plan.X[plan.columns].fillna(0.0)
    plan.X = pd.concat([plan.X.add_suffix(f"_{i}") for i in range(copies)], axis=1)
    another_model(plan, "bayes")


def _calibration_error(plan: Plan, played: Played) -> bool:
    """Expected calibration error above 0.15 in ten bins."""
    chance = played.model.predict_proba(played.sides[1])
    right = np.asarray(played.predicted) == np.asarray(played.sides[3])
    confidence = chance.max(axis=1)
    bins = np.minimum((confidence * 10).astype(int), 9)
    error = sum(
        abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)
    )
    return bool(error > 0.15)


def _large(plan: Plan, rows: int, rng: Rng) -> None:
    """A kernel machine on many rows. Strength: rows."""
    X = rng.normal(size=(rows, 2))
    plan.X, plan.y = pd.DataFrame(X, columns=["x", "y"]), pd.Series((X[:, 0] > 0).astype(int), name="side")
    another_model(plan, "vectors")


def _benchmark(plan: Plan, metric: str, rng: Rng) -> None:
    """The domain asks for more than the model does. Strength: the metric."""
    plan.script = "accuracy_only"
    plan.options["benchmark"] = {metric: 0.9999}


_SMALL = ("test-set-too-small", "class-missing-in-split", "too-few-minority", "no-lift")

FITS = (
    Injection(
        name="memorising",
        inject=_memorising,
        strengths=("one neighbour", "deep tree", "noise columns"),
        finds=("overfit",),
        beside=("useless-features", "not-converged"),
        harm=WORSE_MODEL,
        fits=has_numbers,
        needs_probes=True,
        is_cause=True,
    ),
    Injection(
        name="too-simple",
        inject=_too_simple,
        strengths=("strong penalty", "stump"),
        finds=("underfit", "no-lift", "class-never-predicted"),
        beside=("simple-rule-suffices", "class-never-predicted", "accuracy-paradox", "no-lift", "miscalibrated"),
        harm=WORSE_MODEL,
        fits=is_learnable,
        needs_probes=True,
    ),
    Injection(
        name="rings-by-a-line",
        inject=_rings,
        strengths=(0.1, 0.2),
        finds=("underfit", "no-lift"),
        beside=("no-lift", "useless-features"),
        harm=WORSE_MODEL,
        fits=lambda table: table.name == "breast_cancer",
        needs_probes=True,
    ),
    Injection(
        name="not-converged",
        inject=_unconverged,
        strengths=(3, 10),
        finds=("not-converged",),
        beside=("underfit", "no-lift"),
        harm=BY_RESULT,
        happened=_unconverged_happened,
    ),
    Injection(
        name="no-early-stopping",
        inject=_without_early_stopping,
        strengths=(2_000,),  # a fit of seconds: the check looks at no shorter one
        finds=("no-early-stopping",),
        beside=("overfit",),
        fits=both(of_two_classes, lambda table: table.name in {"breast_cancer", "german_credit", "wine_red", "sonar"}),
        needs_probes=True,
    ),
    Injection(
        name="large-grid",
        inject=_scripted("large_grid"),
        strengths=("42 x 3",),
        finds=("grid-too-large",),
        harm=BY_RESULT,
        happened=_grid_happened,
        rows=300,
        beside=("tuned-on-edge",),
    ),
    Injection(
        name="best-on-the-edge",
        inject=_scripted("edge_grid"),
        strengths=("depth",),
        finds=("tuned-on-edge",),
        harm=WORSE_MODEL,
        fits=lambda table: table.name in {"digits", "adult_income", "california_housing", "abalone", "wine_red"},
    ),
    Injection(name="no-score", inject=_scripted("no_score"), strengths=("none",), finds=("no-held-out-score",)),
    Injection(
        name="training-score", inject=_scripted("training_score"), strengths=("score",), finds=("no-held-out-score",)
    ),
    Injection(
        name="few-test-rows",
        inject=_few_test_rows,
        strengths=(15, 40),
        finds=("test-set-too-small",),
        beside=_SMALL,
        harm=BY_RESULT,
        happened=_few_rows_leave_doubt,
    ),
    Injection(
        name="few-rows",
        inject=_few_rows,
        strengths=(200,),
        finds=("more-data-helps",),
        beside=_SMALL,
        rows=200,
        fits=lambda table: table.name == "digits",
        needs_probes=True,
        models=("linear", "vectors", "neighbours"),
    ),
    Injection(
        name="overconfident",
        inject=_overconfident,
        strengths=(3, 10),
        finds=("miscalibrated",),
        beside=("collinear-features",),
        harm=BY_RESULT,
        happened=_calibration_error,
        fits=both(of_classes, has_numbers),
    ),
    Injection(
        name="kernel-on-many-rows",
        inject=_large,
        strengths=(SUPERLINEAR_ROWS,),
        finds=("superlinear-fit",),
        beside=("simple-rule-suffices", "target-leakage", "too-good-to-be-true"),
        fits=lambda table: table.name == "breast_cancer",
    ),
    Injection(
        name="below-benchmark",
        inject=_benchmark,
        strengths=("accuracy",),
        finds=("below-benchmark",),
        fits=lambda table: (
            of_classes(table) and table.name in {"german_credit", "adult_income", "wine_red", "telco_churn"}
        ),
    ),
)

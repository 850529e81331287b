"""Thirty runs as somebody makes them by hand, cross-validated and logged with MLflow before any clock starts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.tuning.task import Task
from mlflow_pitfalls.model.suggestions import EarlierConfiguration, Kind, Parameter, Suggestions, Value

MOST_CHANGES = 2  # from one run to the next
CHANGES_BEST = 0.7  # share of the runs that start from the best so far, not from the defaults
PARAMETERS = 4  # that somebody turns by hand: the first ones of the space
ROUND = (1.0, 2.0, 5.0)  # times a power of ten
STEPS = 6  # of a range that is not logarithmic
TRIES = 20  # for a setting that is new
METRIC = "mean_test_score"


def logged(task: Task) -> list[EarlierConfiguration]:
    """Make the runs, log them in an experiment of their own, and read them back as the store tells them."""
    import mlflow

    mlflow.set_experiment(f"{task.case.id}, {len(task.rows.y)} rows")
    names = {each.name for each in task.space.parameters}
    for values, score in by_hand(task):
        with mlflow.start_run():
            configured = task.problem.configured(dict(values)).get_params()
            mlflow.log_params({name: value for name, value in configured.items() if name in names})
            mlflow.log_metric(METRIC, score)
    found = mlflow.search_runs(output_format="list", order_by=["attributes.start_time ASC"])
    return [
        EarlierConfiguration(
            run_id=run.info.run_id,
            parameters=tuple(sorted(run.data.params.items())),
            score=run.data.metrics[METRIC],
            basis="cross_validation",
            rows=len(task.rows.y),
            columns=task.rows.X.shape[1],
            started_ms=run.info.start_time,
        )
        for run in found
    ]


def by_hand(task: Task) -> Iterator[tuple[dict[str, Any], float]]:
    """The defaults first; then each run changes one or two parameters to a round value."""
    random = np.random.default_rng(task.seed)
    turned = [each for each in sorted(task.space.parameters, key=lambda each: each.priority) if not each.when]
    choices = {each.name: round_values(each) for each in turned[:PARAMETERS]}
    together = {each.name: dict(each.together) for each in turned}
    seen: list[dict[str, Any]] = []
    best: tuple[dict[str, Any], float] = ({}, -math.inf)
    for _ in range(task.history_runs):
        values = _next(best[0], choices, together, seen, random) if seen else {}
        seen.append(values)
        score = _score(task, values)
        if score is None:
            continue
        if score > best[1]:
            best = (values, score)
        yield values, score


def _next(
    best: Mapping[str, Any],
    choices: Mapping[str, tuple[Value, ...]],
    together: Mapping[str, Mapping[str, Any]],
    seen: list[dict[str, Any]],
    random: np.random.Generator,
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for _ in range(TRIES):
        values = dict(best) if random.random() < CHANGES_BEST else {}
        for name in random.permutation(list(choices))[: random.integers(1, MOST_CHANGES + 1)]:
            values[str(name)] = choices[str(name)][random.integers(len(choices[str(name)]))]
            values |= together[str(name)]
        if values not in seen:
            break
    return values


def _score(task: Task, values: dict[str, Any]) -> float | None:
    folds = range(len(task.problem.splits))
    try:
        return sum(task.problem.fold_score(values, fold) for fold in folds) / len(folds)
    except Exception:  # noqa: BLE001 - as estimators do for values that do not go together
        return None


def round_values(parameter: Parameter) -> tuple[Value, ...]:
    """What somebody would type: 0.01, 0.02, 0.05, 0.1 …, or a handful of even steps."""
    if parameter.kind is Kind.CATEGORY:
        return parameter.choices
    assert parameter.low is not None and parameter.high is not None
    low, high = parameter.low, parameter.high
    if parameter.log and low > 0:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [step * 10.0**power for power in powers for step in ROUND]
    else:
        found = [float(f"{value:.1g}") for value in np.linspace(low, high, STEPS)]
    inside = [value for value in found if low <= value <= high] or [low, high]
    if parameter.kind is Kind.INTEGER:
        return tuple(sorted({round(value) for value in inside}))
    return tuple(sorted({float(f"{value:.6g}") for value in inside}))


def suggested(task: Task) -> Suggestions:
    """What the run of the defaults, which is to be tuned, is told by the others."""
    from mlflow_pitfalls.tuning.earlier_runs.history import from_history

    runs = logged(task)
    advice = from_history(task.space, runs, metric=task.rows.metric, greater_is_better=True)
    return Suggestions(
        run_id=runs[0].run_id,
        metric=task.rows.metric,
        space=task.space,
        next=advice.next,
        basis="history",
        history_runs=advice.runs_used,
        importances=advice.importances,
        tried=advice.tried,
    )

"""What an estimator of the user's answers to a bounded sample, inside a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import shape_of, take_rows
from mlflow_pitfalls.capture.estimators.attributes import has_attribute
from mlflow_pitfalls.capture.recording.calls import bounded_scores, bounded_vector
from mlflow_pitfalls.capture.recording.drafts import Output

_FIRST_PART = 256  # rows of the first call
_GROWTH = 4  # from one call to the next, while not all rows can be afforded
_ORDER_SEED = 0
_SHORTEST = 1e-6  # seconds; below it clocks say nothing


class RefusedError(Exception):
    """The estimator raised where it was asked; the message is the class of what it raised."""


def outputs(estimator: Any, methods: list[str], rows: Any, deadline: float) -> tuple[Output | None, Output | None]:
    """Labels and scores of as many rows, chosen at random, as the time until the deadline allows.

    Args:
        estimator: A fitted one of the user's.
        methods: Names of what to ask it, labels first.
        rows: Its features.
        deadline: By ``time.perf_counter``.

    Returns:
        What ``predict`` said and what the other method did; None where it has no such method.

    Raises:
        RefusedError: The estimator has raised.
    """
    shape = shape_of(rows) if rows is not None else None
    methods = [method for method in methods if has_attribute(estimator, method)]  # DBSCAN predicts only what it fits
    if shape is None or not shape[0] or not methods:
        return None, None
    found: dict[str, Output | None] = {}
    for done, method in enumerate(methods):
        now = time.perf_counter()
        share = now + (deadline - now) / (len(methods) - done)
        output = _output(getattr(estimator, method), method, rows, shape[0], share)
        found[method] = replace(output, are_probabilities=method == "predict_proba") if output is not None else None
    labels = found.pop("predict", None)
    return labels, next(iter(found.values()), None)


def _output(call: Callable[[Any], Any], method: str, rows: Any, count: int, deadline: float) -> Output | None:
    """Call on growing parts: each tells what a row costs, and so how many more can be afforded."""
    take = bounded_vector if method == "predict" else bounded_scores
    if count <= _FIRST_PART:
        values = take(_asked(call, rows), np.arange(count))
        return Output(values) if values is not None else None
    order = np.random.default_rng(_ORDER_SEED).permutation(count)
    parts: list[Any] = []
    done, size = 0, _FIRST_PART
    while done < count and size > 0:
        index = np.sort(order[done : done + size])
        started = time.perf_counter()
        values = take(_asked(call, take_rows(rows, index)), np.arange(len(index)))
        if values is None:
            return None
        order[done : done + size] = index
        parts.append(values)
        done += len(index)
        cost = max(time.perf_counter() - started, _SHORTEST) / len(index)
        affordable = int((deadline - time.perf_counter()) / cost)
        size = affordable if affordable >= count - done else min(affordable, size * _GROWTH)
    return _in_order(np.concatenate(parts), order[:done], count)


def _asked(call: Callable[[Any], Any], rows: Any) -> Any:
    try:
        return call(rows)
    except Exception as error:
        raise RefusedError(type(error).__name__) from error


def _in_order(values: Any, index: Any, count: int) -> Output:
    """Values of scattered rows, put back into the rows' own order."""
    ascending = np.argsort(index)
    return Output(values[ascending], None if len(index) == count else index[ascending])

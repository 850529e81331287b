"""When a run settles: the last calls of the user's estimator that its scores need, inside a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import shape_of, take_rows
from mlflow_pitfalls.capture.lineage.tracker import Lineage
from mlflow_pitfalls.capture.recording.calls import bounded_scores, bounded_vector
from mlflow_pitfalls.capture.recording.drafts import FitState, HeldOut, Output, RunDraft
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.values import Task

Quiet = Callable[[], AbstractContextManager[Any]]

_SHARE_OF_FIT = 0.02  # of the fit's wall-clock may go into predictions of ours …
_LEAST_BUDGET = 0.25  # … but so many seconds always
_LARGEST_BUDGET = 5.0
_TRIAL_ROWS = 200  # the cost of a row is measured on so many
_SHORTEST = 1e-6  # seconds; below it clocks say nothing
_SIDES = 2


class Settler:
    """Completes a draft's primary fit: held-out rows that were never evaluated, predictions on both sides."""

    def __init__(self, lineage: Lineage, quiet: Quiet) -> None:
        self._lineage = lineage
        self._quiet = quiet

    def complete(self, draft: RunDraft) -> None:
        """Fill in what scores need, calling the estimator at most four times on bounded samples.

        Args:
            draft: The run; only its primary fit is touched.
        """
        fit = draft.primary()
        if fit is None or fit.error or fit.training is None:
            return
        held_out = fit.best_held_out() or self._from_split(fit)
        estimator = fit.live()
        if estimator is None:
            draft.note("the estimator was gone before its run settled: training scores are not known")
            return
        deadline = time.perf_counter() + min(_LARGEST_BUDGET, max(_LEAST_BUDGET, _SHARE_OF_FIT * fit.seconds))
        with self._quiet(), guard("predicting bounded samples"):
            self._predict(fit, held_out, estimator, deadline)

    def _from_split(self, fit: FitState) -> HeldOut | None:
        """The script split its data and never evaluated: the kept sample of the other side, in the fit's space."""
        node = fit.node or fit.target_node
        if node is None or fit.node is None:
            return None
        rows = self._lineage.other_side(node.rows)
        if rows is None:
            return None
        view = self._lineage.view(rows, fit.node.slot, fit.node.space) or self._lineage.view(rows, fit.node.slot)
        target = self._lineage.view(rows, fit.target_node.slot) if fit.target_node is not None else None
        if view is None or target is None:
            return None
        x = _in_columns_of(view.data, fit)
        if x is None:
            return None
        held_out = HeldOut(rows=rows, count=rows.count, positions=view.positions, recognised_by="split", x=x)
        held_out.y = bounded_vector(target.data, np.arange(len(target.positions)))
        return fit.keep(held_out)

    def _predict(self, fit: FitState, held_out: HeldOut | None, estimator: Any, deadline: float) -> None:
        training = fit.training
        if training is None or training.y is None:
            return
        method = _score_method(estimator) if training.task in (Task.BINARY, Task.MULTICLASS) else None
        if held_out is not None:
            wanted = _missing(held_out.labels, held_out.scores, method)
            middle = time.perf_counter() + (deadline - time.perf_counter()) / _SIDES
            labels, scores = _outputs(estimator, wanted, held_out.x, middle)
            held_out.labels, held_out.scores = held_out.labels or labels, held_out.scores or scores
        wanted = _missing(fit.train_labels, fit.train_scores, method)
        labels, scores = _outputs(estimator, wanted, training.x, deadline)
        fit.train_labels, fit.train_scores = fit.train_labels or labels, fit.train_scores or scores


def _score_method(estimator: Any) -> str | None:
    return next((name for name in ("predict_proba", "decision_function") if hasattr(estimator, name)), None)


def _in_columns_of(data: Any, fit: FitState) -> Any:
    """Held-out rows with the columns that the fit was given; None where they cannot be had."""
    shape = shape_of(data)
    if shape is None:
        return None
    names = fit.training.frame.names if fit.training is not None and fit.training.frame is not None else ()
    columns = getattr(data, "columns", None)
    if columns is not None and hasattr(data, "loc") and list(map(str, columns)) != list(names):
        wanted = [column for column in columns if str(column) in set(names)]
        if len(wanted) != fit.columns:
            return None
        order = {str(column): column for column in wanted}
        return data[[order[name] for name in names]]
    return data if shape[1] == fit.columns else None


def _missing(labels: Output | None, scores: Output | None, method: str | None) -> list[str]:
    """The methods that have to be called, labels first."""
    return [name for name, known in (("predict", labels), (method, scores)) if name is not None and known is None]


def _outputs(estimator: Any, methods: list[str], rows: Any, deadline: float) -> tuple[Output | None, Output | None]:
    """Labels and scores of as many evenly spaced rows as the time until the deadline allows."""
    shape = shape_of(rows) if rows is not None else None
    if shape is None or not shape[0] or not methods:
        return None, None
    index = _affordable(getattr(estimator, methods[0]), rows, shape[0], len(methods), deadline)
    found: dict[str, Output | None] = {}
    for method in methods:
        chosen = rows if index is None else take_rows(rows, index)
        take = bounded_vector if method == "predict" else bounded_scores
        result = getattr(estimator, method)(chosen)
        values = take(result, np.arange(shape[0] if index is None else len(index)))
        found[method] = Output(values, index) if values is not None else None
    labels = found.pop("predict", None)
    return labels, next(iter(found.values()), None)


def _affordable(call: Callable[[Any], Any], rows: Any, count: int, calls: int, deadline: float) -> Any:
    """Positions of the rows that can be afforded, None for all: the cost of a row is measured on a few."""
    if count <= _TRIAL_ROWS:
        return None
    started = time.perf_counter()
    call(take_rows(rows, _evenly(count, _TRIAL_ROWS)))
    spent = max(time.perf_counter() - started, _SHORTEST)
    affordable = int((deadline - time.perf_counter()) / calls / (spent / _TRIAL_ROWS))
    return None if affordable >= count else _evenly(count, max(affordable, _TRIAL_ROWS))


def _evenly(count: int, size: int) -> Any:
    return np.unique(np.linspace(0, count - 1, size).astype(np.intp))

"""When a run settles: the last calls of the user's estimator that its scores need, inside a time budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import column_names, shape_of, take_rows
from mlflow_pitfalls.capture.estimators.attributes import has_attribute
from mlflow_pitfalls.capture.estimators.nested import is_deep
from mlflow_pitfalls.capture.estimators.staged import Staged, staged_answers
from mlflow_pitfalls.capture.lineage.row_sets import REMADE, Rows
from mlflow_pitfalls.capture.lineage.tracker import Lineage
from mlflow_pitfalls.capture.recording.answers import RefusedError, outputs
from mlflow_pitfalls.capture.recording.calls import bounded_vector
from mlflow_pitfalls.capture.recording.drafts import FitState, HeldOut, Output, RunDraft
from mlflow_pitfalls.capture.recording.scoring import metrics_of
from mlflow_pitfalls.capture.undisturbed import undisturbed
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.values import Task

Quiet = Callable[[], AbstractContextManager[Any]]

_SHARE_OF_FIT = 0.02  # of the fit's wall-clock may go into predictions of ours …
_LEAST_BUDGET = 0.25  # … but so many seconds always
_LARGEST_BUDGET = 5.0
_ORDER_SEED = 0
_SIDES = 2
_LEAST_STAGED = 1.0  # seconds of a fit from which it is worth knowing whether fewer rounds would do
_STAGED_ROWS = 500
_LEAST_STAGED_BUDGET = 0.1  # seconds for that, besides; 2 % of the fit's above it …
_LARGEST_STAGED_BUDGET = 1.0  # … up to here


class Settler:
    """Completes a draft's primary fit: held-out rows that were never evaluated, predictions on both sides."""

    def __init__(self, lineage: Lineage, quiet: Quiet, wanted: Collection[str] = ()) -> None:
        self._lineage = lineage
        self._wanted = wanted  # names of metrics to report beside those that the script evaluates
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
            if fit.train_labels is None and fit.train_scores is None:
                draft.note("the estimator was gone before its run settled: training scores are not known")
            return
        if is_deep(estimator):
            draft.note("estimators lie so deep inside one another that none of ours asks them for predictions")
            return
        if held_out is not None and held_out.x is None:
            held_out.x = self._features_of(fit, held_out.rows)
        deadline = time.perf_counter() + min(_LARGEST_BUDGET, max(_LEAST_BUDGET, _SHARE_OF_FIT * fit.seconds))
        with self._quiet(), guard("predicting bounded samples"), undisturbed(estimator):
            try:
                self._predict(fit, held_out, estimator, deadline, _needs_scores(draft, fit, self._wanted))
            except RefusedError as error:
                draft.note(f"asked for predictions on bounded samples, the estimator raised {error}")
        if fit.seconds >= _LEAST_STAGED and held_out is not None and held_out.y is not None:
            with self._quiet(), guard("asking an iterative model what it said earlier"), undisturbed(estimator):
                scores = _primary_needs(draft, fit, self._wanted) != "labels"
                budget = min(_LARGEST_STAGED_BUDGET, max(_LEAST_STAGED_BUDGET, _SHARE_OF_FIT * fit.seconds))
                deadline = time.perf_counter() + budget
                held_out.staged = held_out.staged or _staged(estimator, held_out, scores, deadline)

    def _from_split(self, fit: FitState) -> HeldOut | None:
        """The script split its data and never evaluated: the kept sample of the other side, in the fit's space."""
        node = fit.node or fit.target_node
        if node is None or fit.node is None:
            return None
        rows = self._lineage.other_side(node.rows)
        if rows is None:
            return None
        target = self._lineage.view(rows, fit.target_node.slot) if fit.target_node is not None else None
        x = self._features_of(fit, rows)
        if x is None or target is None:
            return None
        held_out = HeldOut(rows=rows, count=rows.count, positions=target.positions, recognised_by="split", x=x)
        held_out.y = bounded_vector(target.data, np.arange(len(target.positions)))
        return fit.keep(held_out)

    def _features_of(self, fit: FitState, rows: Rows) -> Any:
        """The kept sample of a split's other side, in the space and the columns that the fit was given, or None."""
        if fit.node is None:
            return None
        view = self._lineage.view(rows, fit.node.slot, fit.node.space)
        if view is None and REMADE not in fit.node.space:  # as it came out of the split, it would be other features
            view = self._lineage.view(rows, fit.node.slot)
        return _in_columns_of(view.data, fit) if view is not None else None

    def _predict(
        self, fit: FitState, held_out: HeldOut | None, estimator: Any, deadline: float, scores_wanted: bool
    ) -> None:
        training = fit.training
        if training is None or training.y is None:
            return
        method = _score_method(estimator) if scores_wanted else None
        if held_out is not None:
            wanted = _missing(held_out.labels, held_out.scores, method)
            middle = time.perf_counter() + (deadline - time.perf_counter()) / _SIDES
            labels, scores = outputs(estimator, wanted, held_out.x, middle)
            held_out.labels, held_out.scores = held_out.labels or labels, held_out.scores or scores
            if held_out.own_labels:
                held_out.own_labels = not _said_by(estimator, held_out, middle)
        wanted = _missing(fit.train_labels, fit.train_scores, method)
        labels, scores = outputs(estimator, wanted, training.x, deadline)
        fit.train_labels, fit.train_scores = fit.train_labels or labels, fit.train_scores or scores


def _needs_scores(draft: RunDraft, fit: FitState, wanted: Collection[str]) -> bool:
    """Whether a metric of this run ranks rows, so that labels will not do."""
    task = fit.training.task if fit.training is not None else Task.UNKNOWN
    return task.is_classification and any(
        metric.needs != "labels" for metric, _ in metrics_of(draft, fit, task, wanted)
    )


def _primary_needs(draft: RunDraft, fit: FitState, wanted: Collection[str]) -> str:
    task = fit.training.task if fit.training is not None else Task.UNKNOWN
    return next((metric.needs for metric, _ in metrics_of(draft, fit, task, wanted)), "labels")


def _staged(estimator: Any, held_out: HeldOut, scores: bool, deadline: float) -> tuple[Staged, Any] | None:
    """The model's answers after some of its rounds, for a few of the held-out rows."""
    shape = shape_of(held_out.x) if held_out.x is not None else None
    if shape is None or held_out.y is None or shape[0] != len(held_out.y):
        return None
    index = np.arange(shape[0])
    if shape[0] > _STAGED_ROWS:
        index = np.sort(np.random.default_rng(_ORDER_SEED).permutation(shape[0])[:_STAGED_ROWS])
    found = staged_answers(estimator, take_rows(held_out.x, index), scores=scores, deadline=deadline)
    return (found, index) if found is not None else None


def _score_method(estimator: Any) -> str | None:
    return next((name for name in ("predict_proba", "decision_function") if has_attribute(estimator, name)), None)


def _in_columns_of(data: Any, fit: FitState) -> Any:
    """Held-out rows with the columns that the fit was given; None where they cannot be had."""
    shape = shape_of(data)
    if shape is None:
        return None
    names = fit.training.frame.names if fit.training is not None and fit.training.frame is not None else ()
    told = column_names(data) if hasattr(data, "loc") and hasattr(data, "columns") else None
    if told is not None and told != tuple(names):
        places = {name: place for place, name in enumerate(told)}
        if sum(name in names for name in told) != fit.columns or any(name not in places for name in names):
            return None
        return data.iloc[:, [places[name] for name in names]]
    return data if shape[1] == fit.columns else None


def _said_by(estimator: Any, held_out: HeldOut, deadline: float) -> bool:
    """Whether the labels that the script evaluated are the estimator's own after all, as those of a loaded copy."""
    said, _ = outputs(estimator, ["predict"], held_out.x, deadline)
    given = held_out.labels
    if said is None or given is None:
        return False
    values = given.values if said.index is None else given.values[said.index]
    return len(values) == len(said.values) and bool(np.all(values == said.values))


def _missing(labels: Output | None, scores: Output | None, method: str | None) -> list[str]:
    """The methods that have to be called, labels first."""
    return [name for name, known in (("predict", labels), (method, scores)) if name is not None and known is None]

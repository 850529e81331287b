"""From finished predict, score and metric calls to held-out rows and evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlflow_pitfalls.capture.containers import shape_of, take_sample
from mlflow_pitfalls.capture.fingerprints.fingerprint import chance_of_match, row_hashes
from mlflow_pitfalls.capture.lineage.row_sets import Node, Rows, role_of
from mlflow_pitfalls.capture.lineage.tracker import Lineage
from mlflow_pitfalls.capture.recording.calls import (
    bounded_rows,
    bounded_scores,
    bounded_vector,
    features_of,
    prediction_of,
    target_of,
    truth_of,
)
from mlflow_pitfalls.capture.recording.drafts import Array, Evaluation, FitState, HeldOut, Output
from mlflow_pitfalls.model.events import CallEvent, CallKind, place
from mlflow_pitfalls.model.record import EvaluationFacts
from mlflow_pitfalls.model.values import Role

SMALLEST_EVALUATION = 2  # rows
_COMPARED_ROWS = 2_000
_SEEN_SHARE = 0.9  # of the rows stand among the training rows: the fit saw them
_UNSEEN_SHARE = 0.5
_NATURAL_TWINS = 0.5  # so many matches by chance alone say nothing


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a registered prediction array is: whose, over which rows."""

    fit: FitState
    role: Role
    held_out: HeldOut | None
    method: str


class EvaluationCapture:
    """Recognises held-out rows, and the scores computed on them."""

    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage

    def predicted(self, event: CallEvent, fit: FitState) -> Prediction | None:
        """A finished predict call of a fitted estimator; its result is recognised in metrics from now on."""
        features = features_of(event)
        shape = shape_of(features)
        if shape is None or shape[0] < SMALLEST_EVALUATION:
            return None
        node = self._lineage.find(features)
        if node is None:
            node = Node(Rows(shape[0]))
            self._lineage.objects.register(features, node, content=False)
        role, recognised_by = self._role(fit, node, features)
        held_out = None
        if role in (Role.HELD_OUT, Role.MIXED):
            held_out = self._held_out(fit, node, features, shape, recognised_by)
            self._keep_output(held_out, event)
        prediction = Prediction(fit, role, held_out, event.name)
        output = shape_of(event.result)
        if output is not None and output[0] == shape[0]:
            content = shape[0] >= _COMPARED_ROWS or event.name == "predict"
            self._lineage.objects.register(
                event.result, Node(node.rows, -1, (), prediction), content=content and output[1] == 1
            )
        return prediction

    def scored(self, event: CallEvent, fit: FitState) -> Evaluation | None:
        """``estimator.score(X, y)``."""
        prediction = self.predicted(_without_result(event), fit)
        if prediction is None:
            return None
        features, target = features_of(event), target_of(event)
        rows = (shape_of(features) or (0, 0))[0]
        held_out = prediction.held_out
        if held_out is not None and target is not None:
            held_out.y = bounded_vector(target, held_out.positions)
            held_out.evaluated = prediction.role is Role.HELD_OUT
        return Evaluation(
            EvaluationFacts(
                metric="score", role=prediction.role, rows=rows, value=_number(event.result), site=place(event.site)
            ),
            {},
            held_out,
        )

    def measured(self, event: CallEvent, latest: FitState | None) -> tuple[Evaluation, FitState] | None:
        """A function of sklearn.metrics; None where neither of its arrays is known."""
        truth, predicted = truth_of(event), prediction_of(event)
        shape = shape_of(truth)
        if shape is None or shape[0] < SMALLEST_EVALUATION:
            return None
        known = self._lineage.find(predicted)
        prediction = known.prediction if known is not None else None
        truth_node = self._lineage.find(truth)
        if isinstance(prediction, Prediction):
            fit, role, held_out = prediction.fit, prediction.role, prediction.held_out
        else:
            found = self._by_truth(truth_node, shape[0], latest)
            if found is None:
                return None
            fit, role, held_out = found
        if held_out is not None:
            self._fill(held_out, event, truth, predicted, prediction)
            held_out.evaluated = held_out.evaluated or role is Role.HELD_OUT
        facts = EvaluationFacts(
            metric=event.name, role=role, rows=shape[0], value=_number(event.result), site=place(event.site)
        )
        return Evaluation(facts, _options(event), held_out), fit

    def _by_truth(
        self, node: Node | None, rows: int, latest: FitState | None
    ) -> tuple[FitState, Role, HeldOut | None] | None:
        """Attribute a metric whose predictions are unknown (thresholded, averaged …) by its true labels."""
        if latest is None:
            return None
        role = role_of(latest.node.rows if latest.node else None, node.rows if node else None)
        if role is Role.UNKNOWN and node is not None and latest.target_node is not None:
            role = role_of(latest.target_node.rows, node.rows)
        if role in (Role.HELD_OUT, Role.MIXED) and node is not None:
            held_out = latest.held_out.get(node.rows.number)
            if held_out is None:
                held_out = latest.keep(self._empty(node.rows, "split"))
            return latest, role, held_out
        if role is Role.TRAIN:
            return latest, role, None
        held = latest.last_held_out
        if held is not None and held.count == rows:
            return latest, Role.HELD_OUT, held
        return None

    def _role(self, fit: FitState, node: Node, features: object) -> tuple[Role, str]:
        role = role_of(fit.node.rows if fit.node else None, node.rows)
        if role is Role.UNKNOWN and fit.target_node is not None:
            role = role_of(fit.target_node.rows, node.rows)
        if role is not Role.UNKNOWN:
            return role, _recognised_by(node.rows)
        return self._role_by_content(fit, features)

    def _role_by_content(self, fit: FitState, features: Any) -> tuple[Role, str]:
        """Compare hashed rows with those that the fit was given: the same rows, others, or some of both."""
        training = fit.training
        if training is None or training.hashes is None or not len(training.hashes):
            return Role.HELD_OUT, "unfitted"
        hashes = row_hashes(features, max_rows=_COMPARED_ROWS)
        if not len(hashes):
            return Role.HELD_OUT, "unfitted"
        scale = max(1.0, fit.rows / len(training.hashes))
        # By sorting: in NumPy 2.0.0 the quick way for few whole numbers cannot take the upper half of uint64.
        share = min(1.0, float(np.isin(hashes, training.hashes, kind="sort").mean()) * scale)
        if share <= _UNSEEN_SHARE:
            return Role.HELD_OUT, "fingerprint"
        other = take_sample(features, positions=self._lineage.positions((shape_of(features) or (0, 0))[0]))
        if training.frame is not None and other is not None:
            chance = chance_of_match(training.frame.frame, fit.rows, other.frame)
            if chance >= _NATURAL_TWINS:
                return Role.HELD_OUT, "unfitted"
        return (Role.TRAIN if share >= _SEEN_SHARE else Role.MIXED), "fingerprint"

    def _held_out(
        self, fit: FitState, node: Node, features: object, shape: tuple[int, int], recognised_by: str
    ) -> HeldOut:
        held_out = fit.held_out.get(node.rows.number)
        if held_out is None:
            held_out = self._empty(node.rows, recognised_by)
        if held_out.x is None:
            held_out.x = bounded_rows(features, held_out.positions, shape[1])
        if held_out.y is None:
            held_out.y = self._truth_of_split(fit, node.rows)
        return fit.keep(held_out)

    def _empty(self, rows: Rows, recognised_by: str) -> HeldOut:
        return HeldOut(
            rows=rows, count=rows.count, positions=self._lineage.positions(rows.count), recognised_by=recognised_by
        )

    def _truth_of_split(self, fit: FitState, rows: Rows) -> Array | None:
        """The held-out target that the split made, where the fit's target came out of the same split."""
        if fit.target_node is None:
            return None
        view = self._lineage.view(rows, fit.target_node.slot)
        return bounded_vector(view.data, np.arange(len(view.positions))) if view is not None else None

    def _keep_output(self, held_out: HeldOut, event: CallEvent) -> None:
        if event.name == "predict":
            labels = bounded_vector(event.result, held_out.positions)
            held_out.labels = Output(labels) if labels is not None else None
        elif event.name in ("predict_proba", "decision_function"):
            scores = bounded_scores(event.result, held_out.positions)
            is_proba = event.name == "predict_proba"
            held_out.scores = Output(scores, are_probabilities=is_proba) if scores is not None else None

    def _fill(self, held_out: HeldOut, event: CallEvent, truth: object, predicted: object, known: object) -> None:
        """Take what the metric was given: it is what the script means by truth and prediction."""
        shape = shape_of(truth)
        if shape is None or shape[0] != held_out.count:
            return
        held_out.y = bounded_vector(truth, held_out.positions)
        if isinstance(known, Prediction):
            return
        vector = bounded_vector(predicted, held_out.positions)
        if vector is not None and _same_kind(vector, held_out.y):
            held_out.labels, held_out.own_labels = Output(vector), True


def _recognised_by(rows: Rows) -> str:
    nearest = next((step.split for step in rows.lineage() if step.split is not None), None)
    return "cross_validation" if nearest is not None and nearest.is_fold else "split"


def _without_result(event: CallEvent) -> CallEvent:
    return CallEvent(
        kind=CallKind.PREDICT, name="score", owner=event.owner, args=event.args, kwargs=event.kwargs, site=event.site
    )


def _same_kind(predicted: Any, truth: Any) -> bool:
    """Whether the metric was given labels of the truth's own kind, rather than probabilities."""
    if truth is None or (predicted.dtype.kind == "f" and truth.dtype.kind in "iub"):
        return truth is not None and bool(np.all(np.equal(np.mod(predicted, 1), 0)))
    return bool(predicted.dtype.kind == truth.dtype.kind or {predicted.dtype.kind, truth.dtype.kind} <= set("iufb"))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    number = float(value)
    return number if np.isfinite(number) else None


def _options(event: CallEvent) -> dict[str, object]:
    """The metric's options that say which metric it is, never arrays."""
    return {
        name: value
        for name, value in event.kwargs.items()
        if value is None or isinstance(value, str | int | float | bool)
    }

"""From a finished ``fit`` to what is kept of it."""

from __future__ import annotations

import weakref
from typing import Any

from mlflow_pitfalls.capture.containers import as_vector, shape_of, take_sample
from mlflow_pitfalls.capture.estimators.attributes import attribute
from mlflow_pitfalls.capture.estimators.estimator import (
    class_weight_used,
    estimator_facts,
    sampler_inside,
    threshold_tuned,
)
from mlflow_pitfalls.capture.estimators.kept_rows import keeps_rows
from mlflow_pitfalls.capture.estimators.search import search_facts
from mlflow_pitfalls.capture.fingerprints.fingerprint import row_hashes
from mlflow_pitfalls.capture.lineage.objects import Bounded
from mlflow_pitfalls.capture.lineage.row_sets import REMADE, Node
from mlflow_pitfalls.capture.lineage.tracker import Lineage
from mlflow_pitfalls.capture.profile import class_labels, profile_dataset
from mlflow_pitfalls.capture.recording.calls import (
    bounded_rows,
    bounded_vector,
    features_of,
    further_arguments,
    target_of,
)
from mlflow_pitfalls.capture.recording.drafts import FitState, TrainingRows
from mlflow_pitfalls.capture.task import target_name_of, task_of
from mlflow_pitfalls.errors import guard
from mlflow_pitfalls.model.events import CallEvent, place
from mlflow_pitfalls.model.values import Role
from mlflow_pitfalls.settings import Settings

HASHED_ROWS = 100_000  # training rows that are hashed to recognise them elsewhere
_SHARED_TRAININGS = 2


class FitCapture:
    """Turns fit events into fit states; fits on the same rows share one copy and one profile."""

    def __init__(self, lineage: Lineage, settings: Settings) -> None:
        self._lineage = lineage
        self._settings = settings
        self._trainings: Bounded[TrainingRows] = Bounded(_SHARED_TRAININGS)

    def capture(self, event: CallEvent) -> FitState:
        """Everything that is known of one finished fit.

        Args:
            event: A FIT event; its estimator is fitted unless ``event.error`` is set.
        """
        features, target = features_of(event), target_of(event)
        node = self._lineage.find(features)
        target_node = self._lineage.find(target)
        if node is None and target_node is not None and _rows(features) == target_node.rows.count:
            node = Node(target_node.rows, space=(REMADE,))  # features derived by hand, next to a known target
            self._lineage.objects.register(features, node)
        if node is None:
            node = self._lineage.find_or_add(features)
        shape = shape_of(features) or (0, 0)
        estimator = event.owner
        search = None
        with guard("reading a search's results"):
            search = search_facts(estimator, seconds=event.seconds, site=place(event.site))
        return FitState(
            estimator=None if keeps_rows(estimator, features) else estimator,
            reference=_weak(estimator),
            facts=estimator_facts(estimator),
            node=node,
            target_node=target_node,
            training=None if event.error else self._training(event, node, target_node),
            rows=shape[0],
            columns=shape[1],
            seconds=event.seconds,
            cpu_seconds=event.cpu_seconds,
            method=event.name,
            site=place(event.site),
            sample_weight=_has_sample_weight(event),
            error=event.error or "",
            classes=_classes(estimator),
            scorer=_scoring(estimator),
            class_weight=class_weight_used(estimator),
            threshold_tuned=threshold_tuned(estimator),
            sampler=sampler_inside(estimator),
            arguments=further_arguments(event),
            search=search,
        )

    def forget(self) -> None:
        """Let go of the shared samples."""
        self._trainings.clear()

    def _training(self, event: CallEvent, node: Node | None, target_node: Node | None) -> TrainingRows | None:
        features, target = features_of(event), target_of(event)
        shape = shape_of(features) or (0, 0)
        if node is None or not shape[0]:
            return None
        key = (node.rows.number, node.slot, node.space, shape, target_node.rows.number if target_node else None)
        shared = self._trainings.get(key)
        if shared is not None:
            return shared
        training = self._sampled(features, target, shape, event.owner)
        if target_node is not None or target is None:
            self._trainings.put(key, training)
        return training

    def _sampled(self, features: Any, target: Any, shape: tuple[int, int], owner: Any) -> TrainingRows:
        positions = self._lineage.positions(shape[0])
        frame = take_sample(features, positions=positions)
        labels = bounded_vector(target, positions) if target is not None and _rows(target) == shape[0] else None
        task = task_of(target, owner)
        name = target_name_of(target)
        told = class_labels(target, privacy=self._settings.privacy) if task.is_classification else {}
        profile = None
        if frame is not None:
            profile = profile_dataset(
                features,
                target,
                role=Role.TRAIN,
                task=task,
                sample=frame,
                target_sample=labels,
                target_name=name,
                privacy=self._settings.privacy,
                seed=self._settings.seed,
                class_labels=told or None,
            )
        return TrainingRows(
            x=bounded_rows(features, positions, shape[1]),
            frame=frame,
            y=labels,
            positions=positions,
            hashes=row_hashes(features, max_rows=HASHED_ROWS),
            profile=profile,
            target_name=name,
            task=task,
            labels=told,
        )


def _rows(data: Any) -> int:
    shape = shape_of(data) if data is not None else None
    return shape[0] if shape is not None else -1


def _weak(estimator: Any) -> weakref.ref[Any] | None:
    try:
        return weakref.ref(estimator)
    except TypeError:
        return None


def _has_sample_weight(event: CallEvent) -> bool:
    return any("sample_weight" in name and value is not None for name, value in event.kwargs.items())


def _classes(estimator: Any) -> Any:
    classes = attribute(estimator, "classes_")
    return as_vector(classes) if classes is not None else None


def _scoring(estimator: Any) -> str | None:
    """The scorer that a search was given by name."""
    named = (attribute(estimator, name) for name in ("refit", "scoring"))
    return next((scorer for scorer in named if isinstance(scorer, str)), None)

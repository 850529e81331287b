"""The best rule over one column, next to the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.recording.scoring import held_out_predictions
from mlflow_pitfalls.capture.statistics.dummy import best_dummy
from mlflow_pitfalls.capture.statistics.metric_columns import IntArray
from mlflow_pitfalls.capture.statistics.one_column import Target, target_of_sides
from mlflow_pitfalls.capture.statistics.rule import Rule, best_rule
from mlflow_pitfalls.capture.statistics.rule_scores import rule_facts
from mlflow_pitfalls.capture.statistics.rule_text import rule_texts
from mlflow_pitfalls.model.record import RuleFacts
from mlflow_pitfalls.model.values import Task

_WITHOUT_NAMES = frozenset({"list", "tuple"})
_ARRAYS = ("numpy.", "scipy.sparse.")


def rule(sources: Sources) -> Mapping[str, object]:
    """Found on training rows, and scored on those held-out rows that the model was scored on."""
    rows = _scored_rows(sources)
    facts = None if rows is None else _facts(sources, rows)
    return {} if facts is None else {"rule": facts}


def _scored_rows(sources: Sources) -> IntArray | None:
    """The rows of the held-out sample that the model answered for; None where there is nothing to compare."""
    training, held_out, metric = sources.training, sources.held_out, sources.metric
    is_known = training.task.is_classification or training.task is Task.REGRESSION
    if metric is None or not is_known or training.frame is None or training.y is None:
        return None
    if held_out is None or held_out.y is None or sources.held_out_frame is None:
        return None
    output = held_out.labels if metric.needs == "labels" else held_out.scores
    if output is None or len(sources.held_out_frame.frame) != len(held_out.y):
        return None
    return np.arange(len(held_out.y)) if output.index is None else output.index


def _facts(sources: Sources, rows: IntArray) -> RuleFacts | None:
    training, held_out, frame, metric = sources.training, sources.held_out, sources.held_out_frame, sources.metric
    assert training.frame is not None and held_out is not None and held_out.y is not None
    assert frame is not None and metric is not None and training.y is not None
    truth, seed = held_out.y[rows], sources.settings.seed
    model = held_out_predictions(sources.fit, held_out, metric.needs)
    target = target_of_sides(training.y, truth, training.task)
    dummy = best_dummy(metric, training.y, truth, seed=seed)
    if model is None or target is None or dummy is None:
        return None
    found = best_rule(training.frame.frame, frame.frame.iloc[rows], training.frame.names, target, metric, seed=seed)
    if found is None:
        return None
    facts = rule_facts(
        metric,
        found,
        model=model,
        answers=found.predictions(metric, target),
        dummy=dummy.predictions,
        resamples=sources.settings.confidence_resamples,
        seed=seed,
    )
    return None if facts is None else _told(facts, found, target, sources)


def _told(facts: RuleFacts, found: Rule, target: Target, sources: Sources) -> RuleFacts:
    training = sources.training
    container = training.profile.container if training.profile is not None else ""
    texts = rule_texts(
        found,
        classes=target.labels,
        labels=training.labels,
        target_name=training.target_name,
        named_columns=container not in _WITHOUT_NAMES and not container.startswith(_ARRAYS),
        privacy=sources.settings.privacy,
    )
    return replace(facts, words=texts.words, python=texts.python, sql=texts.sql)

"""What a random split tears apart: an order in time, and groups of rows that belong together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlflow_pitfalls.capture.findings.sources import Sources
from mlflow_pitfalls.capture.statistics.groups import group_facts
from mlflow_pitfalls.capture.statistics.one_column import Target, target_of_sides
from mlflow_pitfalls.capture.statistics.time_order import time_order_facts
from mlflow_pitfalls.model.values import Task


def time_order(sources: Sources) -> Mapping[str, object]:
    """A time among the features or in the index, and whether the two sides are mixed along it."""
    training, held_out, frame, target = sources.training, sources.held_out, sources.held_out_frame, _target(sources)
    if target is None or training.frame is None or held_out is None or frame is None:
        return {}
    facts = time_order_facts(
        training.frame.frame,
        frame.frame,
        training.frame.names,
        target,
        train_index=getattr(training.x, "index", None),
        held_out_index=getattr(held_out.x, "index", None),
        seed=sources.settings.seed,
    )
    return {"time_order": facts}


def groups(sources: Sources) -> Mapping[str, object]:
    """Columns with repeated keys that stand on both sides."""
    training, frame, target = sources.training, sources.held_out_frame, _target(sources)
    if target is None or training.frame is None or frame is None:
        return {}
    with np.errstate(all="ignore"):
        facts = group_facts(training.frame.frame, frame.frame, training.frame.names, target, seed=sources.settings.seed)
    return {"groups": facts}


def _target(sources: Sources) -> Target | None:
    training, held_out = sources.training, sources.held_out
    is_known = training.task.is_classification or training.task is Task.REGRESSION
    if not is_known or training.y is None or held_out is None or held_out.y is None:
        return None
    return target_of_sides(training.y, held_out.y, training.task)

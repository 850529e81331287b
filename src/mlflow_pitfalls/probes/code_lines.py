"""The line that applies a remedy against imbalance to the run's estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow_pitfalls.checks.remedies import balance
from mlflow_pitfalls.model.record import RunRecord

_MAX_CATEGORIES = 12  # positions that a line spells out


def remedy_line(name: str, record: RunRecord, estimator: Any, categories: Sequence[int]) -> str:
    """A line to paste, ``model`` being the script's estimator; empty where there is none.

    Args:
        name: The trial's name.
        record: Whose estimator is meant.
        estimator: A clone of it.
        categories: Columns that hold categories, where SMOTE must know them.
    """
    if name in ("class_weight", "threshold"):
        lines = [found.code for found in balance(record.fit.estimator, record.task)] if record.fit else []
        wanted = "TunedThreshold" if name == "threshold" else "weight"
        return next((line for line in lines if wanted in line), "")
    if name == "nothing":
        return ""
    from sklearn.pipeline import Pipeline

    is_pipeline = type(estimator) is Pipeline
    if name == "SMOTE" and categories:
        if len(categories) > _MAX_CATEGORIES:
            return ""
        sampler = f"SMOTENC(categorical_features={list(categories)}, random_state=0)"
        return f"model = imblearn.pipeline.make_pipeline({sampler}, {'*model' if is_pipeline else 'model'})"
    sampler = f"{name}(random_state=0)"
    inner = f"*model[:-1], {sampler}, model[-1]" if is_pipeline else f"{sampler}, model"
    return f"model = imblearn.pipeline.make_pipeline({inner})"

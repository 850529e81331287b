"""The metric by its name: how a trial is scored, and how held-out rows are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from mlflow_pitfalls.capture.statistics.metrics import MetricSpec, default_metric, metric_by_scorer
from mlflow_pitfalls.errors import PitfallsError
from mlflow_pitfalls.model.values import Task

_RANKING_METHODS = ("predict_proba", "decision_function")
_WITHOUT_RANKS = "balanced_accuracy"  # the default for classifiers that rank no rows
_POSITIVE = (0, 1), (-1, 1)  # labels of which scikit-learn takes 1 for the positive class by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """A metric. ``spec`` is None where held-out scores cannot be resampled: there are no intervals then."""

    name: str
    scorer: Callable[[Any, Any, Any], float]
    spec: MetricSpec | None


def scoring_of(metric: str | None, task: Task, estimator: Any, y: npt.NDArray[Any]) -> Scoring:
    """The metric that tuning shall raise.

    Args:
        metric: scikit-learn's name of a scorer; by default ROC AUC for two classes, balanced accuracy for more (or
            where the classifier ranks no rows), R² for numbers.
        task: What is predicted.
        estimator: Unfitted.
        y: Targets, for the positive class of metrics that look at one class: the last one, as in ``classes_``.

    Raises:
        PitfallsError: There is no such scorer, or it is for another task.
    """
    from sklearn.metrics import get_scorer, get_scorer_names

    name = metric or _default(task, estimator)
    if name not in get_scorer_names():
        near = get_close_matches(name, get_scorer_names(), n=1)
        raise PitfallsError(f"there is no metric {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    spec = metric_by_scorer(name)
    if spec is not None and task not in spec.tasks:
        raise PitfallsError(f"{name} is no metric for a {task.value} target")
    scorer = get_scorer(name)
    if spec is not None and spec.average == "binary" and spec.needs == "labels":
        scorer = _of_positive(name, y, scorer)
    return Scoring(name=name, scorer=scorer, spec=spec)


def _default(task: Task, estimator: Any) -> str:
    spec = default_metric(task)
    ranks = any(hasattr(estimator, method) for method in _RANKING_METHODS)
    return spec.name if spec.needs == "labels" or ranks else _WITHOUT_RANKS


def _of_positive(name: str, y: npt.NDArray[Any], scorer: Any) -> Any:
    """The scorer for labels such as ``"no"`` and ``"yes"``."""
    from sklearn import metrics

    labels = np.unique(y).tolist()
    if tuple(labels) in _POSITIVE:
        return scorer
    return metrics.make_scorer(getattr(metrics, f"{name}_score"), pos_label=labels[-1], zero_division=0)

"""Metrics that can be computed again and resampled, by scikit-learn's names of functions and of scorers.

Every metric named here has a weighted formula in :mod:`mlflow_pitfalls.capture.statistics.formulas`; a metric without
one is not named, and what the script printed of it stays in the record's evaluations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from mlflow_pitfalls.capture.statistics.metric_specs import BY_SCORER, DEFAULT_BETA, DEFAULT_TOP_K, MetricSpec
from mlflow_pitfalls.model.values import Task

__all__ = ["MetricSpec", "Predictions", "default_metric", "metric_by_scorer", "metric_for", "primary_metric"]

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a model said about some rows, next to what was true.

    Attributes:
        y_true: Targets, shape (n,).
        y_pred: What ``predict`` returned, shape (n,).
        y_score: Binary: probability or decision value of the positive class, shape (n,). Multiclass: one column a
            class in the order of ``classes``, shape (n, k).
        classes: The estimator's ``classes_``; the last one is the positive class of a binary task.
    """

    y_true: Array
    y_pred: Array | None = None
    y_score: Array | None = None
    classes: Array | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.y_true)

    def take(self, positions: Array) -> Predictions:
        """The same for some of the rows."""
        return Predictions(
            y_true=self.y_true[positions],
            y_pred=None if self.y_pred is None else self.y_pred[positions],
            y_score=None if self.y_score is None else self.y_score[positions],
            classes=self.classes,
        )


def _named(name: str) -> Callable[[Mapping[str, Any]], MetricSpec | None]:
    return lambda kwargs: BY_SCORER[name]


def _averaged(name: str, default: str = "binary") -> Callable[[Mapping[str, Any]], MetricSpec | None]:
    def build(kwargs: Mapping[str, Any]) -> MetricSpec | None:
        average = kwargs.get("average", default)
        if average not in ("binary", "macro", "micro", "weighted"):
            return None  # one number a class or a sample: no single score
        if average != "binary":
            return BY_SCORER[f"{name}_{average}"]
        return replace(BY_SCORER[name], pos_label=kwargs.get("pos_label"))

    return build


def _fbeta(kwargs: Mapping[str, Any]) -> MetricSpec | None:
    spec = _averaged("f1")(kwargs)
    beta = kwargs.get("beta", DEFAULT_BETA)
    if spec is None or isinstance(beta, bool) or not isinstance(beta, int | float) or not beta > 0:
        return None
    if beta == DEFAULT_BETA:
        return spec
    return replace(spec, name=spec.name.replace("f1", f"f{beta:g}"), beta=float(beta))


def _roc_auc(kwargs: Mapping[str, Any]) -> MetricSpec | None:
    if kwargs.get("max_fpr") is not None or kwargs.get("average", "macro") not in ("macro", "weighted"):
        return None
    multi_class = kwargs.get("multi_class", "raise")
    if multi_class == "raise":
        return BY_SCORER["roc_auc"]
    if multi_class != "ovr":
        return None
    return BY_SCORER["roc_auc_ovr_weighted" if kwargs.get("average") == "weighted" else "roc_auc_ovr"]


def _with_pos_label(name: str) -> Callable[[Mapping[str, Any]], MetricSpec | None]:
    return lambda kwargs: replace(BY_SCORER[name], pos_label=kwargs.get("pos_label"))


def _kappa(kwargs: Mapping[str, Any]) -> MetricSpec | None:
    weighting = kwargs.get("weights")
    if weighting is None:
        return BY_SCORER["cohen_kappa"]
    if weighting not in ("linear", "quadratic"):
        return None
    return replace(BY_SCORER["cohen_kappa"], name=f"cohen_kappa_{weighting}", weighting=str(weighting))


def _top_k(kwargs: Mapping[str, Any]) -> MetricSpec | None:
    k = kwargs.get("k", DEFAULT_TOP_K)
    return replace(BY_SCORER["top_k_accuracy"], top_k=k) if isinstance(k, int) and k > 0 else None


_BY_FUNCTION: dict[str, Callable[[Mapping[str, Any]], MetricSpec | None]] = {
    "accuracy_score": _named("accuracy"),
    "zero_one_loss": _named("accuracy"),
    "hamming_loss": _named("accuracy"),
    "balanced_accuracy_score": _named("balanced_accuracy"),
    "matthews_corrcoef": _named("matthews_corrcoef"),
    "cohen_kappa_score": _kappa,
    "f1_score": _averaged("f1"),
    "fbeta_score": _fbeta,
    "precision_score": _averaged("precision"),
    "recall_score": _averaged("recall"),
    "jaccard_score": _averaged("jaccard"),
    "precision_recall_fscore_support": _averaged("f1", default=""),
    "classification_report": _named("f1_macro"),  # the headline of what it prints
    "top_k_accuracy_score": _top_k,
    "roc_auc_score": _roc_auc,
    "roc_curve": _with_pos_label("roc_auc"),
    "det_curve": _with_pos_label("roc_auc"),
    "average_precision_score": _with_pos_label("average_precision"),
    "precision_recall_curve": _with_pos_label("average_precision"),
    "log_loss": _named("neg_log_loss"),
    "brier_score_loss": _with_pos_label("neg_brier_score"),
    "r2_score": _named("r2"),
    "explained_variance_score": _named("explained_variance"),
    "mean_squared_error": _named("neg_mean_squared_error"),
    "root_mean_squared_error": _named("neg_root_mean_squared_error"),
    "mean_absolute_error": _named("neg_mean_absolute_error"),
    "median_absolute_error": _named("neg_median_absolute_error"),
    "mean_absolute_percentage_error": _named("neg_mean_absolute_percentage_error"),
    "mean_squared_log_error": _named("neg_mean_squared_log_error"),
    "root_mean_squared_log_error": _named("neg_root_mean_squared_log_error"),
    "mean_poisson_deviance": _named("neg_mean_poisson_deviance"),
    "mean_gamma_deviance": _named("neg_mean_gamma_deviance"),
}

# Which of several evaluated metrics tells most about a model: first those that no threshold and no class share can
# flatter, then those over labels, then plain accuracy, last the one-sided ones that a constant answer can win.
_PREFERENCE = (
    "roc_auc",
    "average_precision",
    "balanced_accuracy",
    "roc_auc_ovr",
    "roc_auc_ovr_weighted",
    "matthews_corrcoef",
    "cohen_kappa",
    "f1_macro",
    "f1",
    "f1_weighted",
    "neg_log_loss",
    "neg_brier_score",
    "accuracy",
    "f1_micro",
    "r2",
    "explained_variance",
    "neg_root_mean_squared_error",
    "neg_mean_squared_error",
    "neg_mean_absolute_error",
)
_RANK = {name: rank for rank, name in enumerate(_PREFERENCE)}


def metric_for(function_name: str, kwargs: Mapping[str, Any], task: Task | None = None) -> MetricSpec | None:
    """The metric behind a function of ``sklearn.metrics``, or behind ``estimator.score``.

    Args:
        function_name: E.g. ``"f1_score"``; ``"score"`` stands for an estimator's own, which needs ``task``.
        kwargs: The call's keyword arguments (``average``, ``pos_label``, ``beta``, ``weights``, …).
        task: What is predicted, where it is known.

    Returns:
        None for a function that yields no single score, or that has no weighted formula here.
    """
    if function_name == "score":
        return _own_score(task)
    build = _BY_FUNCTION.get(function_name)
    try:
        return build(kwargs) if build else None
    except Exception:  # noqa: BLE001 - arguments that cannot be compared or hashed
        return None


def metric_by_scorer(name: str) -> MetricSpec | None:
    """The metric behind a scorer's name such as ``"neg_log_loss"``; None where it is not known here."""
    return BY_SCORER.get(name)


def default_metric(task: Task) -> MetricSpec:
    """ROC AUC for two classes, balanced accuracy for more, R² for numbers."""
    if task is Task.BINARY:
        return BY_SCORER["roc_auc"]
    return BY_SCORER["balanced_accuracy" if task.is_classification else "r2"]


def primary_metric(task: Task, evaluated: Sequence[MetricSpec], scoring: str | None = None) -> MetricSpec:
    """The one metric that speaks for the run.

    What a search optimised (``scoring``) if the script evaluated it too; else the most informative metric that the
    script evaluated on held-out rows (the later one among equals); else ``scoring``; else :func:`default_metric`.

    Args:
        task: What is predicted.
        evaluated: What the script evaluated on held-out rows, in its order.
        scoring: Scorer name that a search or a cross-validation used.
    """
    suitable = [spec for spec in evaluated if task in spec.tasks]
    chosen = [spec for spec in suitable if spec.name == scoring]
    if chosen:
        return chosen[-1]
    if suitable:
        return min(reversed(suitable), key=lambda spec: _RANK.get(spec.name, len(_RANK)))
    named = metric_by_scorer(scoring) if isinstance(scoring, str) else None
    return named if named is not None and task in named.tasks else default_metric(task)


def _own_score(task: Task | None) -> MetricSpec | None:
    if task is None:
        return None
    if task.is_classification:
        return BY_SCORER["accuracy"]
    return BY_SCORER["r2"] if task is Task.REGRESSION else None
